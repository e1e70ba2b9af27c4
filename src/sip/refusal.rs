//! Why a message is not taken: it is dropped, or answered with a status and words (RFC 3261 §8.2, §16.3, §21.4.1).

use std::borrow::Cow;

use super::header_name::Known;
use super::headers::{BadHeader, Headers};
use super::method::Method;

/// What an answer copies from its request (RFC 3261 §8.2.6.2).
const COPIED: [Known; 5] = [Known::VIA, Known::FROM, Known::TO, Known::CALL_ID, Known::CSEQ];

/// Lines of headers that most answers do with.
const USUAL_LINES: usize = 12;
/// Bytes of headers that most answers do with.
const USUAL_BYTES: usize = 512;

/// A message that cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ParseError {
    /// Nothing that could be answered: a response, an ACK, no SIP at all.
    #[error("SIP message dropped: {0}")]
    Drop(&'static str),
    /// A request that can be answered.
    #[error(transparent)]
    Refuse(#[from] Box<Refusal>),
}

/// The answer to a request that is not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("SIP request {method} refused with {status} {reason}")]
pub struct Refusal {
    /// Status of the answer, 400 to 699.
    pub status: u16,
    /// Reason phrase of the answer; says which header is wrong, not what stands in it.
    pub reason: Cow<'static, str>,
    /// The request's method.
    pub method: Method,
    /// Via, From, To, Call-ID and CSeq as they came, and what the answer says besides.
    pub headers: Headers,
}

impl Refusal {
    /// The answer `status` to a request with these headers.
    pub fn new(status: u16, reason: impl Into<Cow<'static, str>>, method: Method, request: &Headers) -> Self {
        let mut headers = Headers::with_room(USUAL_LINES, USUAL_BYTES);
        COPIED.iter().for_each(|name| headers.copy_known(*name, request));
        Self { status, reason: reason.into(), method, headers }
    }

    /// The same with one more header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push(name, value);
        self
    }
}

/// Status and words of what is wrong, before it is known whom to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub status: u16,
    pub reason: String,
}

impl Fault {
    pub fn bad(reason: impl Into<String>) -> Self {
        Self { status: 400, reason: reason.into() }
    }
}

impl From<BadHeader> for Fault {
    fn from(bad: BadHeader) -> Self {
        Self::bad(format!("Bad {} ({})", bad.name, bad.malformed))
    }
}
