//! What comes out of the user agent: messages to send, and what happens to calls.

use std::time::Duration;

use super::body::Body;
use super::event::{CallId, RegistrationId};
use super::headers::Headers;
use super::message::Request;
use super::name_addr::NameAddr;
use super::peer::Peer;
use super::uri::Uri;
use crate::secret::SecretText;

/// What is to be done, or has happened.
#[derive(Debug, Clone)]
pub enum Action {
    /// Send this.
    Transmit(Peer, Body),
    /// Find out where this is reached; the answer is [`super::Event::Resolved`].
    Resolve(CallId, Uri),
    /// Somebody calls; [`super::Order::Ring`], `Accept` or `Refuse` is expected.
    Incoming(CallId, Box<Invitation>),
    /// A call that we make goes on: it rings, or a description of the session has come before the answer.
    Progress {
        /// The call.
        call: CallId,
        /// 101 to 199.
        status: u16,
        /// The answer to our offer.
        sdp: Option<Body>,
    },
    /// A call that we make was answered.
    Answered {
        /// The call.
        call: CallId,
        /// The answer to our offer; `None` when it came in a [`Action::Progress`].
        sdp: Option<Body>,
        /// Headers of the 200.
        headers: Headers,
    },
    /// Our acceptance has arrived; with the answer, when the offer was ours.
    Acknowledged(CallId, Option<Body>),
    /// The other side changes the session; `None` asks for an offer of ours. `Accept` or `Refuse` is expected.
    Offered(CallId, Option<Body>),
    /// The answer to our change of the session.
    OfferAnswered(CallId, Body),
    /// Our change of the session was refused with this status; the session stays as it was.
    OfferRefused(CallId, u16),
    /// The other side sent what belongs to the call, like a key.
    Info {
        /// The call.
        call: CallId,
        /// The body's media type, in lower case and without parameters.
        content_type: String,
        /// The body.
        body: SecretText,
    },
    /// The other side wishes that we call somebody; [`super::Order::AnswerRefer`] is expected.
    ReferAsked(CallId, Box<NameAddr>),
    /// How the transfer that we asked for goes on.
    Transfer {
        /// The call.
        call: CallId,
        /// Status of our REFER, then of the call that it has led to.
        status: u16,
        /// Nothing more will be heard.
        over: bool,
    },
    /// The call is over and forgotten: the last that is heard of it.
    Ended(CallId, Ending),
    /// Registered for so long; refreshed by itself.
    Registered(RegistrationId, Duration),
    /// Not registered: by this status, or because nobody answered; tried again after that time, unless it was taken back.
    Unregistered(RegistrationId, Option<u16>, Option<Duration>),
    /// After [`super::Order::Drain`]: the last call has ended and nothing is registered.
    Drained,
}

/// A call that comes in.
#[derive(Debug, Clone, PartialEq)]
pub struct Invitation {
    /// The INVITE, with target, offer and headers.
    pub request: Request,
    /// Who sent it to us.
    pub from: Peer,
    /// The digest user who calls; `None` for a peer who is trusted by address.
    pub user: Option<String>,
    /// The call that it takes the place of (RFC 3891); that one is ended when this one is accepted.
    pub replaces: Option<CallId>,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// By whom.
    pub by: Side,
    /// How.
    pub cause: Cause,
    /// Headers of the other side's BYE or refusal.
    pub headers: Headers,
}

/// One of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// This user agent.
    Us,
    /// The other one.
    Them,
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// An answered call was hung up.
    HungUp,
    /// Taken back before it was answered.
    Cancelled,
    /// Refused with this status.
    Refused(u16),
    /// Nobody answered a message that must be answered, or nothing could be sent.
    NoAnswer,
    /// Nobody refreshed the session (RFC 4028).
    Expired,
    /// The other side knows nothing of the call any longer.
    Unknown,
    /// Another call has taken its place.
    Replaced,
}

impl Ending {
    /// By us.
    pub(super) fn ours(cause: Cause) -> Self {
        Self { by: Side::Us, cause, headers: Headers::default() }
    }

    /// By the other side.
    pub(super) fn theirs(cause: Cause, headers: Headers) -> Self {
        Self { by: Side::Them, cause, headers }
    }
}
