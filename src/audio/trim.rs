//! Recordings without the silence before and behind them, so that what joins them decides on the pauses.

use super::fade::{fade_in, fade_out};
use super::level::amplitude;
use super::sound::Sound;

/// What is weaker than this is no speech, in dBm0.
const FLOOR_DBM0: f32 = -45.0;
/// Samples that stay on both sides: consonants begin softly. 15 ms.
const MARGIN: usize = 120;
/// Samples over which both ends fade: 5 ms.
const FADE: usize = 40;

/// The sound from its first to its last audible sample; nothing when there is none.
pub fn trimmed(sound: &Sound) -> Sound {
    let samples = sound.samples();
    let is_heard = |sample: &i16| f32::from(sample.unsigned_abs()) > amplitude(FLOOR_DBM0);
    let (Some(first), Some(last)) = (samples.iter().position(is_heard), samples.iter().rposition(is_heard)) else {
        return Sound::new(Vec::new());
    };
    let (begin, end) = (first.saturating_sub(MARGIN), (last + MARGIN).min(samples.len()));
    let mut kept = samples.get(begin..end).unwrap_or_default().to_vec();
    let fade = FADE.min(kept.len());
    let tail = kept.len() - fade;
    fade_in(kept.get_mut(..fade).unwrap_or_default());
    fade_out(kept.get_mut(tail..).unwrap_or_default());
    Sound::new(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_around_a_sound_goes_and_a_margin_stays() {
        let mut samples = vec![0; 1000];
        samples.extend([8000; 400]);
        samples.extend([0; 2000]);

        let kept = trimmed(&Sound::new(samples));

        assert_eq!(kept.samples().len(), 400 + 2 * MARGIN - 1);
        assert!(trimmed(&Sound::new(vec![1; 500])).is_empty());
    }
}
