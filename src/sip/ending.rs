//! How a call ended: by whom and why.

use super::headers::Headers;

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// By whom.
    pub by: Side,
    /// How.
    pub cause: Cause,
    /// Headers of the other side's BYE or refusal.
    pub headers: Headers,
}

/// One of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// This user agent.
    Us,
    /// The other one.
    Them,
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// An answered call was hung up.
    HungUp,
    /// Taken back before it was answered.
    Cancelled,
    /// Refused with this status.
    Refused(u16),
    /// Nobody answered a message that must be answered, or nothing could be sent.
    NoAnswer,
    /// Nobody refreshed the session (RFC 4028).
    Expired,
    /// The other side knows nothing of the call any longer.
    Unknown,
    /// Another call has taken its place.
    Replaced,
}

impl Ending {
    /// By us.
    pub(super) fn ours(cause: Cause) -> Self {
        Self { by: Side::Us, cause, headers: Headers::default() }
    }

    /// By the other side.
    pub(super) fn theirs(cause: Cause, headers: Headers) -> Self {
        Self { by: Side::Them, cause, headers }
    }
}
