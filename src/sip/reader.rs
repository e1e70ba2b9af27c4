//! The tolerant reader: bytes to start line, headers and body (RFC 3261 §7, §25.1; RFC 4475).

use std::borrow::Cow;

use super::header_name;
use super::headers::Headers;
use super::token;

/// More lines of headers than any telephone sends.
const MOST_HEADERS: usize = 256;

/// A message in its parts, none of them judged.
#[derive(Debug)]
pub(super) struct Parts {
    pub start: StartLine,
    pub headers: Headers,
    /// All that follows the blank line.
    pub rest: Vec<u8>,
    /// Whether the blank line is there and the headers are not too many.
    pub whole: bool,
}

/// The first line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum StartLine {
    /// Of a request. The address may hold blanks where the sender was wrong.
    Request { method: String, uri: String, version: String },
    /// Of a response.
    Status { version: String, status: String, reason: String },
}

/// Takes a message apart; `None` when its first line is not SIP's.
pub(super) fn read(bytes: &[u8]) -> Option<Parts> {
    let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'))?;
    let bytes = bytes.get(start..)?;
    let (head, rest) = split_head(bytes);
    let text = String::from_utf8_lossy(head);
    let mut lines = unfold(&text);
    let start = start_line(&lines.next()?)?;
    let mut headers = Headers::default();
    lines.by_ref().take(MOST_HEADERS).for_each(|line| read_header(&line, &mut headers));
    let whole = rest.is_some() && lines.next().is_none();
    Some(Parts { start, headers, rest: rest.unwrap_or_default().to_vec(), whole })
}

/// Where the head of a message ends and its body begins: the blank line belongs to neither.
pub(super) fn split_head(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut from = 0;
    while let Some(end) = bytes.get(from..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')) {
        let next = from + end + 1;
        let after = bytes.get(next..).unwrap_or_default();
        let body = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n"));
        if let Some(body) = body {
            return (bytes.get(..next).unwrap_or_default(), Some(body));
        }
        from = next;
    }
    (bytes, None)
}

/// Lines of which those that begin with a blank were put behind the one before (RFC 3261 §7.3.1).
fn unfold(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut lines = text.lines().map(|line| line.trim_end_matches('\r')).peekable();
    std::iter::from_fn(move || {
        let mut line = Cow::from(lines.next()?);
        while let Some(more) = lines.next_if(|next| next.starts_with([' ', '\t'])) {
            let line = line.to_mut();
            line.push(' ');
            line.push_str(more.trim());
        }
        Some(line)
    })
}

fn start_line(line: &str) -> Option<StartLine> {
    let (first, rest) = line.split_once(' ')?;
    if is_version(first) {
        let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        return Some(StartLine::Status { version: first.to_owned(), status: status.to_owned(), reason: reason.to_owned() });
    }
    let (uri, version) = rest.trim_end().rsplit_once(' ')?;
    if !is_version(version) || !token::is_token(first) {
        return None;
    }
    // Blanks after the version are wrong (RFC 4475 §3.1.2.10): the address keeps one of them and is refused.
    let uri = if rest.ends_with(' ') { format!("{uri} ") } else { uri.to_owned() };
    Some(StartLine::Request { method: first.to_owned(), uri, version: version.to_owned() })
}

fn is_version(word: &str) -> bool {
    word.split_once('/')
        .is_some_and(|(name, number)| name.eq_ignore_ascii_case("SIP") && number.starts_with(|first: char| first.is_ascii_digit()))
}

/// A line that is no header is passed over (RFC 3261 §8.2: malformed headers that are not needed are ignored).
fn read_header(line: &str, headers: &mut Headers) {
    let Some((name, value)) = line.split_once(':') else { return };
    let (name, value) = (name.trim_end(), value.trim());
    if !token::is_token(name) {
        return;
    }
    let name = header_name::usual(name);
    let is_list = header_name::has_one_value_a_line(&name) && value.contains(',') && token::split(value, ',').all(|part| !part.is_empty());
    match is_list {
        true => token::split(value, ',').for_each(|part| headers.push(&name, part)),
        false => headers.push(&name, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_lines_and_several_values_become_lines_of_their_own() {
        let parts =
            read(b"\r\n\r\nOPTIONS sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP a ,\r\n SIP/2.0/UDP b\r\nTO :\n sip:a@b\r\njunk\r\ns :\r\n\r\nbody")
                .unwrap();

        assert_eq!(parts.start, StartLine::Request { method: "OPTIONS".into(), uri: "sip:a@b".into(), version: "SIP/2.0".into() });
        assert_eq!(parts.headers.to_string(), "Via: SIP/2.0/UDP a\r\nVia: SIP/2.0/UDP b\r\nTo: sip:a@b\r\nSubject: \r\n");
        assert_eq!(parts.rest, b"body");
        assert!(parts.whole);
    }

    #[test]
    fn what_is_not_sip_is_nothing() {
        for other in [&b""[..], b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\xff\x00\x01", b"INVITE", b"IN VITE sip:a@b"] {
            assert!(read(other).is_none());
        }
    }

    #[test]
    fn a_message_without_blank_line_is_not_whole() {
        assert!(!read(b"OPTIONS sip:a@b SIP/2.0\r\nTo: sip:a@b\r\n").unwrap().whole);
    }

    #[test]
    fn a_flood_of_headers_is_not_whole() {
        let mut flood = b"OPTIONS sip:a@b SIP/2.0\r\n".to_vec();
        flood.extend(b"A: b\r\n".repeat(300));
        flood.extend(b"\r\n");

        assert!(!read(&flood).unwrap().whole);
    }
}
