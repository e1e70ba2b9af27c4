//! What is wrong in a file that a person wrote: where, why, and what to do about it.

mod nearest;
mod report;

pub use nearest::nearest;
pub use report::{Finding, Severity, Source};
