//! All transactions in which we ask (RFC 3261 §17.1): responses find theirs by branch and method, timers run, refusals are acknowledged.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use super::client_invite::{ClientInvite, Heard};
use super::client_non_invite::ClientNonInvite;
use super::errand::Errand;
use super::headers::Headers;
use super::message::{Request, Response};
use super::method::Method;
use super::peer::Peer;
use super::sequence::CSeq;
use super::timer_queue::TimerQueue;
use super::timing::Lapse;
use super::via::Via;

/// The requests we sent and are not done with.
#[derive(Debug)]
pub(super) struct ClientTransactions {
    all: HashMap<u64, Client>,
    by_branch: HashMap<(String, Method), u64>,
    timers: TimerQueue<u64>,
    sent: VecDeque<(Peer, Vec<u8>)>,
    unanswered: VecDeque<Errand>,
    last: u64,
}

/// A response for the core.
#[derive(Debug)]
pub(super) struct Answered {
    /// Who waits for it.
    pub errand: Errand,
    /// The request without our Via, with the first final response.
    pub request: Option<Request>,
    /// Where the request went.
    pub to: Peer,
    /// What was answered.
    pub response: Response,
}

#[derive(Debug)]
struct Client {
    state: State,
    key: (String, Method),
    to: Peer,
    errand: Errand,
    /// Until a final response comes.
    request: Option<Request>,
    /// The request; after a refusal of an INVITE, its ACK.
    bytes: Vec<u8>,
}

#[derive(Debug)]
enum State {
    Invite(ClientInvite),
    Other(ClientNonInvite),
}

impl ClientTransactions {
    /// None.
    pub fn new() -> Self {
        let (all, by_branch) = (HashMap::new(), HashMap::new());
        Self { all, by_branch, timers: TimerQueue::new(), sent: VecDeque::new(), unanswered: VecDeque::new(), last: 0 }
    }

    /// Sends a request; `via` is put on top of it.
    pub fn start(&mut self, mut request: Request, via: &Via, to: Peer, errand: Errand, now: Instant) {
        request.headers.push_front("Via", via);
        let bytes = request.to_bytes();
        self.sent.push_back((to, bytes.clone()));
        let reliable = to.protocol.is_reliable();
        let state = match request.method {
            Method::Invite => State::Invite(ClientInvite::start(reliable, now)),
            _ => State::Other(ClientNonInvite::start(reliable, now)),
        };
        let key = (via.branch().unwrap_or_default().to_owned(), request.method.clone());
        self.last += 1;
        self.by_branch.insert(key.clone(), self.last);
        self.timers.set(self.last, state.poll_timeout());
        self.all.insert(self.last, Client { state, key, to, errand, request: Some(request), bytes });
    }

    /// A response came. What the core hears of it; strays and repeats it does not.
    pub fn handle_response(&mut self, response: Response, now: Instant) -> Option<Answered> {
        let id = *self.by_branch.get(&key_of(&response.headers)?)?;
        let client = self.all.get_mut(&id)?;
        let heard = client.state.handle_response(response.status, client.to.protocol.is_reliable(), now);
        if heard == Heard::PassAndAcknowledge {
            client.bytes = client.request.as_ref().map(|request| acknowledgement(request, &response).to_bytes()).unwrap_or_default();
        }
        if matches!(heard, Heard::Acknowledge | Heard::PassAndAcknowledge) {
            self.sent.push_back((client.to, client.bytes.clone()));
        }
        self.timers.set(id, client.state.poll_timeout());
        match heard {
            Heard::Acknowledge | Heard::Ignore => None,
            Heard::Pass | Heard::PassAndAcknowledge => Some(client.pass(response)),
        }
    }

    /// Nothing reaches this peer (§18.4): who waits for it need not wait any longer.
    pub fn handle_unreachable(&mut self, peer: Peer) {
        let waiting = |client: &Client| client.to == peer && client.request.is_some();
        let lost: Vec<u64> = self.all.iter().filter(|(_, client)| waiting(client)).map(|(id, _)| *id).collect();
        for id in lost {
            self.give_up(id);
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(id) = self.timers.pop(now) {
            let Some(client) = self.all.get_mut(&id) else { continue };
            match client.state.handle_timeout(now) {
                Lapse::Nothing => {}
                Lapse::Resend => self.sent.push_back((client.to, client.bytes.clone())),
                Lapse::TimedOut => self.give_up(id),
                Lapse::Over => drop(self.take(id)),
            }
            let due = self.all.get(&id).and_then(|client| client.state.poll_timeout());
            self.timers.set(id, due);
        }
    }

    /// Messages for next hops, one after the other.
    pub fn poll(&mut self) -> Option<(Peer, Vec<u8>)> {
        self.sent.pop_front()
    }

    /// Who waits for an answer that nobody gives, one after the other.
    pub fn poll_unanswered(&mut self) -> Option<Errand> {
        self.unanswered.pop_front()
    }

    /// When `handle_timeout` has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.timers.is_empty()
    }

    /// Ends the transaction of an INVITE that was cancelled and never answered (§9.1).
    pub fn abandon_invite(&mut self, branch: &str) {
        if let Some(id) = self.by_branch.get(&(branch.to_owned(), Method::Invite)).copied() {
            self.give_up(id);
        }
    }

    fn give_up(&mut self, id: u64) {
        let Some(client) = self.take(id) else { return };
        if client.request.is_some() {
            self.unanswered.push_back(client.errand);
        }
    }

    fn take(&mut self, id: u64) -> Option<Client> {
        let client = self.all.remove(&id)?;
        self.by_branch.remove(&client.key);
        self.timers.set(id, None);
        Some(client)
    }
}

impl Client {
    fn pass(&mut self, response: Response) -> Answered {
        let request = if response.status >= 200 { self.request.take().map(without_via) } else { None };
        Answered { errand: self.errand, request, to: self.to, response }
    }
}

impl State {
    fn handle_response(&mut self, status: u16, reliable: bool, now: Instant) -> Heard {
        match self {
            State::Invite(invite) => invite.handle_response(status, reliable, now),
            State::Other(other) => other.handle_response(status, reliable, now),
        }
    }

    fn handle_timeout(&mut self, now: Instant) -> Lapse {
        match self {
            State::Invite(invite) => invite.handle_timeout(now),
            State::Other(other) => other.handle_timeout(now),
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match self {
            State::Invite(invite) => invite.poll_timeout(),
            State::Other(other) => other.poll_timeout(),
        }
    }
}

/// §17.1.3: the branch of the topmost Via, and the method of CSeq.
fn key_of(headers: &Headers) -> Option<(String, Method)> {
    let via: Via = headers.read("Via").ok()??;
    let cseq: CSeq = headers.read("CSeq").ok()??;
    Some((via.branch()?.to_owned(), cseq.method))
}

/// §17.1.1.3: the ACK to a refusal.
fn acknowledgement(invite: &Request, response: &Response) -> Request {
    let mut ack = Request::new(Method::Ack, invite.uri.clone());
    ack.headers.push("Via", invite.headers.get("Via").unwrap_or_default());
    for name in ["Route", "Max-Forwards", "From", "Call-ID"] {
        ack.headers.copy(name, &invite.headers);
    }
    ack.headers.copy("To", &response.headers);
    let number = invite.headers.read::<CSeq>("CSeq").ok().flatten().map_or(0, |cseq| cseq.number);
    ack.headers.push("CSeq", CSeq { number, method: Method::Ack });
    ack
}

fn without_via(mut request: Request) -> Request {
    request.headers.remove_first("Via");
    request
}
