//! What must be right in a message before anyone acts on it (RFC 3261 §8.1.1, §8.2, §16.3; RFC 4475).

use super::header_name::{Known, SINGLE};
use super::headers::Headers;
use super::malformed::Malformed;
use super::method::Method;
use super::name_addr::{NameAddrParts, check_contact};
use super::refusal::Fault;
use super::sequence::CSeq;
use super::session_timer::SessionExpires;
use super::token;
use super::uri::Uri;
use super::via::ViaParts;

/// Headers without which a message is none (RFC 3261 §8.1.1; Max-Forwards came later and is not asked for).
const NEEDED: [Known; 5] = [Known::VIA, Known::FROM, Known::TO, Known::CALL_ID, Known::CSEQ];

/// Headers whose value is a number of seconds or hops.
const NUMBERS: [Known; 3] = [Known::named("Expires"), Known::named("Min-SE"), Known::named("Min-Expires")];

/// The address of a request, when it may be acted on.
pub(super) fn request_uri(text: &str) -> Result<Uri, Fault> {
    let uri: Uri = text.parse().map_err(|malformed| Fault::bad(format!("Bad Request-URI ({malformed})")))?;
    if uri.is_sip() && uri.headers.is_some() {
        return Err(Fault::bad("Bad Request-URI (headers in it)"));
    }
    Ok(uri)
}

/// The version is ours.
pub(super) fn version(version: &str) -> Result<(), Fault> {
    let ours = version.eq_ignore_ascii_case("SIP/2.0");
    if ours { Ok(()) } else { Err(Fault { status: 505, reason: "Version Not Supported".to_owned() }) }
}

/// All headers that must be there are there, once where they may be there once, and can be read: what a response needs too.
/// Gives the CSeq.
pub(super) fn identity(headers: &Headers) -> Result<CSeq, Fault> {
    let counts = headers.counts();
    if NEEDED.iter().any(|name| counts[name.place()] == 0) {
        let missing = NEEDED.iter().filter(|name| counts[name.place()] == 0).map(|name| name.spelling());
        return Err(Fault::bad(format!("Missing {}", missing.collect::<Vec<_>>().join(", "))));
    }
    if let Some(name) = SINGLE.iter().find(|name| counts[name.place()] > 1) {
        return Err(Fault::bad(format!("Bad {} (more than one)", name.spelling())));
    }
    headers.check_all(Known::VIA, |via| ViaParts::read(via).map(drop))?;
    headers.check(Known::FROM, name_addr)?;
    headers.check(Known::TO, name_addr)?;
    let cseq = headers.read("CSeq")?.ok_or_else(|| Fault::bad("Missing CSeq"))?;
    call_id(headers)?;
    Ok(cseq)
}

/// All headers of a request that are acted on can be read.
pub(super) fn request(headers: &Headers, method: &Method) -> Result<(), Fault> {
    if identity(headers)?.method != *method {
        return Err(Fault::bad("Bad CSeq (another method than the request's)"));
    }
    headers.check_all(Known::CONTACT, check_contact)?;
    headers.check_all(Known::ROUTE, name_addr)?;
    headers.check_all(Known::RECORD_ROUTE, name_addr)?;
    headers.check(Known::REFER_TO, name_addr)?;
    headers.check(Known::SESSION_EXPIRES, |text| text.parse::<SessionExpires>().map(drop))?;
    numbers(headers)
}

/// The body in what follows the blank line: as many bytes as Content-Length says, all there are when it says nothing.
pub(super) fn body(headers: &Headers, rest: &[u8]) -> Result<Vec<u8>, Fault> {
    let Some(declared) = headers.first(Known::CONTENT_LENGTH) else { return Ok(rest.to_vec()) };
    let length = token::number(declared).ok_or_else(|| Fault::bad("Bad Content-Length (not a number)"))?;
    let body = usize::try_from(length).ok().and_then(|length| rest.get(..length));
    body.map(<[u8]>::to_vec).ok_or_else(|| Fault::bad("Bad Content-Length (longer than the message)"))
}

fn name_addr(text: &str) -> Result<(), Malformed> {
    NameAddrParts::read(text).map(drop)
}

fn call_id(headers: &Headers) -> Result<(), Fault> {
    let one_word = headers
        .call_id()
        .is_some_and(|id| !id.is_empty() && (id.bytes().all(|byte| byte.is_ascii_graphic()) || !id.contains(char::is_whitespace)));
    if one_word { Ok(()) } else { Err(Fault::bad("Bad Call-ID (not one word)")) }
}

fn numbers(headers: &Headers) -> Result<(), Fault> {
    if headers.first(Known::MAX_FORWARDS).is_some() && headers.max_forwards().is_none() {
        return Err(Fault::bad("Bad Max-Forwards (not a number up to 255)"));
    }
    let bad = NUMBERS.iter().find(|name| headers.first(**name).is_some_and(|value| seconds(value).is_none()));
    bad.map_or(Ok(()), |name| Err(Fault::bad(format!("Bad {} (not a number)", name.spelling()))))
}

/// Old senders put a date into Expires; RFC 3261 §20.19 lets only seconds through.
fn seconds(value: &str) -> Option<u64> {
    token::number(value.split([';', ' ']).next().unwrap_or_default())
}
