//! SIP messages: requests and responses, read from bytes and written to them (RFC 3261 §7).

use std::borrow::Cow;
use std::fmt::{self, Write};

use super::header_name::Known;
use super::headers::Headers;
use super::inspection;
use super::method::Method;
use super::name_addr::{NameAddr, NameAddrParts};
use super::params;
use super::reader::{self, Lines, Parts, StartLine};
use super::refusal::{Fault, ParseError, Refusal};
use super::status::reason_phrase;
use super::token;
use super::uri::Uri;

/// A request or a response.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Asks for something.
    Request(Request),
    /// Answers a request.
    Response(Response),
}

/// A request. One that was read has a readable Via, From, To, Call-ID and CSeq. `Debug` shows no body, which may hold keys.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// What it asks for.
    pub method: Method,
    /// Whom it is for.
    pub uri: Uri,
    /// Its headers; Content-Length is made when it is written.
    pub headers: Headers,
    /// Its body.
    pub body: Vec<u8>,
}

/// A response. One that was read has a readable Via, From, To, Call-ID and CSeq. `Debug` shows no body.
#[derive(Clone, PartialEq)]
pub struct Response {
    /// 100 to 699.
    pub status: u16,
    /// Words for people.
    pub reason: Cow<'static, str>,
    /// Its headers; Content-Length is made when it is written.
    pub headers: Headers,
    /// Its body.
    pub body: Vec<u8>,
}

impl Message {
    /// Reads one message. Bytes beyond its Content-Length are passed over, as a datagram asks (RFC 3261 §18.3).
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let (head, body) = reader::split(bytes);
        let mut lines = Lines::of(&head);
        let first = lines.next().unwrap_or_default();
        match StartLine::read(&first) {
            Some(StartLine::Request { method, uri, version }) => {
                Request::read(method, uri, version, Parts::read(lines, body)).map(Self::Request)
            }
            Some(StartLine::Status { version, status, reason }) => {
                Response::read(version, status, reason, Parts::read(lines, body)).map(Self::Response)
            }
            None => Err(ParseError::Drop("its first line is not SIP's")),
        }
    }

    /// The message as it goes on the wire.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Request(request) => request.to_bytes(),
            Self::Response(response) => response.to_bytes(),
        }
    }

    /// Its headers.
    pub fn headers(&self) -> &Headers {
        match self {
            Self::Request(request) => &request.headers,
            Self::Response(response) => &response.headers,
        }
    }

    /// Its body.
    pub fn body(&self) -> &[u8] {
        match self {
            Self::Request(request) => &request.body,
            Self::Response(response) => &response.body,
        }
    }
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: Method, uri: Uri) -> Self {
        Self { method, uri, headers: Headers::default(), body: Vec::new() }
    }

    /// Puts a body in, and says what it is.
    pub fn set_body(&mut self, content_type: &str, body: impl Into<Vec<u8>>) {
        self.headers.set("Content-Type", content_type);
        self.body = body.into();
    }

    /// The request as it goes on the wire.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = room_for(&self.headers, &self.body);
        text.push_str(self.method.as_str());
        // A text takes all that is written to it.
        let _ = write!(text, " {} SIP/2.0\r\n", self.uri);
        finish(text, &self.headers, &self.body)
    }

    fn read(method: &str, uri: &str, version: &str, parts: Parts<'_>) -> Result<Self, ParseError> {
        let method = Method::from(method);
        match Self::judge(&method, uri, version, &parts) {
            Ok((uri, body)) => Ok(Self { method, uri, headers: parts.headers, body }),
            Err(fault) if method != Method::Ack && parts.headers.has("Via") => {
                Err(ParseError::Refuse(Box::new(Refusal::new(fault.status, fault.reason, method, &parts.headers))))
            }
            Err(_) => Err(ParseError::Drop("a request that cannot be read nor answered")),
        }
    }

    /// Address and body of a request that may be acted on.
    fn judge(method: &Method, uri: &str, version: &str, parts: &Parts<'_>) -> Result<(Uri, Vec<u8>), Fault> {
        inspection::version(version)?;
        inspection::request(&parts.headers, method)?;
        let uri = inspection::request_uri(uri)?;
        if !parts.whole {
            return Err(Fault::bad("Bad Request (headers do not end)"));
        }
        Ok((uri, inspection::body(&parts.headers, parts.rest)?))
    }
}

