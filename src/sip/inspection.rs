//! What must be right in a message before anyone acts on it (RFC 3261 §8.1.1, §8.2, §16.3; RFC 4475).

use super::header_name;
use super::headers::Headers;
use super::method::Method;
use super::name_addr::{Contact, NameAddr};
use super::reader::Parts;
use super::refusal::Fault;
use super::sequence::CSeq;
use super::session_timer::SessionExpires;
use super::token;
use super::uri::Uri;
use super::via::Via;

/// Headers without which a message is none (RFC 3261 §8.1.1; Max-Forwards came later and is not asked for).
const NEEDED: [&str; 5] = ["Via", "From", "To", "Call-ID", "CSeq"];

/// Headers whose value is a number of seconds or hops.
const NUMBERS: [&str; 3] = ["Expires", "Min-SE", "Min-Expires"];

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
pub(super) fn identity(headers: &Headers) -> Result<(), Fault> {
    needed(headers)?;
    if let Some(name) = header_name::SINGLE.iter().find(|name| headers.all(name).count() > 1) {
        return Err(Fault::bad(format!("Bad {name} (more than one)")));
    }
    headers.read_all::<Via>("Via")?;
    headers.read::<NameAddr>("From")?;
    headers.read::<NameAddr>("To")?;
    headers.read::<CSeq>("CSeq")?;
    call_id(headers)
}

/// All headers of a request that are acted on can be read.
pub(super) fn request(headers: &Headers, method: &Method) -> Result<(), Fault> {
    identity(headers)?;
    if headers.cseq().is_none_or(|cseq| cseq.method != *method) {
        return Err(Fault::bad("Bad CSeq (another method than the request's)"));
    }
    headers.read_all::<Contact>("Contact")?;
    headers.read_all::<NameAddr>("Route")?;
    headers.read_all::<NameAddr>("Record-Route")?;
    headers.read::<NameAddr>("Refer-To")?;
    headers.read::<SessionExpires>("Session-Expires")?;
    numbers(headers)
}

/// Takes the body: as many bytes as Content-Length says, all there are when it says nothing.
pub(super) fn body(parts: &mut Parts) -> Result<Vec<u8>, Fault> {
    if let Some(declared) = parts.headers.get("Content-Length") {
        let length = token::number(declared).ok_or_else(|| Fault::bad("Bad Content-Length (not a number)"))?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > parts.rest.len() {
            return Err(Fault::bad("Bad Content-Length (longer than the message)"));
        }
        parts.rest.truncate(length);
    }
    Ok(std::mem::take(&mut parts.rest))
}

fn needed(headers: &Headers) -> Result<(), Fault> {
    let missing: Vec<&str> = NEEDED.into_iter().filter(|name| !headers.has(name)).collect();
    if missing.is_empty() { Ok(()) } else { Err(Fault::bad(format!("Missing {}", missing.join(", ")))) }
}

fn call_id(headers: &Headers) -> Result<(), Fault> {
    let one_word = headers.call_id().is_some_and(|id| !id.is_empty() && !id.contains(char::is_whitespace));
    if one_word { Ok(()) } else { Err(Fault::bad("Bad Call-ID (not one word)")) }
}

fn numbers(headers: &Headers) -> Result<(), Fault> {
    if headers.has("Max-Forwards") && headers.max_forwards().is_none() {
        return Err(Fault::bad("Bad Max-Forwards (not a number up to 255)"));
    }
    let bad = NUMBERS.iter().find(|name| headers.get(name).is_some_and(|value| seconds(value).is_none()));
    bad.map_or(Ok(()), |name| Err(Fault::bad(format!("Bad {name} (not a number)"))))
}

/// Old senders put a date into Expires; RFC 3261 §20.19 lets only seconds through.
fn seconds(value: &str) -> Option<u64> {
    token::number(value.split([';', ' ']).next().unwrap_or_default())
}
