//! Why two sides do not agree on sound (RFC 3264 §6, RFC 3261 §21.4.26).

use super::malformed::Malformed;

/// Why two sides do not agree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NegotiationError {
    /// The description cannot be read: 400.
    #[error("the session description cannot be read")]
    Unreadable(#[from] Malformed),
    /// Nothing in it that we speak: 488.
    #[error("no sound in the session description that both sides speak")]
    NothingInCommon,
    /// An answer that does not fit to the offer.
    #[error("the answer does not fit to the offer")]
    NotAnAnswer,
    /// An answer came, and nothing was offered.
    #[error("an answer came to no offer")]
    NothingOffered,
}

impl NegotiationError {
    /// The status that refuses an offer for this.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unreadable(_) => 400,
            Self::NothingInCommon => 488,
            Self::NotAnAnswer | Self::NothingOffered => 488,
        }
    }
}
