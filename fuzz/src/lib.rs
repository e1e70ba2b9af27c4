//! What several targets do with their input.

mod door;
mod grammars;
mod session;

pub use door::Door;
pub use grammars::match_all;
pub use session::browse;
