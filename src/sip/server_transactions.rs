//! All transactions in which we are asked (RFC 3261 §17.2): repeats are known again and get the answer again.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use rustc_hash::FxHashMap;

use super::event::CallId;
use super::host::Host;
use super::message::Request;
use super::method::Method;
use super::peer::{Peer, TransportProtocol};
use super::server_invite::ServerInvite;
use super::server_non_invite::ServerNonInvite;
use super::timer_queue::TimerQueue;
use super::timing::Lapse;
use super::via::{Via, is_unique};

/// As often a client repeats a request that nobody answers (RFC 3261 §17.1.2.2).
const MOST_REPEATS: u8 = 10;

/// One transaction in which we are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ServerId(u64);

/// The requests that came and that we are not done with.
#[derive(Debug)]
pub(super) struct ServerTransactions {
    all: FxHashMap<ServerId, Box<Server>>,
    by_key: HashMap<Sign, ServerId>,
    by_origin: HashMap<Sign, ServerId>,
    timers: TimerQueue<ServerId>,
    sent: VecDeque<(Peer, Vec<u8>)>,
    last: u64,
}

/// What an arriving request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrived {
    /// One that was never seen; the core answers it.
    New(ServerId),
    /// One that came on another way already (§8.2.2.2).
    Merged(ServerId),
    /// An ACK that no refusal waits for: the core looks for its dialog.
    Ack,
    /// A repeat, or the ACK to a refusal: done.
    Known,
}

/// What a request is known by.
pub(super) struct Recognized {
    via: Via,
    key: Vec<u8>,
    /// The transaction that it belongs to.
    id: Option<ServerId>,
}

/// What tells one request from all others, in one piece.
type Sign = Arc<[u8]>;

#[derive(Debug)]
struct Server {
    state: State,
    key: Sign,
    origin: Option<Sign>,
    reply_to: Peer,
    /// The response that went out last.
    response: Vec<u8>,
    /// The call that an INVITE has become.
    call: Option<CallId>,
    repeats: u8,
}

#[derive(Debug)]
enum State {
    Invite(ServerInvite),
    Other(ServerNonInvite),
}

impl ServerTransactions {
    /// None.
    pub fn new() -> Self {
        let (all, by_key, by_origin) = (FxHashMap::default(), HashMap::new(), HashMap::new());
        Self { all, by_key, by_origin, timers: TimerQueue::new(), sent: VecDeque::new(), last: 0 }
    }

    /// What a request is known by; `None` without what a transaction needs.
    pub fn recognize(&self, request: &Request) -> Option<Recognized> {
        let via = request.headers.via()?;
        let method = if request.method == Method::Ack { &Method::Invite } else { &request.method };
        let key = key_of(request, &via, method)?;
        let id = self.by_key.get(key.as_slice()).copied();
        Some(Recognized { via, key, id })
    }

    /// Whether a request repeats one that is known, and no more often than a client does.
    pub fn is_repeat(&mut self, recognized: &Recognized) -> bool {
        let Some(server) = recognized.id.and_then(|id| self.all.get_mut(&id)) else { return false };
        server.repeats = server.repeats.saturating_add(1);
        server.repeats <= MOST_REPEATS
    }

    /// A request came. Where it came from is noted in its topmost Via.
    pub fn handle_request(&mut self, recognized: Recognized, request: &mut Request, from: Peer, now: Instant) -> Arrived {
        let Recognized { mut via, key, id } = recognized;
        if let Some(id) = id {
            return self.handle_known(id, request, now);
        }
        if request.method == Method::Ack {
            return Arrived::Ack;
        }
        if via.note_source(from.address) {
            request.headers.set_first("Via", &via);
        }
        let origin = origin_of(request);
        let merged = origin.as_deref().is_some_and(|origin| self.by_origin.contains_key(origin));
        let id = self.insert(key.into(), origin.filter(|_| !merged), reply_to(&via, from), State::start(&request.method, now));
        if merged { Arrived::Merged(id) } else { Arrived::New(id) }
    }

    /// Sends a response; the last one is kept as long as repeats of the request are answered with it.
    pub fn respond(&mut self, id: ServerId, status: u16, bytes: Vec<u8>, now: Instant) {
        let Some(server) = self.all.get_mut(&id).filter(|server| !server.state.is_answered()) else { return };
        let reliable = server.reply_to.protocol.is_reliable();
        match &mut server.state {
            State::Invite(invite) => invite.handle_response(status, reliable, now),
            State::Other(other) => other.handle_response(status, reliable, now),
        }
        server.response = if server.state.answers_repeats() { bytes.clone() } else { Vec::new() };
        self.sent.push_back((server.reply_to, bytes));
        self.timers.set(id, server.state.poll_timeout());
    }

    /// Where responses go.
    pub fn reply_to(&self, id: ServerId) -> Option<Peer> {
        self.all.get(&id).map(|server| server.reply_to)
    }

    /// Notes which call an INVITE has become.
    pub fn belongs_to(&mut self, id: ServerId, call: CallId) {
        if let Some(server) = self.all.get_mut(&id) {
            server.call = Some(call);
        }
    }

