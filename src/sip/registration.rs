//! A registration at a registrar, kept until it is taken back (RFC 3261 §10.2; pauses after failures RFC 5626 §4.5).

use std::time::{Duration, Instant};

use super::action::Action;
use super::client_transactions::Answered;
use super::dialog::MAX_FORWARDS;
use super::errand::Errand;
use super::event::{Register, RegistrationId, Seeker};
use super::message::{Request, Response};
use super::method::Method;
use super::name_addr::NameAddr;
use super::peer::Peer;
use super::post::Post;
use super::prover::Prover;
use super::sequence::CSeq;

/// The first pause after a failure.
const SHORTEST_PAUSE: Duration = Duration::from_secs(30);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(1800);

/// One registration.
#[derive(Debug)]
pub(super) struct Registration {
    register: Register,
    call_id: String,
    from: NameAddr,
    prover: Option<Prover>,
    sequence: u32,
    state: State,
    /// Where the registrar is reached, best first.
    peers: Vec<Peer>,
    /// Failures since the last success; they choose the pause and the next hop.
    failures: u32,
    /// It is to be taken back.
    withdrawn: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It is found out where the registrar is.
    Resolving,
    /// A REGISTER is out.
    Asking,
    /// Registered; refreshed then.
    Registered { refresh: Instant },
    /// Not registered; tried again then.
    Pausing { again: Instant },
    /// Taken back, or given up.
    Over,
}

impl Registration {
    /// Registers.
    pub fn start(register: Register, post: &mut Post) -> Self {
        let from = NameAddr::new(register.address_of_record.clone()).with_tag(&post.token());
        let call_id = post.token();
        let prover = register.account.clone().map(Prover::new);
        let (state, peers, withdrawn) = (State::Resolving, Vec::new(), false);
        let mut registration = Self { register, call_id, from, prover, sequence: 0, state, peers, failures: 0, withdrawn };
        registration.resolve(post);
        registration
    }

    /// Whether nothing is left to do.
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// Order: takes the registration back.
    pub fn withdraw(&mut self, post: &mut Post, now: Instant) {
        if std::mem::replace(&mut self.withdrawn, true) {
            return;
        }
        match self.state {
            State::Registered { .. } => self.ask(post, now),
            // The answer to what is out decides whether there is something to take back.
            State::Asking => {}
            State::Resolving | State::Pausing { .. } => self.over(None, post),
            State::Over => {}
        }
    }

    /// Where the registrar is reached; nowhere, for all that is known.
    pub fn handle_resolved(&mut self, peers: Vec<Peer>, post: &mut Post, now: Instant) {
        if self.state == State::Resolving {
            self.peers = peers;
            self.ask(post, now);
        }
    }

    /// The registrar answers.
    pub fn handle_answer(&mut self, answer: Answered, post: &mut Post, now: Instant) {
        let response = answer.response;
        let asked_to_leave = answer.request.as_ref().is_some_and(|request| request.headers.expires() == Some(0));
        match response.status {
            ..200 => {}
            _ if asked_to_leave && !matches!(response.status, 401 | 407) => self.over(None, post),
            200..300 => self.registered(&response, post, now),
            401 | 407 => self.answer_challenge(answer.request, &response, answer.to, post, now),
            423 => self.ask_for_longer(&response, post, now),
            status => self.failed(Some(status), response.headers.retry_after(), post, now),
        }
    }

    /// The registrar does not answer.
    pub fn handle_unanswered(&mut self, post: &mut Post, now: Instant) {
        if self.withdrawn { self.over(None, post) } else { self.failed(None, None, post, now) }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, post: &mut Post, now: Instant) {
        if self.poll_timeout().is_none_or(|due| now < due) {
            return;
        }
        match self.state {
            State::Registered { .. } => self.ask(post, now),
            // The address may have been the fault.
            State::Pausing { .. } => self.resolve(post),
            State::Resolving | State::Asking | State::Over => {}
        }
    }

