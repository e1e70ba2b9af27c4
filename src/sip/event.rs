//! What goes into the user agent: messages from the network, and orders of the application.

use std::fmt;
use std::time::Duration;

use super::body::Body;
use super::headers::Headers;
use super::message::Message;
use super::name_addr::NameAddr;
use super::peer::Peer;
use super::refusal::Refusal;
use super::uri::Uri;
use crate::secret::SecretText;

/// One call of this user agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub(super) u64);

/// One registration at a registrar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegistrationId(pub u64);

/// Who wants to know where something is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seeker {
    /// A call that is redirected.
    Call(CallId),
    /// A registration, before every attempt but refreshes that succeed: registrars move.
    Registration(RegistrationId),
}

/// What the user agent is told.
#[derive(Debug, Clone)]
pub enum Event {
    /// A message came.
    Received {
        /// What it says.
        message: Message,
        /// Who sent it, as the socket knows.
        from: Peer,
    },
    /// A request came that cannot be read, but answered: [`super::ParseError::Refuse`].
    Unreadable(Box<Refusal>, Peer),
    /// Nothing reaches that peer: no connection, or an ICMP error (RFC 3261 §18.4).
    Unreachable(Peer),
    /// Where the target of [`super::Action::Resolve`] is reached, best first; nothing when that is unknown.
    Resolved(Seeker, Vec<Peer>),
    /// The application wants something.
    Order(Order),
}

/// What the application wants.
#[derive(Debug, Clone)]
pub enum Order {
    /// Tells the caller that it rings (180), or more (183); with a description of the session the caller hears it.
    Ring {
        /// An incoming call.
        call: CallId,
        /// 101 to 199.
        status: u16,
        /// The answer, or the offer to who made none.
        sdp: Option<Body>,
    },
    /// Takes the call that comes in, or the change of session that the other side offers.
    Accept {
        /// The call.
        call: CallId,
        /// The answer, or the offer to who made none.
        sdp: Body,
        /// Headers of the 200.
        headers: Headers,
    },
    /// Refuses the call that comes in, or the change of session that the other side offers.
    Refuse(CallId, Refused),
    /// Ends a call, answered or not.
    HangUp {
        /// The call.
        call: CallId,
        /// Headers of the BYE.
        headers: Headers,
    },
    /// Calls somebody.
    Dial(Box<Dial>),
    /// Changes the session: hold, resume, other addresses. When another change is under way it waits for its end.
    Offer {
        /// An answered call.
        call: CallId,
        /// The offer.
        sdp: Body,
    },
    /// Asks the other side to call somebody else (RFC 3515).
    Refer {
        /// An answered call.
        call: CallId,
        /// Whom it is to call.
        to: Uri,
        /// The call with that person which the new one takes over (RFC 3891): an attended transfer.
        replaces: Option<CallId>,
        /// Headers of the REFER.
        headers: Headers,
    },
    /// Answers the other side's wish for a transfer.
    AnswerRefer {
        /// The call.
        call: CallId,
        /// 202 to do it, else 300 to 699.
        status: u16,
    },
    /// Tells who wished for a transfer how it goes on.
    Notify {
        /// The call.
        call: CallId,
        /// Status of the new call; from 200 it is the last that is told.
        status: u16,
    },
    /// Sends what belongs to the call, like a key (RFC 6086).
    Info {
        /// An answered call.
        call: CallId,
        /// The body's media type.
        content_type: String,
        /// The body.
        body: SecretText,
    },
    /// Registers, and keeps the registration.
    Register(Box<Register>),
    /// Takes a registration back.
    Unregister(RegistrationId),
    /// Finishes calls, refuses new ones, takes registrations back.
    Drain,
}

/// How an incoming call or offer is refused.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Refused {
    /// 300 to 699.
    pub status: u16,
    /// When it may be tried again.
    pub retry_after: Option<Duration>,
    /// Where it may be tried instead (3xx).
    pub contacts: Vec<Uri>,
    /// More headers.
    pub headers: Headers,
}

impl Refused {
    /// With this status and nothing more.
    pub fn with(status: u16) -> Self {
        Self { status, ..Self::default() }
    }
}

/// A call to make.
#[derive(Debug, Clone)]
pub struct Dial {
    /// Its name from here on: [`super::UserAgent::reserve_call`].
    pub call: CallId,
    /// Whom to call.
    pub target: Uri,
    /// Where requests go, best first.
    pub peers: Vec<Peer>,
    /// Who calls.
    pub from: NameAddr,
    /// The offer.
    pub sdp: Body,
    /// Headers of the INVITE.
    pub headers: Headers,
    /// For who asks who we are.
    pub account: Option<Account>,
    /// 70; of a call that continues another, one less than that has left.
    pub max_forwards: u8,
}

/// A name and its password at a server that asks who we are.
#[derive(Debug, Clone)]
pub struct Account {
    /// The name.
    pub username: String,
    /// The password.
    pub password: SecretText,
}

/// A registration to keep (RFC 3261 §10.2).
#[derive(Debug, Clone)]
pub struct Register {
    /// Its name from here on.
    pub registration: RegistrationId,
    /// The registrar's address, without user.
    pub registrar: Uri,
    /// Who is registered.
    pub address_of_record: Uri,
    /// For how long we ask.
    pub expires: Duration,
    /// For who asks who we are.
    pub account: Option<Account>,
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
