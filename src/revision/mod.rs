//! What has changed between two versions of a flow, in words.

mod change;
mod diff;
mod parts;
mod steps;
mod words;

pub use change::Change;
pub use diff::diff;
