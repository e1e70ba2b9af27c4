//! What the engine is told.

use crate::secret::Digits;

use super::effect::Outcome;
use super::turn::Transferred;

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The call began.
    Began,
    /// The caller pressed these keys, a closing `#` included.
    Heard(Digits),
    /// The caller stayed silent to the end.
    Silence,
    /// The caller pressed wrong keys to the end.
    NoMatch,
    /// The caller was put through, and it went like this.
    Transferred(Transferred),
    /// The effect is done.
    Performed(Outcome),
    /// The effect was begun and nobody knows what came of it.
    Lost,
    /// The caller hung up.
    HungUp,
}
