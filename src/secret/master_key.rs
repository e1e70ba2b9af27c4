//! The one key of an installation and what is derived from it: sealing, keyed hashes, call addresses (RFC 5869, NIST SP 800-38D).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::{hkdf, hmac};
use subtle::ConstantTimeEq;

use crate::clock::Chance;

const NONCE_BYTES: usize = 12;

/// What a derived key is for; keys of different purposes say nothing about each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Keyed hashes of codes.
    Code,
    /// Addresses of calls.
    Call,
    /// Names of persons, destinations and calls as the store knows them.
    Name,
    /// The key that signs results for who takes a call over.
    Token,
}

/// Bytes that only the holder of the master key can read: ciphertext with its tag, then the nonce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

/// The master key, with the keys derived from it.
pub struct MasterKey {
    seal: LessSafeKey,
    code: hmac::Key,
    call: hmac::Key,
    name: hmac::Key,
    token: hmac::Key,
}

/// A master key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// Not base64.
    #[error("the master key is not base64; make one with: openssl rand -base64 32")]
    NotBase64,
    /// Not 32 bytes.
    #[error("the master key has {0} bytes; it needs 32: openssl rand -base64 32")]
    WrongLength(usize),
}

impl MasterKey {
    /// The key with these 32 bytes.
    #[expect(clippy::expect_used, reason = "HKDF and the algorithms' key lengths are fixed here")]
    pub fn new(bytes: [u8; 32]) -> Self {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"callward").extract(&bytes);
        let derive = |label: &[u8]| -> [u8; 32] {
            let mut key = [0; 32];
            let info = [label];
            let material = root.expand(&info, hkdf::HKDF_SHA256).expect("32 bytes are one block");
            material.fill(&mut key).expect("the block is as long as the key");
            key
        };
        let mac = |label: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, &derive(label));
        let seal = UnboundKey::new(&AES_256_GCM, &derive(b"seal")).expect("AES-256 takes 32 bytes");
        Self { seal: LessSafeKey::new(seal), code: mac(b"code"), call: mac(b"call"), name: mac(b"name"), token: mac(b"token") }
    }

    /// A fresh key, for a store that lives in memory.
    pub fn generate(chance: &Chance) -> Self {
        Self::new(chance.bytes())
    }

    /// Reads a key written as base64.
    pub fn from_base64(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| MasterKeyError::NotBase64)?;
        let length = bytes.len();
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| MasterKeyError::WrongLength(length))?;
        Ok(Self::new(bytes))
    }

    /// HMAC-SHA256 of the parts under the key for `purpose`; each part is preceded by its length, so none can pose as two.
    pub fn hash(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let key = match purpose {
            Purpose::Code => &self.code,
            Purpose::Call => &self.call,
            Purpose::Name => &self.name,
            Purpose::Token => &self.token,
        };
        let mut context = hmac::Context::with_key(key);
        for part in parts {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part);
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.sign().as_ref());
        hash
    }

    /// Whether `hash` begins like [`MasterKey::hash`] of the same parts, compared in constant time.
    pub fn matches(&self, purpose: Purpose, parts: &[&[u8]], hash: &[u8]) -> bool {
        let expected = self.hash(purpose, parts);
        !hash.is_empty() && hash.len() <= expected.len() && bool::from(expected[..hash.len()].ct_eq(hash))
    }

    /// Encrypts `plain`, bound to `context` (a row's key): moved to another row it does not open.
    pub fn seal(&self, plain: Vec<u8>, context: &[u8], chance: &Chance) -> Sealed {
        let nonce: [u8; NONCE_BYTES] = chance.bytes();
        let mut body = plain;
        #[expect(clippy::expect_used, reason = "fails only beyond 64 GB")]
        self.seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut body)
            .expect("a row is shorter than GCM's limit");
        body.extend_from_slice(&nonce);
        Sealed(body)
    }

    /// Decrypts what [`MasterKey::seal`] made with the same context; `None` when key, context or bytes differ.
    pub fn open(&self, sealed: &Sealed, context: &[u8]) -> Option<Vec<u8>> {
        let (body, nonce) = sealed.0.split_at_checked(sealed.0.len().checked_sub(NONCE_BYTES)?)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let length = self.seal.open_in_place(nonce, Aad::from(context), &mut body).ok()?.len();
        body.truncate(length);
        Some(body)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_with_its_own_key_and_context_only() {
        let key = MasterKey::new([1; 32]);
        let sealed = key.seal(b"secret".to_vec(), b"row 1", &Chance::seeded(1));

        assert_eq!(key.open(&sealed, b"row 1").as_deref(), Some(&b"secret"[..]));
        assert_eq!(key.open(&sealed, b"row 2"), None);
        assert_eq!(MasterKey::new([2; 32]).open(&sealed, b"row 1"), None);
        assert_eq!(key.open(&Sealed(vec![1, 2]), b"row 1"), None);
    }

    #[test]
    fn two_parts_are_not_one() {
        let key = MasterKey::new([1; 32]);

        assert_ne!(key.hash(Purpose::Code, &[b"ab", b"c"]), key.hash(Purpose::Code, &[b"a", b"bc"]));
        assert!(!key.matches(Purpose::Code, &[b"a"], &[]));
    }
}
