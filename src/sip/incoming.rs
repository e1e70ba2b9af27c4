//! What is known of a call that came in, until it is answered (RFC 3261 §13.3.1.1, RFC 3262 §3).

use std::time::{Duration, Instant};

use super::headers::Headers;
use super::message::Request;
use super::post::Post;
use super::reliable::Reliable;
use super::server_transactions::ServerId;

/// Proxies give a call up that is not heard of for three minutes; it is heard of every minute (§13.3.1.1).
pub(super) const REMIND: Duration = Duration::from_secs(60);

/// What is known of a call until it is answered.
#[derive(Debug)]
pub(super) struct Incoming {
    pub invite: ServerId,
    pub request: Request,
    pub reliable: Reliable<Vec<u8>>,
    /// The last provisional response, and when it is repeated.
    pub last: Option<Vec<u8>>,
    pub remind: Instant,
    /// A reliable response has described our side of the session: the 2xx does not (RFC 3262 §5).
    pub described: bool,
    /// The acceptance, while a reliable response waits for its PRACK.
    pub accepting: Option<(Vec<u8>, Headers)>,
}

impl Incoming {
    /// An INVITE that came.
    pub fn new(invite: ServerId, request: Request, chance: u32, now: Instant) -> Self {
        let reliable = Reliable::start(chance);
        Self { invite, request, reliable, last: None, remind: now + REMIND, described: false, accepting: None }
    }

    /// When something is to be repeated or given up.
    pub fn poll_timeout(&self) -> Instant {
        self.reliable.poll_timeout().map_or(self.remind, |due| due.min(self.remind))
    }

    /// The number of the INVITE.
    pub fn number(&self) -> u32 {
        self.request.headers.cseq().map_or(0, |cseq| cseq.number)
    }

    /// Who asks for reliable responses gets them; who can take them gets those that describe the session.
    pub fn is_reliable(&self, describes: bool) -> bool {
        let headers = &self.request.headers;
        headers.lists("Require", "100rel") || (describes && headers.lists("Supported", "100rel"))
    }

    /// Sends a reliable response; reminders begin again with the next one.
    pub fn send_reliably(&mut self, bytes: Vec<u8>, post: &mut Post, now: Instant) {
        post.servers.respond(self.invite, 183, bytes, now);
        post.forward();
        self.last = None;
    }
}
