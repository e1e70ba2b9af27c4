//! What is wrong with a field of a message or of a session description.

/// A text that is not what its grammar asks for; says what it misses, never the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);
