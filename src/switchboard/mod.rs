//! Every door leads here: claim the turn, load the call, advance and perform, save, answer.

mod directory;
mod effects;
mod ending;
mod error;
mod facts;
mod idle;
mod metrics;
mod notes;
mod opening;
mod record;
mod resume;
mod sending;
mod services;

pub use directory::{Directory, Process, Services, Tenant};
pub use error::SwitchboardError;
pub use opening::{CallVariables, Entry};
pub use resume::{Answer, Goodbye, Page, Switchboard, TurnInput};
