//! The tolerant reader: bytes to start line, headers and body (RFC 3261 §7, §25.1; RFC 4475).

use std::borrow::Cow;

use memchr::memchr;

use super::header_name::Known;
use super::headers::Headers;
use super::token;

/// More lines of headers than any telephone sends.
const MOST_HEADERS: usize = 256;
/// Lines of headers that most messages do with.
const USUAL_HEADERS: usize = 16;
/// Bytes for what is noted in the headers of a message that has come.
const ROOM: usize = 128;

/// The first line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum StartLine<'a> {
    /// Of a request. The address may hold blanks where the sender was wrong.
    Request { method: &'a str, uri: &'a str, version: &'a str },
    /// Of a response.
    Status { version: &'a str, status: &'a str, reason: &'a str },
}

/// What follows the first line, none of it judged.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    pub headers: Headers,
    /// All that follows the blank line.
    pub rest: &'a [u8],
    /// Whether the blank line is there and the headers are not too many.
    pub whole: bool,
}

/// The lines of a head.
pub(super) struct Lines<'a>(&'a str);

impl<'a> StartLine<'a> {
    /// Takes the first line apart; `None` when it is not SIP's.
    pub fn read(line: &'a str) -> Option<Self> {
        let (first, rest) = line.split_once(' ')?;
        if is_version(first) {
            let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
            return Some(Self::Status { version: first, status, reason });
        }
        let trimmed = rest.trim_end();
        let (uri, version) = trimmed.rsplit_once(' ')?;
        if !is_version(version) || !token::is_token(first) {
            return None;
        }
        // Blanks after the version are wrong (RFC 4475 §3.1.2.10): the address keeps one of them and is refused.
        let uri = if rest.ends_with(' ') { &rest[..=uri.len()] } else { uri };
        Some(Self::Request { method: first, uri, version })
    }
}

impl<'a> Parts<'a> {
    /// Reads the lines that follow the first one; the body is `None` where no blank line stands before it.
    pub fn read(mut lines: Lines<'_>, body: Option<&'a [u8]>) -> Self {
        let mut headers = Headers::with_room(USUAL_HEADERS, lines.0.len() + ROOM);
        let has_lone_returns = has_lone_returns(lines.0);
        for line in lines.by_ref().take(MOST_HEADERS) {
            match has_lone_returns {
                true => read_header(&line.replace('\r', " "), &mut headers),
                false => read_header(&line, &mut headers),
            }
        }
        Self { headers, rest: body.unwrap_or_default(), whole: body.is_some() && lines.next().is_none() }
    }
}

impl<'a> Lines<'a> {
    /// Those of this text.
    pub fn of(text: &'a str) -> Self {
        Self(text)
    }

    fn next_written(&mut self) -> Option<&'a str> {
        if self.0.is_empty() {
            return None;
        }
        let end = memchr(b'\n', self.0.as_bytes()).unwrap_or(self.0.len());
        let (mut line, rest) = self.0.split_at(end);
        self.0 = rest.strip_prefix('\n').unwrap_or_default();
        while let Some(bare) = line.strip_suffix('\r') {
            line = bare;
        }
        Some(line)
    }
}

/// Lines that begin with a blank are put behind the one before (RFC 3261 §7.3.1).
impl<'a> Iterator for Lines<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Cow::from(self.next_written()?);
        while self.0.starts_with([' ', '\t'])
            && let Some(more) = self.next_written()
        {
            let line = line.to_mut();
            line.push(' ');
            line.push_str(more.trim());
        }
        Some(line)
    }
}

/// The head of a message and its body; the blank line belongs to neither, and empty lines before a message are passed over.
pub(super) fn split(bytes: &[u8]) -> (Cow<'_, str>, Option<&[u8]>) {
    let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
    let (head, body) = split_head(&bytes[start..]);
    (str::from_utf8(head).map_or_else(|_| String::from_utf8_lossy(head), Cow::Borrowed), body)
}

/// Where the head of a message ends and its body begins: the blank line belongs to neither.
pub(super) fn split_head(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut from = 0;
    while let Some(end) = bytes.get(from..).and_then(|rest| memchr(b'\n', rest)) {
        let next = from + end + 1;
        if let Some(body) = after_blank_line(bytes.get(next..).unwrap_or_default()) {
            return (bytes.get(..next).unwrap_or_default(), Some(body));
        }
        from = next;
    }
    (bytes, None)
}

/// Whether a return stands where no line ends: in a header it counts as a blank.
fn has_lone_returns(text: &str) -> bool {
    let pairs = text.bytes().zip(text.bytes().skip(1));
    pairs.fold(false, |any, (byte, next)| any | (byte == b'\r' && next != b'\n'))
}

fn after_blank_line(bytes: &[u8]) -> Option<&[u8]> {
    bytes.strip_prefix(b"\r\n").or_else(|| bytes.strip_prefix(b"\n"))
}

fn is_version(word: &str) -> bool {
    word.split_once('/')
        .is_some_and(|(name, number)| name.eq_ignore_ascii_case("SIP") && number.starts_with(|first: char| first.is_ascii_digit()))
}

/// A line that is no header is passed over (RFC 3261 §8.2: malformed headers that are not needed are ignored).
fn read_header(line: &str, headers: &mut Headers) {
    let (name, Some(value)) = token::split_once(line, b':') else { return };
    let (name, value) = (token::trim_end(name), token::trim(value));
    let known = Known::of(name);
    if known.is_none() && !token::is_token(name) {
        return;
    }
    let is_list = known.is_some_and(Known::has_one_value_a_line) && value.contains(',');
    let is_list = is_list && token::split(value, b',').all(|part| !part.is_empty());
    match is_list {
        true => token::split(value, b',').for_each(|part| headers.append(known, name, part)),
        false => headers.append(known, name, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, Parts<'_>) {
        let (head, body) = split(bytes);
        let mut lines = Lines::of(&head);
        (lines.next().unwrap().into_owned(), Parts::read(lines, body))
    }

    #[test]
    fn folded_lines_and_several_values_become_lines_of_their_own() {
        let (first, parts) =
            read(b"\r\n\r\nOPTIONS sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP a ,\r\n SIP/2.0/UDP b\r\nTO :\n sip:a@b\r\njunk\r\ns :\r\n\r\nbody");

        assert_eq!(StartLine::read(&first), Some(StartLine::Request { method: "OPTIONS", uri: "sip:a@b", version: "SIP/2.0" }));
        assert_eq!(parts.headers.to_string(), "Via: SIP/2.0/UDP a\r\nVia: SIP/2.0/UDP b\r\nTo: sip:a@b\r\nSubject: \r\n");
        assert_eq!(parts.rest, b"body");
        assert!(parts.whole);
    }

    #[test]
    fn what_is_not_sip_is_nothing() {
        for other in [&b""[..], b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\xff\x00\x01", b"INVITE", b"IN VITE sip:a@b"] {
            assert!(Lines::of(&split(other).0).next().is_none_or(|line| StartLine::read(&line).is_none()));
        }
    }

    #[test]
    fn a_message_without_blank_line_is_not_whole() {
        assert!(!read(b"OPTIONS sip:a@b SIP/2.0\r\nTo: sip:a@b\r\n").1.whole);
    }

    #[test]
    fn a_flood_of_headers_is_not_whole() {
        let mut flood = b"OPTIONS sip:a@b SIP/2.0\r\n".to_vec();
        flood.extend(b"A: b\r\n".repeat(300));
        flood.extend(b"\r\n");

        assert!(!read(&flood).1.whole);
    }
}
