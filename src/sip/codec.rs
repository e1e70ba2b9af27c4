//! What a payload type means: codecs, telephone-events, formats of others (RFC 3551 §6, RFC 4733 §2.4).

/// Events that we understand: the keys 0 to 9, `*`, `#`, A to D, and the hook flash (RFC 4733 §3.2).
const EVENTS: &str = "0-16";

/// Samples a second of all that we speak.
pub const CLOCK_RATE: u32 = 8000;

/// How sound is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
}

/// What a payload type stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encoding {
    /// Sound.
    Sound(Codec),
    /// Keys as events, at this clock rate.
    TelephoneEvent(u32),
    /// Something else.
    Unknown,
}

/// A payload type and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// The payload type, 0 to 127.
    pub payload_type: u8,
    /// What it stands for.
    pub encoding: Encoding,
}

impl Codec {
    /// Its payload type when nothing else is agreed.
    pub fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// Its name in `rtpmap`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }
}

impl Format {
    /// What `payload_type` stands for by its `rtpmap`, or by the static table when it has none.
    pub(super) fn read(payload_type: u8, rtpmap: Option<&str>) -> Self {
        let encoding = match (rtpmap, payload_type) {
            (Some(rtpmap), _) => mapped(rtpmap),
            (None, 0) => Encoding::Sound(Codec::Pcmu),
            (None, 8) => Encoding::Sound(Codec::Pcma),
            (None, _) => Encoding::Unknown,
        };
        Self { payload_type, encoding }
    }

    /// The codec, when it is sound.
    pub fn codec(&self) -> Option<Codec> {
        match self.encoding {
            Encoding::Sound(codec) => Some(codec),
            Encoding::TelephoneEvent(_) | Encoding::Unknown => None,
        }
    }

    /// Whether it carries keys at the clock rate of our codecs (RFC 4733 §2.1: the rates must be the same).
    pub fn is_keys(&self) -> bool {
        self.encoding == Encoding::TelephoneEvent(CLOCK_RATE)
    }

    /// The values of its `rtpmap` attribute.
    pub(super) fn rtpmap(&self) -> Option<String> {
        let payload_type = self.payload_type;
        match self.encoding {
            Encoding::Sound(codec) => Some(format!("{payload_type} {}/{CLOCK_RATE}", codec.name())),
            Encoding::TelephoneEvent(rate) => Some(format!("{payload_type} telephone-event/{rate}")),
            Encoding::Unknown => None,
        }
    }

    /// The value of its `fmtp` attribute.
    pub(super) fn fmtp(&self) -> Option<String> {
        matches!(self.encoding, Encoding::TelephoneEvent(_)).then(|| format!("{} {EVENTS}", self.payload_type))
    }
}

/// `PCMU/8000/1`, the channels left out when it is one.
fn mapped(rtpmap: &str) -> Encoding {
    let mut parts = rtpmap.trim().split('/');
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let rate = parts.next().and_then(|rate| rate.trim().parse().ok());
    let mono = parts.next().is_none_or(|channels| channels.trim() == "1");
    match (name.as_str(), rate) {
        ("pcmu", Some(CLOCK_RATE)) if mono => Encoding::Sound(Codec::Pcmu),
        ("pcma", Some(CLOCK_RATE)) if mono => Encoding::Sound(Codec::Pcma),
        ("telephone-event", Some(rate)) => Encoding::TelephoneEvent(rate),
        _ => Encoding::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_counts_more_than_the_static_table() {
        assert_eq!(Format::read(0, None).codec(), Some(Codec::Pcmu));
        assert_eq!(Format::read(96, Some("pcma/8000/1")).codec(), Some(Codec::Pcma));
        assert_eq!(Format::read(0, Some("GSM/8000")).codec(), None);
        assert_eq!(Format::read(96, Some("PCMU/16000")).codec(), None);
        assert_eq!(Format::read(97, None).encoding, Encoding::Unknown);
    }

    #[test]
    fn keys_count_at_the_rate_of_the_sound_only() {
        assert!(Format::read(101, Some("telephone-event/8000")).is_keys());
        assert!(!Format::read(102, Some("telephone-event/48000")).is_keys());
    }
}
