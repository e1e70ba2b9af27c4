//! RTP packets, read and written (RFC 3550 §5.1): the only file that names `rtp-rs`.

use rtp_rs::{RtpPacketBuilder, RtpReader, RtpReaderError, Seq};

/// Bytes of a header without contributing sources and extension.
pub const HEADER_BYTES: usize = 12;

/// The padding bit of the first byte.
const PADDING: u8 = 0x20;

/// How far a sequence number may fall back before it is a restart rather than a late packet (RFC 3550 A.1, `MAX_MISORDER`,
/// taken wider for reordering over radio links).
const MOST_MISORDER: i16 = 1000;

/// The fields of a header that a telephone needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What the payload is, 0–127.
    pub payload_type: u8,
    /// For sound: the first packet after a pause (RFC 3551 §4.1). For events: the first packet of an event.
    pub marker: bool,
    /// Counts packets, modulo 2^16.
    pub sequence: u16,
    /// The time of the payload's first sample, in samples.
    pub timestamp: u32,
    /// Who sends.
    pub ssrc: u32,
}

/// A packet that was read; the payload is without padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Its header.
    pub header: Header,
    /// What it carries.
    pub payload: &'a [u8],
}

/// Bytes that are no RTP packet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// Fewer bytes than the header says, or padding longer than the packet.
    #[error("an RTP packet of {0} bytes is cut short; drop it")]
    Truncated(usize),
    /// STUN, DTLS, RTP version 1 or noise.
    #[error("version {0} is not RTP version 2; drop it")]
    Version(u8),
}

impl<'a> Packet<'a> {
    /// Reads a datagram.
    pub fn read(bytes: &'a [u8]) -> Result<Self, PacketError> {
        let reader = read(bytes)?;
        Ok(Self { header: Header::of(&reader), payload: reader.payload() })
    }
}

impl Header {
    /// Writes this header and the payload into `into`; `None` when they do not fit.
    pub fn write(&self, payload: &[u8], into: &mut [u8]) -> Option<usize> {
        RtpPacketBuilder::new()
            .payload_type(self.payload_type)
            .marked(self.marker)
            .sequence(Seq::from(self.sequence))
            .timestamp(self.timestamp)
            .ssrc(self.ssrc)
            .payload(payload)
            .build_into(into)
            .ok()
    }

    /// Reads the header of a protected packet, and where its payload begins. The padding is encrypted with the payload
    /// (RFC 3711 §3.1), so the padding bit says nothing that could be checked yet: it is lifted while reading.
    pub fn read_protected(bytes: &mut [u8]) -> Result<(Self, usize), PacketError> {
        let first = bytes.first().copied().ok_or(PacketError::Truncated(0))?;
        bytes[0] = first & !PADDING;
        let found = read(bytes).map(|reader| (Self::of(&reader), reader.payload_offset()));
        bytes[0] = first;
        found
    }

    fn of(reader: &RtpReader<'_>) -> Self {
        Self {
            payload_type: reader.payload_type(),
            marker: reader.mark(),
            sequence: reader.sequence_number().into(),
            timestamp: reader.timestamp(),
            ssrc: reader.ssrc(),
        }
    }
}

/// Whether `sequence` comes after `last`: numbers wrap around, and a fall of more than a thousand is a restart.
pub fn sequence_is_newer(sequence: u16, last: u16) -> bool {
    let ahead = sequence.wrapping_sub(last).cast_signed();
    !(-MOST_MISORDER..=0).contains(&ahead)
}

fn read(bytes: &[u8]) -> Result<RtpReader<'_>, PacketError> {
    RtpReader::new(bytes).map_err(|error| match error {
        RtpReaderError::UnsupportedVersion(version) => PacketError::Version(version),
        RtpReaderError::BufferTooShort(_) | RtpReaderError::HeadersTruncated { .. } | RtpReaderError::PaddingLengthInvalid(_) => {
            PacketError::Truncated(bytes.len())
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: Header = Header { payload_type: 101, marker: true, sequence: 0xfffe, timestamp: 0x0102_0304, ssrc: 0xdead_beef };

    /// Two contributing sources, an extension of one word, four bytes of payload, two of padding.
    const RICH: [u8; 34] =
        [0xb2, 0x00, 0x00, 0x07, 0, 0, 0, 160, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2, 0xbe, 0xde, 0, 1, 1, 2, 3, 4, 0xa, 0xb, 0xc, 0xd, 0, 2];

    #[test]
    fn what_was_written_is_read() {
        let mut bytes = [0; 64];

        let length = HEADER.write(b"sound", &mut bytes).unwrap();

        assert_eq!(Packet::read(&bytes[..length]), Ok(Packet { header: HEADER, payload: b"sound" }));
        assert_eq!(HEADER.write(&[0; 100], &mut bytes), None);
    }

    #[test]
    fn sources_extension_and_padding_are_no_payload() {
        let packet = Packet::read(&RICH).unwrap();

        assert_eq!(packet.payload, [0xa, 0xb, 0xc, 0xd]);
        assert_eq!(packet.header.sequence, 7);
    }

    #[test]
    fn a_packet_cut_at_any_byte_is_refused_or_shorter() {
        for cut in 0..RICH.len() {
            if let Ok(packet) = Packet::read(&RICH[..cut]) {
                assert!(packet.payload.len() < 6, "{cut}");
            }
        }
        assert_eq!(Packet::read(&RICH[..11]), Err(PacketError::Truncated(11)));
        assert_eq!(Packet::read(&[0; 12]), Err(PacketError::Version(0)));
    }

    #[test]
    fn a_protected_packet_may_end_in_any_byte() {
        let mut bytes = RICH;
        bytes[33] = 0xff;

        assert!(Packet::read(&bytes).is_err());
        assert_eq!(Header::read_protected(&mut bytes).map(|(_, payload)| payload), Ok(28));
        assert_eq!(bytes[0], 0xb2);
    }

    #[test]
    fn sequence_numbers_wrap_and_restart() {
        assert!(sequence_is_newer(0, 0xffff));
        assert!(sequence_is_newer(5, 40_000));
        assert!(!sequence_is_newer(0xffff, 0));
        assert!(!sequence_is_newer(7, 7));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_fall(mut bytes in proptest::collection::vec(any::<u8>(), 0..80), version in any::<bool>()) {
            if version && !bytes.is_empty() {
                bytes[0] = bytes[0] & 0x3f | 0x80;
            }
            let payload = Packet::read(&bytes).map(|packet| packet.payload.len()).unwrap_or_default();
            prop_assert!(payload <= bytes.len());
            prop_assert!(Header::read_protected(&mut bytes).is_ok() || payload == 0);
        }
    }
}
