//! What several targets do with their input.

mod grammars;
mod session;

pub use grammars::match_all;
pub use session::browse;
