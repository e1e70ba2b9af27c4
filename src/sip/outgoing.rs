//! What is known of a call that we make, until it is answered (RFC 3261 §13.2).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::dialog::Dialog;
use super::headers::Headers;
use super::message::Request;
use super::peer::Peer;
use super::reliable::ReliableHeard;
use super::uri::Uri;
use super::via::Via;

/// What is known of a call until it is answered.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub stage: Stage,
    /// The INVITE that is out, without its Via.
    pub invite: Request,
    pub via: Option<Via>,
    pub to: Peer,
    /// Next hops that were not tried.
    pub peers: VecDeque<Peer>,
    /// Addresses from redirections that were not tried.
    pub contacts: VecDeque<Uri>,
    pub redirections: u8,
    pub early: Vec<Early>,
    /// The answer to our offer has come in a reliable provisional response.
    pub described: bool,
    /// Session-Expires and Min-SE of the INVITE.
    pub interval: Duration,
    pub least: Option<Duration>,
    pub max_forwards: u8,
    pub headers: Headers,
}

/// A dialog that a provisional response has begun.
#[derive(Debug)]
pub(super) struct Early {
    pub dialog: Dialog,
    pub heard: ReliableHeard,
}

/// Where an INVITE of ours stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing has been heard: a CANCEL has to wait (§9.1).
    Calling { cancel: bool },
    /// It is being worked on.
    Proceeding,
    /// The CANCEL is out.
    Cancelling { give_up: Instant },
    /// A redirection leads to a name; the application finds out where that is.
    Resolving { give_up: Instant },
}

impl Outgoing {
    /// When to stop waiting.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.stage {
            Stage::Calling { .. } | Stage::Proceeding => None,
            Stage::Cancelling { give_up } | Stage::Resolving { give_up } => Some(give_up),
        }
    }

    /// Whether it was given up.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.stage, Stage::Calling { cancel: true } | Stage::Cancelling { .. })
    }
}
