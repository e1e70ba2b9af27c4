//! What a caller hears when nothing else can be said, whichever door the call has come in by.

mod wording;

pub use wording::{Apology, apology};
