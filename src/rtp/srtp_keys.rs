//! Keys of SRTP as SDP carries them, and the session keys derived from them (RFC 4568 §6, §9; RFC 3711 §4.3).

use std::fmt;

use aes::Aes128;
use aes::cipher::{KeyIvInit, StreamCipher};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::clock::Chance;

/// Bytes of the master key and of the salt.
const KEY: usize = 16;
const SALT: usize = 14;

/// How packets are protected (RFC 4568 §6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CryptoSuite {
    /// `AES_CM_128_HMAC_SHA1_80`: tags of ten bytes.
    Tag80,
    /// `AES_CM_128_HMAC_SHA1_32`: tags of four bytes on RTP, of ten on RTCP.
    Tag32,
}

/// A suite and the master key and salt of one direction. `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct SrtpKeys {
    suite: CryptoSuite,
    key: [u8; KEY],
    salt: [u8; SALT],
}

/// Why a `crypto` attribute cannot be used. Another of the offer may do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SrtpKeyError {
    /// Another suite.
    #[error("the crypto suite is not AES_CM_128_HMAC_SHA1_80 or _32; take the next one that was offered")]
    Suite,
    /// No `inline:` with 30 bytes.
    #[error("the crypto attribute has no inline key of 30 bytes; refuse the media line")]
    Key,
    /// A master key identifier, or session parameters that change the format of packets.
    #[error("the crypto attribute asks for a key identifier or session parameters that are not spoken here")]
    Parameters,
}

/// The keys of one kind of packet.
pub(super) struct SessionKeys {
    pub cipher: [u8; KEY],
    pub auth: [u8; 20],
    pub salt: [u8; SALT],
}

impl CryptoSuite {
    /// Its name in SDP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tag80 => "AES_CM_128_HMAC_SHA1_80",
            Self::Tag32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    /// Bytes of the tag of an RTP packet.
    pub(super) fn tag_bytes(self) -> usize {
        match self {
            Self::Tag80 => 10,
            Self::Tag32 => 4,
        }
    }
}

impl SrtpKeys {
    /// Keys of our own choice.
    pub fn draw(suite: CryptoSuite, chance: &Chance) -> Self {
        Self { suite, key: chance.bytes(), salt: chance.bytes() }
    }

    /// Reads what follows the tag of a `crypto` attribute: `AES_CM_128_HMAC_SHA1_80 inline:…|2^31`. A lifetime is taken
    /// for what it is, an upper bound far beyond a call.
    pub fn read(attribute: &str) -> Result<Self, SrtpKeyError> {
        let mut words = attribute.split_ascii_whitespace();
        let suite = words.next().and_then(suite_named).ok_or(SrtpKeyError::Suite)?;
        let inline = words.next().and_then(|word| word.strip_prefix("inline:")).ok_or(SrtpKeyError::Key)?;
        if words.next().is_some() {
            return Err(SrtpKeyError::Parameters);
        }
        let mut parts = inline.split('|');
        let bytes = STANDARD.decode(parts.next().unwrap_or_default()).map_err(|_| SrtpKeyError::Key)?;
        if parts.any(|part| part.contains(':')) {
            return Err(SrtpKeyError::Parameters);
        }
        let (key, salt) = bytes.split_first_chunk::<KEY>().ok_or(SrtpKeyError::Key)?;
        Ok(Self { suite, key: *key, salt: salt.try_into().map_err(|_| SrtpKeyError::Key)? })
    }

    /// The keys as they stand in SDP: only for the peer, over TLS.
    pub fn to_attribute(&self) -> String {
        let bytes = [&self.key[..], &self.salt[..]].concat();
        format!("{} inline:{}", self.suite.name(), STANDARD.encode(bytes))
    }

    /// How packets are protected.
    pub fn suite(&self) -> CryptoSuite {
        self.suite
    }

    /// The session keys for RTP, or those for RTCP (RFC 3711 §4.3.2; the key derivation rate is 0).
    pub(super) fn derive(&self, is_rtcp: bool) -> SessionKeys {
        let label = if is_rtcp { 3 } else { 0 };
        let mut keys = SessionKeys { cipher: [0; KEY], auth: [0; 20], salt: [0; SALT] };
        self.fill(label, &mut keys.cipher);
        self.fill(label + 1, &mut keys.auth);
        self.fill(label + 2, &mut keys.salt);
        keys
    }

    fn fill(&self, label: u8, out: &mut [u8]) {
        let mut start = [0; KEY];
        start[..SALT].copy_from_slice(&self.salt);
        start[7] ^= label;
        ctr::Ctr128BE::<Aes128>::new(&self.key.into(), &start.into()).apply_keystream(out);
    }
}

impl fmt::Debug for SrtpKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} keys]", self.suite.name())
    }
}

fn suite_named(name: &str) -> Option<CryptoSuite> {
    [CryptoSuite::Tag80, CryptoSuite::Tag32].into_iter().find(|suite| suite.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_keys_are_those_of_rfc_3711_b_3() {
        let keys = SrtpKeys {
            suite: CryptoSuite::Tag80,
            key: bytes("E1F97A0D3E018BE0D64FA32C06DE4139"),
            salt: bytes("0EC675AD498AFEEBB6960B3AABE6"),
        };

        let session = keys.derive(false);

        assert_eq!(session.cipher, bytes("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(session.salt, bytes("30CBBC08863D8C85D49DB34A9AE1"));
        assert_eq!(session.auth, bytes("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
    }

    #[test]
    fn what_is_written_is_read_and_a_lifetime_may_follow() {
        let keys = SrtpKeys::draw(CryptoSuite::Tag32, &Chance::seeded(1));

        assert_eq!(SrtpKeys::read(&keys.to_attribute()), Ok(keys.clone()));
        assert_eq!(SrtpKeys::read(&format!("{}|2^31", keys.to_attribute())), Ok(keys.clone()));
        assert_eq!(SrtpKeys::read(&format!("{}|2^20|1:4", keys.to_attribute())), Err(SrtpKeyError::Parameters));
        assert_eq!(SrtpKeys::read(&format!("{} UNENCRYPTED_SRTP", keys.to_attribute())), Err(SrtpKeyError::Parameters));
        assert_eq!(SrtpKeys::read("F8_128_HMAC_SHA1_80 inline:AAAA"), Err(SrtpKeyError::Suite));
        let whole = keys.to_attribute();
        (0..whole.len()).for_each(|cut| assert!(SrtpKeys::read(&whole[..cut]).is_err(), "{cut}"));
    }

    #[test]
    fn keys_are_not_shown() {
        let keys = SrtpKeys::draw(CryptoSuite::Tag80, &Chance::seeded(1));

        assert_eq!(format!("{keys:?}"), "[AES_CM_128_HMAC_SHA1_80 keys]");
    }

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        std::array::from_fn(|index| u8::from_str_radix(&hex[index * 2..index * 2 + 2], 16).unwrap())
    }
}
