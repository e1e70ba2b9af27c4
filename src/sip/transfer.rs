//! Which transfer a call is in (RFC 3515).

use std::time::Instant;

use super::message::Request;
use super::server_transactions::ServerId;

/// The transfer that a call is in.
#[derive(Debug)]
pub(super) enum Transfer {
    /// None.
    None,
    /// We asked for one, and hear how it goes on.
    Ours { until: Instant },
    /// They wish for one; the application decides.
    Asked { server: ServerId, request: Box<Request> },
    /// They wished for one, and hear how it goes on.
    Theirs,
}

impl Transfer {
    /// When news is no longer waited for.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Transfer::Ours { until } => Some(*until),
            Transfer::None | Transfer::Asked { .. } | Transfer::Theirs => None,
        }
    }
}
