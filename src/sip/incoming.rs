//! What is known of a call that came in, until it is answered (RFC 3261 §13.3.1.1, RFC 3262 §3).

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::headers::Headers;
use super::message::Request;
use super::post::Post;
use super::reliable::Reliable;
use super::server_transactions::ServerId;

/// Proxies give a call up that is not heard of for three minutes; it is heard of every minute (§13.3.1.1).
pub(super) const REMIND: Duration = Duration::from_secs(60);

/// Who says nothing else to an INVITE within this time says 100 (§17.2.1).
const TRYING_AFTER: Duration = Duration::from_millis(200);

/// What is known of a call until it is answered.
#[derive(Debug)]
pub(super) struct Incoming {
    pub invite: ServerId,
    pub request: Arc<Request>,
    pub reliable: Reliable<Vec<u8>>,
    /// When the caller hears that its INVITE has come, unless something else is said before.
    pub trying: Option<Instant>,
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
    pub fn new(invite: ServerId, request: Arc<Request>, chance: u32, now: Instant) -> Self {
        let reliable = Reliable::start(chance);
        let (trying, remind) = (Some(now + TRYING_AFTER), now + REMIND);
        Self { invite, request, reliable, trying, last: None, remind, described: false, accepting: None }
    }

    /// When something is to be repeated or given up.
    pub fn poll_timeout(&self) -> Instant {
        [self.reliable.poll_timeout(), self.trying].into_iter().flatten().fold(self.remind, Instant::min)
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
