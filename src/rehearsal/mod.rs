//! The offline bench: reads `.call` transcripts.

mod pattern;
mod read_given;
mod read_line;
mod reading;
mod transcript;

pub use pattern::{Bindings, Pattern};
pub use transcript::{Case, Consent, Ends, Given, Hears, Keys, Line, Manner, Receives, Tells, Transcript};
