//! What two ends have agreed to send: the codec, the payload type of keys, the direction (RFC 3551 §6, RFC 3264 §5.1).

use super::packing::MOST_SAMPLES;
use crate::audio::Codec;

/// What is sent where nobody asks for anything else (RFC 3551 §4.5).
const USUAL_PACKET_TIME: u16 = 20;

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
    /// In what we send sound. Both codecs are understood.
    pub codec: Codec,
    /// The payload type under which we send sound; peers may name another than the static one.
    pub payload_type: u8,
    /// The payload type under which we send keys; `None` when keys were not agreed.
    pub event_out: Option<u8>,
    /// The payload type under which keys come. Most peers use the same as we do.
    pub event_in: Option<u8>,
    /// Who may send.
    pub direction: Direction,
    /// Milliseconds of sound in each packet that we send.
    pub packet_time: u16,
}

impl Direction {
    /// Both ways.
    pub const BOTH: Self = Self { sends: true, receives: true };
}

impl Format {
    /// A codec under its static payload type, and keys under one payload type both ways.
    pub fn new(codec: Codec, event: Option<u8>) -> Self {
        let (payload_type, direction) = (static_payload_type(codec), Direction::BOTH);
        Self { codec, payload_type, event_out: event, event_in: event, direction, packet_time: USUAL_PACKET_TIME }
    }

    /// Samples in each packet that we send.
    pub(super) fn packet_samples(&self) -> usize {
        (usize::from(self.packet_time) * 8).clamp(80, MOST_SAMPLES)
    }

    /// The codec of sound that comes under a payload type.
    pub(super) fn codec_of(&self, payload_type: u8) -> Option<Codec> {
        let known = [(self.payload_type, self.codec), (0, Codec::Pcmu), (8, Codec::Pcma)];
        known.into_iter().find(|(known, _)| *known == payload_type).map(|(_, codec)| codec)
    }
}

/// RFC 3551 §6, table 4.
fn static_payload_type(codec: Codec) -> u8 {
    match codec {
        Codec::Pcmu => 0,
        Codec::Pcma => 8,
    }
}
