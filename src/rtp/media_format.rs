//! What two ends have agreed to send: the G.711 law, the payload type of keys, the direction (RFC 3551 §6, RFC 3264 §5.1).

/// The two laws of G.711; each byte is a sample, 8,000 a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Law {
    /// µ-law, PCMU, payload type 0.
    #[default]
    Mu,
    /// A-law, PCMA, payload type 8.
    A,
}

/// Who may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Direction {
    /// We send.
    pub sends: bool,
    /// We listen.
    pub receives: bool,
}

/// The result of a negotiation as far as packets show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// The law in which we send. Both are understood.
    pub law: Law,
    /// The payload type under which we send keys; `None` when keys were not agreed.
    pub event_out: Option<u8>,
    /// The payload type under which keys come. Most peers use the same as we do.
    pub event_in: Option<u8>,
    /// Who may send.
    pub direction: Direction,
}

impl Law {
    /// The static payload type (RFC 3551 §6, table 4).
    pub fn payload_type(self) -> u8 {
        match self {
            Self::Mu => 0,
            Self::A => 8,
        }
    }

    /// The law with this static payload type.
    pub fn of_payload_type(payload_type: u8) -> Option<Self> {
        match payload_type {
            0 => Some(Self::Mu),
            8 => Some(Self::A),
            _ => None,
        }
    }

    /// The byte that is silence.
    pub fn silence(self) -> u8 {
        match self {
            Self::Mu => 0xff,
            Self::A => 0xd5,
        }
    }
}

impl Direction {
    /// Both ways.
    pub const BOTH: Self = Self { sends: true, receives: true };
}

impl Format {
    /// A law, and keys under one payload type both ways.
    pub fn new(law: Law, event: Option<u8>) -> Self {
        Self { law, event_out: event, event_in: event, direction: Direction::BOTH }
    }
}
