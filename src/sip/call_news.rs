//! What happens to one call, as whoever holds it hears it.

use super::body::Body;
use super::ending::Ending;
use super::headers::Headers;
use super::name_addr::NameAddr;
use crate::secret::SecretText;

/// News of one call.
#[derive(Debug, Clone)]
pub enum CallNews {
    /// A call that we make goes on: it rings, or a description of the session has come before the answer.
    Progress {
        /// 101 to 199.
        status: u16,
        /// The answer to our offer.
        sdp: Option<Body>,
    },
    /// A call that we make was answered.
    Answered {
        /// The answer to our offer; `None` when it came in a [`CallNews::Progress`].
        sdp: Option<Body>,
        /// Headers of the 200.
        headers: Headers,
    },
    /// Our acceptance has arrived (ACK); when the offer was ours, its answer was told before.
    Acknowledged,
    /// The session changes, or does not.
    Session(SessionNews),
    /// The other side sent what belongs to the call, like a key.
    Info {
        /// The body's media type, in lower case and without parameters.
        content_type: String,
        /// The body.
        body: SecretText,
    },
    /// The other side wishes that we call somebody; [`super::Order::AnswerRefer`] is expected.
    ReferAsked(Box<NameAddr>),
    /// How the transfer that we asked for goes on.
    Transfer {
        /// Status of our REFER, then of the call that it has led to.
        status: u16,
        /// Nothing more will be heard.
        over: bool,
    },
    /// The call is over and forgotten: the last that is heard of it.
    Ended(Ending),
}

/// What is said about the session of a call that stands (RFC 3264 §8).
#[derive(Debug, Clone)]
pub enum SessionNews {
    /// The other side changes the session; `None` asks for an offer of ours. `Accept` or `Refuse` is expected.
    Offered(Option<Body>),
    /// The answer to our offer.
    Answered(Body),
    /// Our change of the session was refused with this status; the session stays as it was.
    Refused(u16),
}