impl Response {
    /// An answer without headers, with the usual words.
    pub fn new(status: u16) -> Self {
        Self { status, reason: reason_phrase(status).into(), headers: Headers::default(), body: Vec::new() }
    }

    /// The answer to `request`: Via, From, To, Call-ID and CSeq are copied (RFC 3261 §8.2.6.2). To gets no tag.
    pub fn to(request: &Request, status: u16) -> Self {
        Self::refusing(Refusal::new(status, reason_phrase(status), request.method.clone(), &request.headers))
    }

    /// The answer to a request that is not taken. To gets no tag.
    pub fn refusing(refusal: Refusal) -> Self {
        Self { status: refusal.status, reason: refusal.reason, headers: refusal.headers, body: Vec::new() }
    }

    /// Whether the request is still at work (1xx).
    pub fn is_provisional(&self) -> bool {
        self.status < 200
    }

    /// Whether it did what was asked (2xx).
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Puts a body in, and says what it is.
    pub fn set_body(&mut self, content_type: &str, body: impl Into<Vec<u8>>) {
        self.headers.set("Content-Type", content_type);
        self.body = body.into();
    }

    /// Gives the To header a tag, unless it has one, or cannot be read.
    pub fn tag(&mut self, tag: &str) {
        if self.headers.to_tag().is_some() {
            return;
        }
        let Some(Ok(to)) = self.headers.first(Known::TO).map(NameAddrParts::read) else { return };
        match params::value_of(&to.params, "tag") {
            None => self.headers.extend(Known::TO, [";tag=", tag]),
            Some(_) => self.headers.set("To", NameAddr::from(to).with_tag(tag)),
        }
    }

    /// The response as it goes on the wire.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = room_for(&self.headers, &self.body);
        // A text takes all that is written to it.
        let _ = write!(text, "SIP/2.0 {} ", self.status);
        text.push_str(&without_breaks(&self.reason));
        text.push_str("\r\n");
        finish(text, &self.headers, &self.body)
    }

    fn read(version: &str, status: &str, reason: &str, parts: Parts<'_>) -> Result<Self, ParseError> {
        let Parts { headers, rest, whole } = parts;
        let status = token::number(status).and_then(|status| u16::try_from(status).ok()).filter(|status| (100..700).contains(status));
        let status = status.ok_or(ParseError::Drop("a response whose status is none"))?;
        if headers.all("Via").nth(1).is_some() {
            // We are no proxy: nobody behind us waits for it (RFC 3261 §8.1.3.3).
            return Err(ParseError::Drop("a response on its way to somebody else"));
        }
        let unreadable = |_: Fault| ParseError::Drop("a response that cannot be read");
        inspection::version(version).map_err(unreadable)?;
        inspection::identity(&headers).map_err(unreadable)?;
        let body = inspection::body(&headers, rest).map_err(unreadable)?;
        if whole {
            Ok(Self { status, reason: reason.to_owned().into(), headers, body })
        } else {
            Err(ParseError::Drop("a response that does not end"))
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {:?} and {} bytes", self.method, self.uri, self.headers, self.body.len())
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {:?} and {} bytes", self.status, self.reason, self.headers, self.body.len())
    }
}

/// A line break would begin a header: it becomes a blank.
fn without_breaks(words: &str) -> Cow<'_, str> {
    if words.contains(['\r', '\n']) { words.replace(['\r', '\n'], " ").into() } else { words.into() }
}

fn room_for(headers: &Headers, body: &[u8]) -> String {
    String::with_capacity(128 + 64 * headers.len() + body.len())
}

