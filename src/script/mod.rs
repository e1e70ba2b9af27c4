//! A sandbox for ECMAScript that strangers wrote: no files, no modules, no clock of its own, and an end to everything (ECMA-262).

mod aside;
mod built_ins;
mod gauge;
mod guards;
mod mentions;
mod metered_memory;
mod own_script;
mod reserved;
mod sandbox;

pub use gauge::{Limit, Limits};
pub use guards::Guards;
pub use own_script::OwnScript;
pub use reserved::{is_name_part, is_reserved};
pub use sandbox::{Sandbox, ScriptError};
