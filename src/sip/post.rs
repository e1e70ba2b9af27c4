//! The post room: everything that leaves the user agent passes here, and what every message of ours has in common is put on it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use super::action::Action;
use super::admission::Admission;
use super::body::Body;
use super::client_transactions::ClientTransactions;
use super::dialog::Dialog;
use super::errand::Errand;
use super::headers::Headers;
use super::host::Host;
use super::message::{Request, Response};
use super::method::Method;
use super::name_addr::NameAddr;
use super::peer::{Peer, TransportProtocol};
use super::refusal::Refusal;
use super::scheme::Scheme;
use super::server_transactions::{ServerId, ServerTransactions, reply_to};
use super::session_refresh::SessionLimits;
use super::tally::Tally;
use super::uri::Uri;
use super::via::{BRANCH_COOKIE, Via};
use crate::clock::Chance;

/// The media type of a session's description.
pub(super) const SDP: &str = "application/sdp";

/// Extensions that we know.
pub(super) const SUPPORTED: [&str; 3] = ["100rel", "replaces", "timer"];

/// The same, as Supported lists them.
const SUPPORTED_LIST: &str = "100rel, replaces, timer";

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// Where and as whom the user agent works.
#[derive(Debug)]
pub struct Settings {
    /// What it listens on, with the addresses that others reach; the first of a kind is used.
    pub listening: Vec<(TransportProtocol, SocketAddr)>,
    /// What User-Agent and Server headers say.
    pub product: String,
    /// Session timers.
    pub session: SessionLimits,
    /// Who may call, and how many.
    pub admission: Admission,
    /// Whether the application wants to hear of transfers that others wish for; they are declined otherwise.
    pub takes_refer: bool,
}

/// All transactions, and what leaves.
#[derive(Debug)]
pub(super) struct Post {
    pub settings: Settings,
    pub chance: Chance,
    pub clients: ClientTransactions,
    pub servers: ServerTransactions,
    pub actions: VecDeque<Action>,
    pub tally: Tally,
}

impl Post {
    /// Nothing under way.
    pub fn new(settings: Settings, chance: Chance) -> Self {
        let (clients, servers) = (ClientTransactions::new(), ServerTransactions::new());
        Self { settings, chance, clients, servers, actions: VecDeque::new(), tally: Tally::default() }
    }

    /// Tells the application.
    pub fn tell(&mut self, action: Action) {
        self.actions.push_back(action);
    }

    /// Sends a message outside of any transaction: ACK and repeated 2xx.
    pub fn transmit(&mut self, to: Peer, bytes: Vec<u8>) {
        self.tell(Action::Transmit(to, Body(bytes)));
    }

    /// Sends a request in a transaction of its own; gives the Via that names it.
    pub fn send(&mut self, mut request: Request, to: Peer, errand: Errand, now: Instant) -> Via {
        let via = self.via(to);
        request.headers.set("User-Agent", &self.settings.product);
        self.clients.start(request, &via, to, errand, now);
        self.forward();
        via
    }

    /// Sends the CANCEL of an INVITE, on its way (§9.1).
    pub fn cancel(&mut self, invite: &Request, via: &Via, to: Peer, now: Instant) {
        let mut cancel = Request::new(Method::Cancel, invite.uri.clone());
        for name in ["Max-Forwards", "Route", "From", "To", "Call-ID"] {
            cancel.headers.copy(name, &invite.headers);
        }
        let number = invite.headers.cseq().map_or(0, |cseq| cseq.number);
        cancel.headers.push("CSeq", format_args!("{number} CANCEL"));
        self.clients.start(cancel, via, to, Errand::Nobody, now);
        self.forward();
    }

    /// Sends the ACK to a 2xx, with the credentials of its INVITE; gives it back for repeats of the 2xx.
    pub fn acknowledge(&mut self, dialog: &Dialog, number: u32, authorized: Option<&Request>) -> (Peer, Vec<u8>) {
        let mut ack = dialog.request_numbered(Method::Ack, number);
        if let Some(invite) = authorized {
            ["Authorization", "Proxy-Authorization"].iter().for_each(|name| ack.headers.copy(name, &invite.headers));
        }
        let to = dialog.next_hop();
        ack.headers.push_front("Via", self.via(to));
        let bytes = ack.to_bytes();
        self.transmit(to, bytes.clone());
        (to, bytes)
    }

    /// A 2xx that nobody waits for any longer: acknowledged, and hung up (§13.2.2.4).
    pub fn dismiss(&mut self, response: &Response, from: Peer, now: Instant) {
        let Some(mut dialog) = Dialog::of_stray(response, from) else { return };
        self.acknowledge(&dialog, dialog.local_sequence, None);
        let bye = dialog.request(Method::Bye);
        self.send(bye, dialog.next_hop(), Errand::Nobody, now);
    }

    /// Answers a request with a status and nothing more.
    pub fn refuse(&mut self, id: ServerId, request: &Request, status: u16, now: Instant) {
        self.answer(id, Response::to(request, status), now);
    }

    /// Answers a request that comes too early: again after so many seconds.
    pub fn put_off(&mut self, id: ServerId, request: &Request, status: u16, seconds: u64, now: Instant) {
        let mut response = Response::to(request, status);
        response.headers.push("Retry-After", seconds);
        self.answer(id, response, now);
    }

    /// Answers that we cannot read bodies of this kind.
    pub fn refuse_body(&mut self, id: ServerId, request: &Request, now: Instant) {
        let mut response = Response::to(request, 415);
        response.headers.push("Accept", SDP);
        self.answer(id, response, now);
    }

