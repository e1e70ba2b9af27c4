//! A sound that thousands of calls share: samples once, and the payloads of both codecs made when they are first asked for.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::g711::Codec;

/// Samples a second.
pub const RATE: u32 = 8000;

/// 8 kHz, one channel, 16 bits. Clones share everything.
#[derive(Clone)]
pub struct Sound(Arc<Shared>);

struct Shared {
    samples: Box<[i16]>,
    pcmu: OnceLock<Box<[u8]>>,
    pcma: OnceLock<Box<[u8]>>,
}

impl Sound {
    /// A sound of these samples.
    pub fn new(samples: Vec<i16>) -> Self {
        Self(Arc::new(Shared { samples: samples.into(), pcmu: OnceLock::new(), pcma: OnceLock::new() }))
    }

    /// The sound of a payload.
    pub fn decoded(codec: Codec, payload: &[u8]) -> Self {
        Self::new(payload.iter().map(|byte| codec.decode(*byte)).collect())
    }

    /// Nothing to hear, so long.
    pub fn silence(length: Duration) -> Self {
        Self::new(vec![0; samples_in(length)])
    }

    /// Sounds one behind the other.
    pub fn joined<'s>(sounds: impl IntoIterator<Item = &'s Sound>) -> Self {
        let mut samples = Vec::new();
        sounds.into_iter().for_each(|sound| samples.extend_from_slice(sound.samples()));
        Self::new(samples)
    }

    /// The samples.
    pub fn samples(&self) -> &[i16] {
        &self.0.samples
    }

    /// One byte a sample, as it goes out; made once for all calls.
    pub fn payload(&self, codec: Codec) -> &[u8] {
        let made = match codec {
            Codec::Pcmu => &self.0.pcmu,
            Codec::Pcma => &self.0.pcma,
        };
        made.get_or_init(|| self.samples().iter().map(|sample| codec.encode(*sample)).collect())
    }

    /// How long it lasts.
    pub fn duration(&self) -> Duration {
        Duration::from_micros(self.samples().len() as u64 * 125)
    }

    /// Whether there is not one sample.
    pub fn is_empty(&self) -> bool {
        self.samples().is_empty()
    }
}

impl PartialEq for Sound {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.samples() == other.samples()
    }
}

impl fmt::Debug for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sound({:?})", self.duration())
    }
}

/// The samples that a time holds, the last one whole.
pub(super) fn samples_in(length: Duration) -> usize {
    usize::try_from(length.as_micros() / 125).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_payload_that_was_made_once() {
        let sound = Sound::new(vec![0, 1000, -1000]);
        let clone = sound.clone();

        assert!(std::ptr::eq(sound.payload(Codec::Pcmu), clone.payload(Codec::Pcmu)));
        assert_eq!(sound.payload(Codec::Pcma).len(), 3);
    }

    #[test]
    fn sounds_join_without_a_gap() {
        let joined = Sound::joined([&Sound::new(vec![1, 2]), &Sound::silence(Duration::from_millis(1)), &Sound::new(vec![3])]);

        assert_eq!(joined.samples(), [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
        assert_eq!(joined.duration(), Duration::from_micros(11 * 125));
    }
}
