//! Keys in INFO requests: `application/dtmf-relay` and `application/dtmf`, as telephones without telephone-event send them (RFC 6086).

use std::time::Duration;

use crate::secret::Digits;

/// The media type with `Signal=` and `Duration=` lines.
pub const DTMF_RELAY: &str = "application/dtmf-relay";

/// The media type that holds the key alone.
pub const DTMF: &str = "application/dtmf";

/// How long a key is when nothing is said.
const USUAL_DURATION: Duration = Duration::from_millis(100);

/// No key is held longer.
const LONGEST_DURATION: Duration = Duration::from_secs(10);

/// A key that came or goes in an INFO.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfoKey {
    /// One of `0`–`9`, `*`, `#`, `A`–`D`.
    pub key: Digits,
    /// How long it was held.
    pub duration: Duration,
}

/// Whether a body of this media type, in lower case and without parameters, holds keys.
pub fn carries_keys(content_type: &str) -> bool {
    matches!(content_type, DTMF_RELAY | DTMF | "audio/telephone-event")
}

impl InfoKey {
    /// A key of the usual length; `None` when it is none.
    pub fn new(key: char) -> Option<Self> {
        let key = key.to_ascii_uppercase();
        let known = matches!(key, '0'..='9' | '*' | '#' | 'A'..='D');
        known.then(|| Self { key: Digits::new(key), duration: USUAL_DURATION })
    }

    /// Reads a body; `None` when it holds no key (a hook flash is none).
    pub fn read(content_type: &str, body: &[u8]) -> Option<Self> {
        let body = std::str::from_utf8(body).ok()?;
        match content_type {
            DTMF_RELAY => relay(body),
            DTMF => relay(body).or_else(|| signal(body)),
            _ => None,
        }
    }

    /// The body for [`DTMF_RELAY`].
    pub fn to_relay(&self) -> String {
        format!("Signal={}\r\nDuration={}\r\n", self.key.expose(), self.duration.as_millis())
    }
}

/// `Signal=5` and `Duration=160` on lines of their own, in any order, blanks let in.
fn relay(body: &str) -> Option<InfoKey> {
    let fields = || body.lines().filter_map(|line| line.split_once('='));
    let field = |name: &str| fields().find(|(known, _)| known.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
    let key = signal(field("signal")?)?;
    let duration = field("duration").and_then(|duration| duration.parse().ok()).map(Duration::from_millis);
    Some(InfoKey { duration: duration.unwrap_or(USUAL_DURATION).min(LONGEST_DURATION), ..key })
}

/// A key by its sign, or by its number as an event: 10 is `*`, 11 is `#`, 12 to 15 are `A` to `D` (RFC 4733 §3.2).
fn signal(text: &str) -> Option<InfoKey> {
    let text = text.trim();
    let mut signs = text.chars();
    if let (Some(sign), None) = (signs.next(), signs.next()) {
        return InfoKey::new(sign);
    }
    let number: usize = text.parse().ok()?;
    InfoKey::new(*b"0123456789*#ABCD".get(number)? as char)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(content_type: &str, body: &str) -> Option<(String, u128)> {
        InfoKey::read(content_type, body.as_bytes()).map(|info| (info.key.expose().to_owned(), info.duration.as_millis()))
    }

    #[test]
    fn both_bodies_are_read_in_their_dialects() {
        for (content_type, body, sign, duration) in [
            (DTMF_RELAY, "Signal=5\r\nDuration=160\r\n", "5", 160),
            (DTMF_RELAY, "Signal= #\nDuration= 250", "#", 250),
            (DTMF_RELAY, "duration=90\r\nsignal=10\r\n", "*", 90),
            (DTMF_RELAY, "Signal=11\r\nDuration=99999999\r\n", "#", 10_000),
            (DTMF_RELAY, "Signal=d\r\n", "D", 100),
            (DTMF, "7", "7", 100),
            (DTMF, "15\r\n", "D", 100),
            (DTMF, "Signal=3\r\nDuration=50", "3", 50),
        ] {
            assert_eq!(key(content_type, body), Some((sign.to_owned(), duration)), "{body}");
        }
    }

    #[test]
    fn what_is_no_key_is_nothing() {
        for (content_type, body) in
            [(DTMF_RELAY, "Signal=16"), (DTMF_RELAY, "Duration=1"), (DTMF, ""), (DTMF, "x"), (DTMF, "123"), ("text/plain", "1")]
        {
            assert_eq!(key(content_type, body), None, "{body}");
        }
        assert_eq!(InfoKey::read(DTMF, b"\xff"), None);
    }

    #[test]
    fn a_key_is_written_as_it_is_read_and_never_shown() {
        let info = InfoKey::new('#').unwrap();

        assert_eq!(InfoKey::read(DTMF_RELAY, info.to_relay().as_bytes()), Some(info.clone()));
        assert!(!format!("{info:?}").contains('#'));
    }
}
