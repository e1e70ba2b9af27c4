//! What comes out of the user agent: messages to send, and what happens to calls.

use std::sync::Arc;
use std::time::Duration;

use super::body::Body;
use super::call_news::CallNews;
use super::event::{CallId, RegistrationId, Seeker};
use super::message::Request;
use super::peer::Peer;
use super::uri::Uri;

/// What is to be done, or has happened.
#[derive(Debug, Clone)]
pub enum Action {
    /// Send this.
    Transmit(Peer, Body),
    /// Find out where this is reached; the answer is [`super::Event::Resolved`].
    Resolve(Seeker, Uri),
    /// Somebody calls; [`super::Order::Ring`], `Accept` or `Refuse` is expected.
    Incoming(CallId, Box<Invitation>),
    /// Something has happened to a call.
    Call(CallId, CallNews),
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
    pub request: Arc<Request>,
    /// Who sent it to us.
    pub from: Peer,
    /// The digest user who calls; `None` for a peer who is trusted by address.
    pub user: Option<String>,
    /// The call that it takes the place of (RFC 3891); that one is ended when this one is accepted.
    pub replaces: Option<CallId>,
}
