//! The two codecs of every telephone: µ-law and A-law, one byte a sample (ITU-T G.711).

use audio_codec_algorithms::{decode_alaw, decode_ulaw, encode_alaw, encode_ulaw};

/// A law by which 16-bit samples become bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// µ-law, payload type 0 (RFC 3551 §4.5.14).
    Pcmu,
    /// A-law, payload type 8.
    Pcma,
}

impl Codec {
    /// The byte of a sample.
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Codec::Pcmu => encode_ulaw(sample),
            Codec::Pcma => encode_alaw(sample),
        }
    }

    /// The sample of a byte.
    pub fn decode(self, byte: u8) -> i16 {
        match self {
            Codec::Pcmu => decode_ulaw(byte),
            Codec::Pcma => decode_alaw(byte),
        }
    }

    /// The byte of silence.
    pub fn silence(self) -> u8 {
        self.encode(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back_as_it_was() {
        for codec in [Codec::Pcmu, Codec::Pcma] {
            for byte in 0..=u8::MAX {
                let again = codec.encode(codec.decode(byte));
                let is_minus_zero = codec == Codec::Pcmu && byte == 0x7f;
                assert!(again == byte || is_minus_zero, "{codec:?} {byte:#x} became {again:#x}");
            }
        }
    }

    #[test]
    fn silence_is_the_byte_that_the_standard_names() {
        assert_eq!((Codec::Pcmu.silence(), Codec::Pcma.silence()), (0xff, 0xd5));
    }
}