    /// Answers that the method is not taken.
    pub fn refuse_method(&mut self, id: ServerId, request: &Request, now: Instant) {
        let known = !matches!(request.method, Method::Other(_));
        let mut response = Response::to(request, if known { 405 } else { 501 });
        response.headers.push("Allow", self.allowed());
        self.answer(id, response, now);
    }

    /// Says what we can do (§11.2), as 200 to OPTIONS.
    pub fn describe(&mut self, id: ServerId, request: &Request, now: Instant) {
        let mut response = Response::to(request, 200);
        self.add_abilities(&mut response.headers);
        response.headers.push("Accept", SDP);
        response.headers.push("Accept-Language", "en");
        self.answer(id, response, now);
    }

    /// Allow and Supported.
    pub fn add_abilities(&self, headers: &mut Headers) {
        headers.push("Allow", self.allowed());
        headers.push("Supported", SUPPORTED_LIST);
    }

    /// Sends a response; without a tag in To it gets one of its own.
    pub fn answer(&mut self, id: ServerId, response: Response, now: Instant) {
        let status = response.status;
        let bytes = self.written(response);
        self.servers.respond(id, status, bytes, now);
        self.forward();
    }

    /// Sends a response, and gives it to who repeats it.
    pub fn answer_and_keep(&mut self, id: ServerId, response: Response, now: Instant) -> Vec<u8> {
        let status = response.status;
        let bytes = self.written(response);
        self.servers.respond(id, status, bytes.clone(), now);
        self.forward();
        bytes
    }

    fn written(&mut self, mut response: Response) -> Vec<u8> {
        if is_refusal_of_none(&response) {
            self.tally.refuse(response.status);
        }
        if response.status > 100 && response.headers.to_tag().is_none() {
            response.tag(&self.token());
        }
        response.headers.set("Server", &self.settings.product);
        response.to_bytes()
    }

    /// A random word: for tags, branches and Call-IDs.
    pub fn token(&self) -> String {
        let nibbles = self.chance.bytes::<8>().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
        nibbles.map(|nibble| char::from(HEXADECIMAL[usize::from(nibble)])).collect()
    }

    /// Our Contact for this peer, with the user of our address.
    pub fn contact(&self, peer: Peer, own: &Uri) -> NameAddr {
        let address = self.local(peer);
        let mut uri = Uri::sip(Host::from(address.ip())).with_port(address.port());
        uri.user.clone_from(&own.user);
        // §12.1.1: who was reached over TLS all the way stays so.
        if own.scheme == Scheme::Sips {
            uri.scheme = Scheme::Sips;
        }
        if let Some(transport) = peer.protocol.in_uri() {
            uri.params.set("transport", transport);
        }
        NameAddr::new(uri)
    }

    /// The address at which this peer reaches us.
    pub fn local(&self, peer: Peer) -> SocketAddr {
        let of_kind = |(protocol, address): &&(TransportProtocol, SocketAddr)| {
            *protocol == peer.protocol && address.is_ipv4() == peer.address.is_ipv4()
        };
        let listening = &self.settings.listening;
        let found = listening.iter().find(of_kind).or_else(|| listening.iter().find(|(protocol, _)| *protocol == peer.protocol));
        found.or(listening.first()).map_or(SocketAddr::from(([127, 0, 0, 1], 5060)), |(_, address)| *address)
    }

    /// Methods that we take, as Allow lists them.
    pub fn allowed(&self) -> &'static str {
        match self.settings.takes_refer {
            true => "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, NOTIFY, REFER",
            false => "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, NOTIFY",
        }
    }

    fn via(&self, to: Peer) -> Via {
        Via::new(to.protocol.into(), self.local(to), &format!("{BRANCH_COOKIE}{}", self.token()))
    }

    /// Answers once and forgets: who has proved nothing gets no memory and no repeated answers (§26.3.2.4).
    pub fn answer_once(&mut self, id: ServerId, response: Response, now: Instant) {
        self.answer(id, response, now);
        self.servers.forget(id);
    }

    /// Answers what cannot be read, and in no transaction.
    pub fn answer_unreadable(&mut self, refusal: Refusal, from: Peer) {
        let mut response = Response::refusing(refusal);
        response.tag(&self.token());
        response.headers.set("Server", &self.settings.product);
        let to = match response.headers.via() {
            Some(mut via) => {
                via.note_source(from.address);
                response.headers.set_first("Via", &via);
                reply_to(&via, from)
            }
            None => from,
        };
        self.transmit(to, response.to_bytes());
    }

    /// What the transactions send becomes actions, in its order.
    pub fn forward(&mut self) {
        while let Some((to, bytes)) = self.servers.poll() {
            self.transmit(to, bytes);
        }
        while let Some((to, bytes)) = self.clients.poll() {
            self.transmit(to, bytes);
        }
    }
}

/// Whether an invitation is refused that has become no call: a call has put its tag in To.
fn is_refusal_of_none(response: &Response) -> bool {
    let is_of_invite = || response.headers.cseq().is_some_and(|cseq| cseq.method == Method::Invite);
    response.status >= 300 && response.headers.to_tag().is_none() && is_of_invite()
}

/// Adds what the application wants to say.
pub(super) fn add(headers: &mut Headers, more: &Headers) {
    more.iter().for_each(|(name, value)| headers.push(name, value));
}
