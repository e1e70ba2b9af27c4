//! Keys of SRTP in a session description: `a=crypto` (RFC 4568 §9).

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use secrecy::{ExposeSecret, SecretBox};

use super::malformed::Malformed;
use crate::clock::Chance;

/// Bytes of key and salt of both suites.
const KEY_BYTES: usize = 30;

/// How packets are encrypted and signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SrtpSuite {
    /// `AES_CM_128_HMAC_SHA1_80`.
    Sha1_80,
    /// `AES_CM_128_HMAC_SHA1_32`: RTP is signed with 4 bytes, RTCP with 10.
    Sha1_32,
}

/// 16 bytes of master key, then 14 of salt. No `Display`, and `Debug` shows nothing of them.
pub struct SrtpKey(SecretBox<[u8; KEY_BYTES]>);

/// One offered or accepted key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CryptoLine {
    /// Number by which the answer names what it takes.
    pub tag: u32,
    /// How packets are encrypted.
    pub suite: SrtpSuite,
    /// The key of the side that says it.
    pub key: SrtpKey,
}

/// The keys of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crypto {
    /// How packets are encrypted.
    pub suite: SrtpSuite,
    /// The key of what we send.
    pub local: SrtpKey,
    /// The key of what we receive.
    pub remote: SrtpKey,
}

/// Our own keys of a dialog, one for each suite; none where nothing is encrypted. They stay the same in all its offers and answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SrtpKeys(Vec<CryptoLine>);

impl SrtpKeys {
    /// Draws them.
    pub fn draw(chance: &Chance) -> Self {
        let line = |(tag, suite)| CryptoLine { tag, suite, key: SrtpKey::draw(chance) };
        Self([(1, SrtpSuite::Sha1_80), (2, SrtpSuite::Sha1_32)].map(line).into())
    }

    /// All of them, as an offer says them.
    pub fn lines(&self) -> Vec<CryptoLine> {
        self.0.clone()
    }

    /// The one that answers `offered`.
    pub fn answer(&self, offered: &CryptoLine) -> Option<CryptoLine> {
        let ours = self.0.iter().find(|line| line.suite == offered.suite)?;
        Some(CryptoLine { tag: offered.tag, ..ours.clone() })
    }
}

impl SrtpSuite {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::Sha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }
}

impl SrtpKey {
    /// Draws one.
    pub fn draw(chance: &Chance) -> Self {
        Self(SecretBox::new(Box::new(chance.bytes())))
    }

    /// Key and salt themselves: only for the packets and for the peer's session description.
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        self.0.expose_secret()
    }

    fn from_base64(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()?;
        Some(Self(SecretBox::new(Box::new(bytes.try_into().ok()?))))
    }
}

impl Clone for SrtpKey {
    fn clone(&self) -> Self {
        Self(SecretBox::new(Box::new(*self.expose())))
    }
}

impl PartialEq for SrtpKey {
    fn eq(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(&self.expose()[..], &other.expose()[..]).into()
    }
}

impl Eq for SrtpKey {}

impl fmt::Debug for SrtpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

impl CryptoLine {
    /// The attribute's value, key included.
    pub(super) fn expose(&self) -> String {
        format!("{} {} inline:{}", self.tag, self.suite.as_str(), STANDARD.encode(self.key.expose()))
    }
}

/// Lines with session parameters that change how packets look are refused, as RFC 4568 §5.1.1 asks when one is not understood;
/// lifetimes are let in, and key indices (MKI), which would be in every packet, are not.
impl FromStr for CryptoLine {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut words = text.split_whitespace();
        let tag = words.next().and_then(|tag| tag.parse().ok()).ok_or(Malformed("crypto without tag"))?;
        let suite = match words.next() {
            Some("AES_CM_128_HMAC_SHA1_80") => SrtpSuite::Sha1_80,
            Some("AES_CM_128_HMAC_SHA1_32") => SrtpSuite::Sha1_32,
            Some(_) | None => return Err(Malformed("crypto suite unknown")),
        };
        let key = words.next().and_then(|key| key.strip_prefix("inline:")).ok_or(Malformed("crypto without key"))?;
        if words.any(|parameter| !parameter.starts_with("WSH=")) {
            return Err(Malformed("crypto parameter unknown"));
        }
        let (key, extras) = key.split_once('|').unwrap_or((key, ""));
        if extras.contains([':', ';']) || key.contains(';') {
            return Err(Malformed("crypto with several keys"));
        }
        Ok(Self { tag, suite, key: SrtpKey::from_base64(key).ok_or(Malformed("crypto key is not 30 bytes of base64"))? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";

    #[test]
    fn a_key_is_read_and_written_and_not_shown() {
        let text = format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}");

        let line: CryptoLine = format!("{text}|2^20").parse().unwrap();

        assert_eq!(line.expose(), text);
        assert!(!format!("{line:?}").contains("PS1u"));
    }

    #[test]
    fn what_we_could_not_decrypt_is_refused() {
        for wrong in [
            format!("1 AES_256_CM_HMAC_SHA1_80 inline:{KEY}"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNENCRYPTED_SRTP"),
            "1 AES_CM_128_HMAC_SHA1_80 inline:short".to_owned(),
            "AES_CM_128_HMAC_SHA1_80".to_owned(),
        ] {
            assert!(wrong.parse::<CryptoLine>().is_err(), "{wrong}");
        }
    }
}