    /// The INVITE that a CANCEL takes back (§9.2), and its call; no call once it is answered.
    pub fn cancelled(&self, cancel: &Request) -> Option<(ServerId, Option<CallId>)> {
        let via = cancel.headers.via()?;
        let id = *self.by_key.get(key_of(cancel, &via, &Method::Invite)?.as_slice())?;
        let server = self.all.get(&id)?;
        Some((id, server.call.filter(|_| !server.state.is_answered())))
    }

    /// Ends a transaction before its time.
    pub fn forget(&mut self, id: ServerId) {
        let Some(server) = self.all.remove(&id) else { return };
        self.timers.set(id, None);
        self.by_key.remove(&server.key);
        if let Some(origin) = server.origin {
            self.by_origin.remove(&origin);
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(id) = self.timers.pop(now) {
            let Some(server) = self.all.get_mut(&id) else { continue };
            match server.state.handle_timeout(now) {
                Lapse::Nothing => {}
                Lapse::Resend => self.sent.push_back((server.reply_to, server.response.clone())),
                Lapse::TimedOut | Lapse::Over => self.forget(id),
            }
            let due = self.all.get(&id).and_then(|server| server.state.poll_timeout());
            self.timers.set(id, due);
        }
    }

    /// What comes out, one after the other.
    pub fn poll(&mut self) -> Option<(Peer, Vec<u8>)> {
        self.sent.pop_front()
    }

    /// When `handle_timeout` has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.by_key.is_empty() && self.by_origin.is_empty()
    }

    fn handle_known(&mut self, id: ServerId, request: &Request, now: Instant) -> Arrived {
        let Some(server) = self.all.get_mut(&id) else { return Arrived::Known };
        if request.method == Method::Ack {
            let State::Invite(invite) = &mut server.state else { return Arrived::Ack };
            let to_refusal = invite.handle_ack(server.reply_to.protocol.is_reliable(), now);
            self.timers.set(id, invite.poll_timeout());
            return if to_refusal { Arrived::Known } else { Arrived::Ack };
        }
        if server.state.answers_repeats() && !server.response.is_empty() {
            self.sent.push_back((server.reply_to, server.response.clone()));
        }
        Arrived::Known
    }

    fn insert(&mut self, key: Sign, origin: Option<Sign>, reply_to: Peer, state: State) -> ServerId {
        self.last += 1;
        let id = ServerId(self.last);
        self.by_key.insert(key.clone(), id);
        if let Some(origin) = &origin {
            self.by_origin.insert(origin.clone(), id);
        }
        self.timers.set(id, state.poll_timeout());
        self.all.insert(id, Box::new(Server { state, key, origin, reply_to, response: Vec::new(), call: None, repeats: 0 }));
        id
    }
}

impl State {
    fn start(method: &Method, now: Instant) -> Self {
        match method {
            Method::Invite => State::Invite(ServerInvite::Proceeding),
            _ => State::Other(ServerNonInvite::start(now)),
        }
    }

    fn is_answered(&self) -> bool {
        match self {
            State::Invite(invite) => invite.is_answered(),
            State::Other(other) => other.is_answered(),
        }
    }

    /// Whether a repeat of the request gets the last response again.
    fn answers_repeats(&self) -> bool {
        match self {
            State::Invite(invite) => invite.handle_repeat(),
            State::Other(_) => true,
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

/// §17.2.3: the branch where it is unique, else what RFC 2543 compared.
fn key_of(request: &Request, via: &Via, method: &Method) -> Option<Vec<u8>> {
    let mut key = Vec::with_capacity(128);
    let branch = via.branch().unwrap_or_default();
    if is_unique(branch) {
        write(&mut key, &[branch, method.as_str()]);
    } else {
        let headers = &request.headers;
        let (from, uri) = (headers.from_tag().unwrap_or_default(), request.uri.to_string());
        write(&mut key, &[branch, method.as_str(), headers.call_id()?, from, &uri]);
        key.extend(headers.cseq()?.number.to_be_bytes());
    }
    key.extend(via.port.unwrap_or_default().to_be_bytes());
    match &via.host {
        Host::V4(address) => key.extend(address.octets()),
        Host::V6(address) => key.extend(address.octets()),
        Host::Name(name) => write(&mut key, &[&name.to_ascii_lowercase()]),
        Host::Absent => {}
    }
    Some(key)
}

/// What tells a merged request, on whatever way it came; only requests outside of dialogs are merged.
fn origin_of(request: &Request) -> Option<Sign> {
    let headers = &request.headers;
    if headers.to_tag().is_some() || request.method == Method::Cancel {
        return None;
    }
    let cseq = headers.cseq()?;
    let mut origin = Vec::with_capacity(128);
    write(&mut origin, &[headers.call_id()?, headers.from_tag()?, cseq.method.as_str()]);
    origin.extend(cseq.number.to_be_bytes());
    Some(origin.into())
}

/// No line break stands in what a header says: each text ends with one.
fn write(sign: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        sign.extend(text.as_bytes());
        sign.push(b'\n');
    }
}

/// §18.2.2 and RFC 3581 §4; a stream's connection is the way back.
pub(super) fn reply_to(via: &Via, from: Peer) -> Peer {
    match from.protocol {
        TransportProtocol::Udp => {
            let (host, port) = via.reply_to();
            Peer::udp(SocketAddr::new(host.address().unwrap_or(from.address.ip()), port))
        }
        TransportProtocol::Tcp | TransportProtocol::Tls => from,
    }
}
