//! Addresses of the internet: which of them are everybody's.

mod public;

pub use public::is_public;
