//! One call: its dialog, where it stands, and the timers that run for it.

use std::time::{Duration, Instant};

use super::action::Action;
use super::body::Body;
use super::body_part::{SessionPart, session_part};
use super::call_news::{CallNews, SessionNews};
use super::dialog::Dialog;
use super::ending::{Cause, Ending};
use super::errand::Errand;
use super::event::CallId;
use super::exchange::Exchange;
use super::headers::Headers;
use super::incoming::Incoming;
use super::infos::Infos;
use super::message::{Request, Response};
use super::method::Method;
use super::outgoing::Outgoing;
use super::peer::Peer;
use super::post::Post;
use super::prover::Prover;
use super::session_refresh::SessionTimer;
use super::timing::{GIVE_UP, Lapse, Resending, T2};
use super::transfer::Transfer;

/// A call, in or out.
#[derive(Debug)]
pub(super) struct Call {
    pub id: CallId,
    pub dialog: Dialog,
    pub phase: Phase,
    /// Whether we sent the INVITE: who owns the Call-ID waits longer after a glare (RFC 3261 §14.1).
    pub is_ours: bool,
    /// Whether the other side takes UPDATE.
    pub takes_update: bool,
    /// The session as we described it last.
    pub sdp: Vec<u8>,
    /// The change of session that is under way.
    pub exchange: Exchange,
    /// Our next offer, until the change under way is over.
    pub next_offer: Option<Vec<u8>>,
    pub timer: Option<SessionTimer>,
    /// Our 2xx, until its ACK comes.
    pub unacknowledged: Option<Unacknowledged>,
    /// Our last ACK to a 2xx, for repeats of it.
    pub acknowledgement: Option<Acknowledgement>,
    /// The end of the call, when it has to wait for the ACK (§15).
    pub parting: Option<(Ending, Headers)>,
    pub prover: Option<Prover>,
    pub transfer: Transfer,
    pub infos: Infos,
    /// The call that ends when this one is accepted.
    pub replaces: Option<CallId>,
}

/// Where a call stands.
#[derive(Debug)]
pub(super) enum Phase {
    /// It came in and is not answered.
    Incoming(Box<Incoming>),
    /// We make it, and nobody has answered.
    Outgoing(Box<Outgoing>),
    /// Answered.
    Established,
    /// Our BYE is on its way.
    Leaving(Ending),
    /// Nothing is left to do.
    Over,
}

/// An ACK to a 2xx.
#[derive(Debug)]
pub(super) struct Acknowledgement {
    /// The number of the INVITE.
    pub number: u32,
    pub to: Peer,
    pub bytes: Vec<u8>,
}

/// A 2xx to an INVITE, repeated by the core until its ACK comes, over streams too (§13.3.1.4).
#[derive(Debug)]
pub(super) struct Unacknowledged {
    /// The number of the INVITE.
    pub number: u32,
    pub to: Peer,
    pub bytes: Vec<u8>,
    /// The 2xx holds our offer, so that the ACK holds the answer.
    pub offer: bool,
    again: Resending,
    give_up: Instant,
}

impl Call {
    /// A call that has only its dialog.
    pub fn new(id: CallId, dialog: Dialog, phase: Phase, prover: Option<Prover>) -> Self {
        Self {
            id,
            dialog,
            is_ours: matches!(phase, Phase::Outgoing(_)),
            phase,
            takes_update: false,
            sdp: Vec::new(),
            exchange: Exchange::Idle,
            next_offer: None,
            timer: None,
            unacknowledged: None,
            acknowledgement: None,
            parting: None,
            prover,
            transfer: Transfer::None,
            infos: Infos::default(),
            replaces: None,
        }
    }

