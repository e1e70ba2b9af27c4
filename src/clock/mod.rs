//! Time and chance as values that are handed in, so that tests can choose both.

mod chance;
mod time;

pub use chance::Chance;
pub use time::Clock;