/// Puts headers and body behind the first line.
fn finish(mut text: String, headers: &Headers, body: &[u8]) -> Vec<u8> {
    for (name, value) in headers.iter().filter(|(name, _)| *name != "Content-Length") {
        [name, ": ", value, "\r\n"].into_iter().for_each(|part| text.push_str(part));
    }
    // A text takes all that is written to it.
    let _ = write!(text, "Content-Length: {}\r\n\r\n", body.len());
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: &str = "OPTIONS sip:user@example.com SIP/2.0\r\n\
        Via: SIP/2.0/UDP host.example.com;branch=z9hG4bKkdjuw\r\n\
        To: sip:user@example.com\r\n\
        From: sip:caller@example.net;tag=323\r\n\
        Max-Forwards: 70\r\n\
        Call-ID: a84b4c76e66710\r\n\
        CSeq: 60 OPTIONS\r\n";

    fn options(more: &str) -> String {
        format!("{OPTIONS}{more}")
    }

    fn request(text: &str) -> Request {
        match Message::parse(text.as_bytes()) {
            Ok(Message::Request(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    fn refusal(text: &str) -> Refusal {
        match Message::parse(text.as_bytes()) {
            Err(ParseError::Refuse(refusal)) => *refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_request_is_written_as_it_was_read() {
        let text = options("Content-Length: 4\r\n\r\nbody");

        assert_eq!(String::from_utf8(request(&text).to_bytes()).unwrap(), text);
    }

    #[test]
    fn nothing_of_numbers_headers_and_keys_is_shown() {
        let text = options("\r\nSignal=7").replace("sip:user@example.com SIP", "sip:+491701234521@example.com SIP");

        let shown = format!("{:?}", request(&text));

        assert!(shown.starts_with("OPTIONS sip:+49…21@example.com [\"Via\", "), "{shown}");
        assert!(shown.ends_with(" and 8 bytes"), "{shown}");
    }

    #[test]
    fn what_follows_the_body_is_passed_over() {
        assert_eq!(request(&options("l: 2\r\n\r\nbody")).body, b"bo");
        assert_eq!(request(&options("\r\nbody")).body, b"body");
    }

    #[test]
    fn an_answer_copies_what_it_must() {
        let mut response = Response::to(&request(&options("\r\n")), 486);
        response.tag("mine");

        let again = Message::parse(&response.to_bytes()).unwrap();

        assert_eq!(again.headers().to().unwrap().tag(), Some("mine"));
        assert_eq!(again.headers().call_id(), Some("a84b4c76e66710"));
        assert!(String::from_utf8(response.to_bytes()).unwrap().starts_with("SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/UDP host.example.com;"));
    }

    #[test]
    fn a_faulty_request_is_refused_with_words_that_say_where() {
        for (text, status, words) in [
            (options("Content-Length: -999\r\n\r\n"), 400, "Bad Content-Length (not a number)"),
            (options("Content-Length: 9999\r\n\r\nbody"), 400, "Bad Content-Length (longer than the message)"),
            (options("Expires: Mon, 1 Jan\r\n\r\n"), 400, "Bad Expires (not a number)"),
            (options("To: sip:b@c\r\n\r\n"), 400, "Bad To (more than one)"),
            (options(""), 400, "Bad Request (headers do not end)"),
            (options("\r\n").replace("SIP/2.0\r\nVia", "SIP/7.0\r\nVia"), 505, "Version Not Supported"),
            (options("\r\n").replace("CSeq: 60 OPTIONS", "CSeq: 60 INVITE"), 400, "Bad CSeq (another method than the request's)"),
            (options("\r\n").replace("Call-ID: a84b4c76e66710\r\nCSeq: 60 OPTIONS\r\n", ""), 400, "Missing Call-ID, CSeq"),
            (
                options("\r\n").replace("OPTIONS sip:user@example.com SIP", "OPTIONS <sip:user@example.com> SIP"),
                400,
                "Bad Request-URI (blank or bracket in a URI)",
            ),
        ] {
            let refusal = refusal(&text);
            assert_eq!((refusal.status, &*refusal.reason), (status, words));
        }
    }

    #[test]
    fn nobody_answers_a_faulty_ack_or_response() {
        let ack = options("\r\n").replace("OPTIONS sip", "ACK sip");
        let response = options("\r\n").replace("OPTIONS sip:user@example.com SIP/2.0", "SIP/2.0 4294967301 large");

        for text in [ack, response] {
            assert!(matches!(Message::parse(text.as_bytes()), Err(ParseError::Drop(_))));
        }
    }
}
