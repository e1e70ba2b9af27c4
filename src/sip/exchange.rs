//! Which change of a session is under way (RFC 3261 §14).

use std::time::Instant;

use super::message::Request;
use super::server_transactions::ServerId;

/// The change of session that is under way.
#[derive(Debug)]
pub(super) enum Exchange {
    /// None.
    Idle,
    /// Ours is out; without an offer it only refreshes.
    Ours { offer: Option<Vec<u8>> },
    /// Theirs waits for the application.
    Theirs { server: ServerId, request: Box<Request> },
    /// Both wanted one; ours comes again later.
    Waiting { until: Instant, offer: Option<Vec<u8>> },
}

impl Exchange {
    /// When a glare is over.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Exchange::Waiting { until, .. } => Some(*until),
            Exchange::Idle | Exchange::Ours { .. } | Exchange::Theirs { .. } => None,
        }
    }
}
