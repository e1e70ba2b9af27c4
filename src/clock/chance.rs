//! Random bytes: nobody can foretell them, or the same ones every time from a seed.

use std::sync::{Arc, Mutex, PoisonError};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

/// Gives random bytes. Clones of a seeded one share its sequence.
#[derive(Debug, Clone)]
pub struct Chance(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Seeded(Arc<Mutex<Sequence>>),
}

#[derive(Debug)]
struct Sequence {
    key: [u8; 32],
    block: u64,
}

impl Chance {
    /// ChaCha12 with a key that the operating system gave, and gives anew from time to time: asking it each time would cost a
    /// system call for every row that is written.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A repeatable sequence, for tests and rehearsals only.
    pub fn seeded(seed: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        Self(Source::Seeded(Arc::new(Mutex::new(Sequence { key, block: 0 }))))
    }

    /// `N` random bytes.
    ///
    /// # Panics
    /// When the operating system has no random bytes to give: nothing that is secret could be made then.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "the one place where chance comes from")]
            Source::System => rand::fill(&mut bytes),
            Source::Seeded(sequence) => sequence.lock().unwrap_or_else(PoisonError::into_inner).fill(&mut bytes),
        }
        bytes
    }
}

impl Sequence {
    /// The ChaCha20 key stream, a fresh nonce for each draw.
    fn fill(&mut self, bytes: &mut [u8]) {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&self.block.to_le_bytes());
        self.block += 1;
        if let Ok(key) = UnboundKey::new(&CHACHA20_POLY1305, &self.key) {
            let sealed = LessSafeKey::new(key).seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), bytes);
            debug_assert!(sealed.is_ok(), "a key stream has no limit that we reach");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_sequence() {
        let (first, second) = (Chance::seeded(7), Chance::seeded(7));

        assert_eq!(first.bytes::<40>(), second.bytes::<40>());
        assert_ne!(first.bytes::<16>(), first.bytes::<16>());
    }
}