    /// Whether nothing is left to do.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, post: &mut Post, now: Instant) {
        self.handle_answering_timeout(post, now);
        self.handle_calling_timeout(post, now);
        self.handle_unacknowledged(post, now);
        self.handle_offering_timeout(post, now);
        self.handle_session_timeout(post, now);
        self.handle_referring_timeout(post, now);
    }

    /// When `handle_timeout` has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let phase = match &self.phase {
            Phase::Incoming(incoming) => Some(incoming.poll_timeout()),
            Phase::Outgoing(outgoing) => outgoing.poll_timeout(),
            Phase::Established => None,
            Phase::Leaving(_) | Phase::Over => return None,
        };
        let unacknowledged = self.unacknowledged.as_ref().map(|waiting| waiting.again.due().min(waiting.give_up));
        let session = self.timer.as_ref().map(SessionTimer::poll_timeout);
        let parts = [phase, unacknowledged, session, self.exchange.poll_timeout(), self.transfer.poll_timeout()];
        parts.into_iter().flatten().min()
    }

    /// The ACK to a 2xx of ours came (§13.3.1.4).
    pub fn handle_ack(&mut self, ack: &Request, post: &mut Post, now: Instant) {
        let number = ack.headers.cseq().map(|cseq| cseq.number);
        let Some(waiting) = self.unacknowledged.take_if(|waiting| Some(waiting.number) == number) else { return };
        let answer = waiting.offer.then(|| described(ack)).flatten();
        if let Some(answer) = answer {
            self.tell(CallNews::Session(SessionNews::Answered(Body(answer))), post);
        }
        self.tell(CallNews::Acknowledged, post);
        match self.parting.take() {
            Some((ending, headers)) => self.leave(ending, &headers, post, now),
            None => self.offer_next(post, now),
        }
    }

    /// Sends a 2xx to an INVITE, and again until its ACK comes.
    pub fn await_ack(&mut self, number: u32, to: Peer, bytes: Vec<u8>, offer: bool, now: Instant) {
        let again = Resending::start(T2, now);
        self.unacknowledged = Some(Unacknowledged { number, to, bytes, offer, again, give_up: now + GIVE_UP });
    }

    /// A request of this dialog; those that tell where we are bear our Contact (§12.2.1.1).
    pub fn request(&mut self, method: Method, post: &Post) -> Request {
        let tells_contact = matches!(method, Method::Invite | Method::Update | Method::Refer | Method::Notify);
        let mut request = self.dialog.request(method);
        if tells_contact {
            request.headers.push("Contact", post.contact(self.dialog.next_hop(), &self.dialog.local.uri));
        }
        request
    }

    /// Acknowledges a 2xx, with the credentials of its INVITE (RFC 3261 §22.1).
    pub fn acknowledge(&mut self, number: u32, invite: Option<&Request>, post: &mut Post) {
        let (to, bytes) = post.acknowledge(&self.dialog, number, invite);
        self.acknowledgement = Some(Acknowledgement { number, to, bytes });
    }

    /// A 2xx came again: our ACK was lost.
    pub fn acknowledge_again(&self, response: &Response, post: &mut Post) {
        let number = response.headers.cseq().map(|cseq| cseq.number);
        let sent = self.acknowledgement.as_ref().filter(|sent| Some(sent.number) == number);
        match (sent, number) {
            (Some(sent), _) => post.transmit(sent.to, sent.bytes.clone()),
            (None, Some(number)) => drop(post.acknowledge(&self.dialog, number, None)),
            (None, None) => {}
        }
    }

    /// Sends a request of this dialog.
    pub fn send(&mut self, mut request: Request, errand: Errand, post: &mut Post, now: Instant) {
        if let Some(prover) = &mut self.prover {
            prover.prove(&mut request, &post.chance);
        }
        post.send(request, self.dialog.next_hop(), errand, now);
    }

    /// A response of this dialog, with our tag and Contact and the way that the dialog takes (§12.1.1).
    pub fn response(&self, request: &Request, status: u16, post: &Post) -> Response {
        let mut response = Response::to(request, status);
        response.tag(self.dialog.local_tag());
        if (101..300).contains(&status) && matches!(request.method, Method::Invite | Method::Update) {
            response.headers.copy("Record-Route", &request.headers);
            response.headers.push("Contact", post.contact(self.dialog.peer, &self.dialog.local.uri));
            post.add_abilities(&mut response.headers);
        }
        response
    }

    /// Tells the application.
    pub fn tell(&self, news: CallNews, post: &mut Post) {
        post.tell(Action::Call(self.id, news));
    }

    /// The call is over, and the application hears of it.
    pub fn end(&mut self, ending: Ending, post: &mut Post) {
        if !self.is_over() {
            self.phase = Phase::Over;
            self.tell(CallNews::Ended(ending), post);
        }
    }

    fn handle_unacknowledged(&mut self, post: &mut Post, now: Instant) {
        let Some(waiting) = &mut self.unacknowledged else { return };
        if now >= waiting.give_up {
            self.unacknowledged = None;
            let (ending, headers) = self.parting.take().unwrap_or((Ending::ours(Cause::NoAnswer), Headers::default()));
            return self.leave(ending, &headers, post, now);
        }
        if waiting.again.handle_timeout(now) == Lapse::Resend {
            post.transmit(waiting.to, waiting.bytes.clone());
        }
    }
}

/// The description of a session in a message's body.
pub(super) fn described(request: &Request) -> Option<Vec<u8>> {
    description(session_part(&request.headers, &request.body))
}

/// The description of a session in a response's body.
pub(super) fn answered(response: &Response) -> Option<Vec<u8>> {
    description(session_part(&response.headers, &response.body))
}

/// Whether the body, if any, describes a session.
pub(super) fn is_readable(request: &Request) -> bool {
    session_part(&request.headers, &request.body) != SessionPart::Unsupported
}

fn description(part: SessionPart<'_>) -> Option<Vec<u8>> {
    match part {
        SessionPart::Sdp(bytes) => Some(bytes.to_vec()),
        SessionPart::Absent | SessionPart::Unsupported => None,
    }
}

/// A pause of less than `end` milliseconds, drawn from eight random bytes.
pub(super) fn drawn_below(bytes: [u8; 8], end: u64) -> Duration {
    Duration::from_millis(u64::from_be_bytes(bytes) % end.max(1))
}