    /// When `handle_timeout` has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Registered { refresh } => Some(refresh),
            State::Pausing { again } => Some(again),
            State::Resolving | State::Asking | State::Over => None,
        }
    }

    fn id(&self) -> RegistrationId {
        self.register.registration
    }

    fn resolve(&mut self, post: &mut Post) {
        self.state = State::Resolving;
        post.tell(Action::Resolve(Seeker::Registration(self.id()), self.register.registrar.clone()));
    }

    /// Sends REGISTER, to the next address after every failure.
    fn ask(&mut self, post: &mut Post, now: Instant) {
        self.state = State::Asking;
        let turn = usize::try_from(self.failures).unwrap_or(0) % self.peers.len().max(1);
        let Some(to) = self.peers.get(turn).copied() else { return self.failed(None, None, post, now) };
        let mut request = Request::new(Method::Register, self.register.registrar.clone());
        let expires = if self.withdrawn { 0 } else { self.register.expires.as_secs() };
        let sequence = self.next_sequence();
        let of_record = &self.register.address_of_record;
        request.headers.push("Max-Forwards", MAX_FORWARDS);
        request.headers.push("From", &self.from);
        request.headers.push("To", NameAddr::new(of_record.clone()));
        request.headers.push("Call-ID", &self.call_id);
        request.headers.push("CSeq", sequence);
        request.headers.push("Contact", post.contact(to, of_record));
        request.headers.push("Expires", expires);
        if let Some(prover) = &mut self.prover {
            prover.prove(&mut request, &post.chance);
        }
        post.send(request, to, Errand::Register(self.id()), now);
    }

    fn next_sequence(&mut self) -> CSeq {
        self.sequence = self.sequence.saturating_add(1);
        CSeq { number: self.sequence, method: Method::Register }
    }

    fn registered(&mut self, response: &Response, post: &mut Post, now: Instant) {
        self.failures = 0;
        if let Some(prover) = &mut self.prover {
            prover.content();
        }
        let granted = self.granted(response, post);
        // Early enough for all retransmissions of one REGISTER, and at half time when the registration is short.
        let lead = (granted / 2).min(Duration::from_secs(60));
        self.state = State::Registered { refresh: now + granted.saturating_sub(lead).max(Duration::from_secs(1)) };
        post.tell(Action::Registered(self.id(), granted));
        if self.withdrawn {
            self.ask(post, now);
        }
    }

    /// For how long: what our Contact says, else the Expires of the answer, else what we asked for (§10.2.4).
    fn granted(&self, response: &Response, post: &Post) -> Duration {
        let own = |peer: &Peer| post.contact(*peer, &self.register.address_of_record).uri;
        let ours: Vec<_> = self.peers.iter().map(own).collect();
        let contacts = response.headers.contacts();
        let mut named = contacts.iter().filter_map(|contact| contact.address());
        let seconds = named.find(|contact| ours.contains(&contact.uri)).and_then(|contact| contact.params.get("expires")?.parse().ok());
        let seconds: Option<u32> = seconds.or(response.headers.expires());
        seconds.filter(|seconds| *seconds > 0).map_or(self.register.expires, |seconds| Duration::from_secs(seconds.into()))
    }

    fn answer_challenge(&mut self, request: Option<Request>, response: &Response, to: Peer, post: &mut Post, now: Instant) {
        let (Some(mut request), Some(prover)) = (request, &mut self.prover) else {
            return self.failed(Some(response.status), None, post, now);
        };
        if !prover.answer(&mut request, response, &post.chance) {
            return self.failed(Some(response.status), None, post, now);
        }
        request.headers.set("CSeq", self.next_sequence());
        post.send(request, to, Errand::Register(self.id()), now);
    }

    /// 423: once more with the interval that is asked for (§10.2.8).
    fn ask_for_longer(&mut self, response: &Response, post: &mut Post, now: Instant) {
        let least = response.headers.min_expires().map(|seconds| Duration::from_secs(seconds.into()));
        match least.filter(|least| *least > self.register.expires) {
            Some(least) => {
                self.register.expires = least;
                self.ask(post, now);
            }
            None => self.failed(Some(423), None, post, now),
        }
    }

    fn failed(&mut self, status: Option<u16>, retry_after: Option<u32>, post: &mut Post, now: Instant) {
        if self.withdrawn {
            return self.over(status, post);
        }
        let pause = self.pause(post).max(Duration::from_secs(retry_after.unwrap_or(0).into()));
        self.failures = self.failures.saturating_add(1);
        self.state = State::Pausing { again: now + pause };
        post.tell(Action::Unregistered(self.id(), status, Some(pause)));
    }

    /// Doubles with every failure; half of it is left to chance, so that not all come back at once.
    fn pause(&self, post: &Post) -> Duration {
        let longest = (SHORTEST_PAUSE * 2u32.saturating_pow(self.failures.min(10))).min(LONGEST_PAUSE);
        let [chance] = post.chance.bytes::<1>();
        longest / 2 + longest * u32::from(chance) / 512
    }

    fn over(&mut self, status: Option<u16>, post: &mut Post) {
        self.state = State::Over;
        post.tell(Action::Unregistered(self.id(), status, None));
    }
}
