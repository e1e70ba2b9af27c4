//! Addresses of the internet: which of them are everybody's, and which are one subscriber's.

mod public;
mod subscriber;

pub use public::is_public;
pub use subscriber::subscriber;
