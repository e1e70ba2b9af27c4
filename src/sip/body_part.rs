//! The session description in a body, alone or as a part of several (RFC 5621 §3, RFC 2046 §5.1).

use super::headers::Headers;
use super::params::Params;

/// The media type of session descriptions.
const SDP: &str = "application/sdp";

/// What a body holds for the negotiation of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionPart<'a> {
    /// Nothing: a late offer.
    Absent,
    /// A session description.
    Sdp(&'a [u8]),
    /// Something else, and no session description: 415 with `Accept: application/sdp`.
    Unsupported,
}

/// Finds the session description. A body without Content-Type is taken for one.
pub fn session_part<'a>(headers: &Headers, body: &'a [u8]) -> SessionPart<'a> {
    if body.is_empty() {
        return SessionPart::Absent;
    }
    // A compressed body is no description that we could read (RFC 3261 §20.12).
    if headers.get("Content-Encoding").is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return SessionPart::Unsupported;
    }
    match headers.content_type().as_deref() {
        None | Some(SDP) => SessionPart::Sdp(body),
        Some(multipart) if multipart.starts_with("multipart/") => {
            boundary(headers).and_then(|boundary| part(body, &boundary)).unwrap_or(SessionPart::Unsupported)
        }
        Some(_) => SessionPart::Unsupported,
    }
}

fn boundary(headers: &Headers) -> Option<String> {
    let (_, params) = headers.get("Content-Type")?.split_once(';')?;
    Params::parse(params).ok()?.text("boundary").filter(|boundary| !boundary.is_empty())
}

/// The first part that is a session description.
fn part<'a>(body: &'a [u8], boundary: &str) -> Option<SessionPart<'a>> {
    let delimiter = format!("--{boundary}");
    let mut rest = after(body, delimiter.as_bytes())?;
    while let Some(end) = find(rest, delimiter.as_bytes()) {
        let (part, next) = rest.split_at(end);
        if let Some(sdp) = description(part) {
            return Some(SessionPart::Sdp(sdp));
        }
        rest = after(next, delimiter.as_bytes())?;
    }
    None
}

/// The content of a part, when its Content-Type says that it is a description.
fn description(part: &[u8]) -> Option<&[u8]> {
    let part = part.strip_prefix(b"\r\n").or_else(|| part.strip_prefix(b"\n"))?;
    let content_at = find(part, b"\r\n\r\n").map(|at| at + 4).or_else(|| find(part, b"\n\n").map(|at| at + 2))?;
    let (head, content) = part.split_at(content_at);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let mut types = head.lines().filter_map(|line| line.split_once(':')).filter(|(name, _)| name.trim() == "content-type");
    let is_sdp = types.any(|(_, value)| value.split(';').next().is_some_and(|media_type| media_type.trim() == SDP));
    is_sdp.then_some(content)
}

fn after<'a>(text: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    text.get(find(text, wanted)? + wanted.len()..)
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(content_type: &str) -> Headers {
        let mut headers = Headers::default();
        headers.push("Content-Type", content_type);
        headers
    }

    #[test]
    fn a_description_is_found_alone_and_among_others() {
        let body = b"--b1\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b1\r\nContent-Type: application/SDP\r\n\r\nv=0\r\n--b1--\r\n";

        assert_eq!(session_part(&typed("application/sdp"), b"v=0"), SessionPart::Sdp(b"v=0"));
        assert_eq!(session_part(&typed("multipart/mixed;boundary=\"b1\""), body), SessionPart::Sdp(b"v=0\r\n"));
        assert_eq!(session_part(&Headers::default(), b""), SessionPart::Absent);
    }

    #[test]
    fn other_bodies_are_unsupported() {
        assert_eq!(session_part(&typed("application/unknownformat"), b"x"), SessionPart::Unsupported);
        assert_eq!(session_part(&typed("multipart/mixed;boundary=b"), b"--b\r\n\r\n--b--"), SessionPart::Unsupported);
        assert_eq!(session_part(&typed("multipart/mixed"), b"--b"), SessionPart::Unsupported);
    }
}
