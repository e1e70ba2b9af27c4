//! A sound that thousands of calls share: samples once, and the payloads of both codecs made when they are first asked for.

use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use super::g711::Codec;

/// Samples a second.
pub const RATE: u32 = 8000;

/// Pauses up to this long are the beginning of one sound, which all calls share.
const SHARED_SILENCE: Duration = Duration::from_secs(4);
static SILENCE: LazyLock<Sound> = LazyLock::new(|| Sound::new(vec![0; samples_in(SHARED_SILENCE)]));

/// 8 kHz, one channel, 16 bits. Clones share everything.
#[derive(Clone)]
pub struct Sound {
    shared: Arc<Shared>,
    /// How many of the samples are its own.
    length: usize,
}

struct Shared {
    samples: Box<[i16]>,
    pcmu: OnceLock<Box<[u8]>>,
    pcma: OnceLock<Box<[u8]>>,
}

impl Sound {
    /// A sound of these samples.
    pub fn new(samples: Vec<i16>) -> Self {
        let length = samples.len();
        Self { shared: Arc::new(Shared { samples: samples.into(), pcmu: OnceLock::new(), pcma: OnceLock::new() }), length }
    }

    /// The sound of a payload.
    pub fn decoded(codec: Codec, payload: &[u8]) -> Self {
        Self::new(payload.iter().map(|byte| codec.decode(*byte)).collect())
    }

    /// Nothing to hear, so long.
    pub fn silence(length: Duration) -> Self {
        if length > SHARED_SILENCE {
            return Self::new(vec![0; samples_in(length)]);
        }
        Self { shared: Arc::clone(&SILENCE.shared), length: samples_in(length) }
    }

    /// Sounds one behind the other.
    pub fn joined<'s>(sounds: impl IntoIterator<Item = &'s Sound>) -> Self {
        let mut samples = Vec::new();
        sounds.into_iter().for_each(|sound| samples.extend_from_slice(sound.samples()));
        Self::new(samples)
    }

    /// The samples.
    pub fn samples(&self) -> &[i16] {
        self.shared.samples.get(..self.length).unwrap_or_default()
    }

    /// One byte a sample, as it goes out; made once for all calls.
    pub fn payload(&self, codec: Codec) -> &[u8] {
        let made = match codec {
            Codec::Pcmu => &self.shared.pcmu,
            Codec::Pcma => &self.shared.pcma,
        };
        let payload = made.get_or_init(|| self.shared.samples.iter().map(|sample| codec.encode(*sample)).collect());
        payload.get(..self.length).unwrap_or_default()
    }

    /// How long it lasts.
    pub fn duration(&self) -> Duration {
        Duration::from_micros(self.length as u64 * 125)
    }

    /// Whether there is not one sample.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl PartialEq for Sound {
    fn eq(&self, other: &Self) -> bool {
        self.length == other.length && (Arc::ptr_eq(&self.shared, &other.shared) || self.samples() == other.samples())
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
    fn short_pauses_share_one_silence_and_have_their_own_length() {
        let (short, shorter) = (Sound::silence(Duration::from_millis(350)), Sound::silence(Duration::from_millis(1)));

        assert!(std::ptr::eq(&short.payload(Codec::Pcma)[0], &shorter.payload(Codec::Pcma)[0]));
        assert_eq!((short.samples().len(), shorter.payload(Codec::Pcma).len()), (2800, 8));
        assert_eq!(Sound::silence(Duration::from_secs(9)).duration(), Duration::from_secs(9));
    }

    #[test]
    fn sounds_join_without_a_gap() {
        let joined = Sound::joined([&Sound::new(vec![1, 2]), &Sound::silence(Duration::from_millis(1)), &Sound::new(vec![3])]);

        assert_eq!(joined.samples(), [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
        assert_eq!(joined.duration(), Duration::from_micros(11 * 125));
    }
}
