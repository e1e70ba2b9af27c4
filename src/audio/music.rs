//! Music for waiting: plucked strings, eight chords, made here so that nobody's rights are in it (Karplus and Strong, 1983).

use std::sync::LazyLock;

use super::fade::fade_out;
use super::noise::Noise;
use super::sound::{RATE, Sound};

/// Hertz of the two notes of each chord.
const CHORDS: [[f32; 2]; 8] = [
    [261.63, 329.63],
    [392.00, 493.88],
    [220.00, 261.63],
    [349.23, 440.00],
    [261.63, 329.63],
    [349.23, 440.00],
    [220.00, 261.63],
    [392.00, 493.88],
];
/// Samples of a chord: a second and a half.
const CHORD: usize = RATE as usize * 3 / 2;
/// What a string keeps of itself each time round.
const KEPT: f32 = 0.996;
/// Height of a string at its pluck: soft beside speech.
const HEIGHT: f32 = 6000.0;

static MUSIC: LazyLock<Sound> = LazyLock::new(make_music);

/// Twelve seconds that begin and end softly, so that they loop; made once for all calls.
pub fn hold_music() -> Sound {
    MUSIC.clone()
}

fn make_music() -> Sound {
    let mut samples = Vec::with_capacity(CHORD * CHORDS.len());
    for (number, notes) in (1..).zip(CHORDS) {
        let strings = notes.map(|note| string(note, number));
        let mut chord: Vec<i16> = strings[0].iter().zip(&strings[1]).map(|(a, b)| (a + b).round() as i16).collect();
        fade_out(chord.get_mut(CHORD - CHORD / 4..).unwrap_or_default());
        samples.extend(chord);
    }
    Sound::new(samples)
}

/// A string that was filled with noise, and loses its edge each time round.
fn string(note: f32, seed: u32) -> Vec<f32> {
    let mut noise = Noise::seeded(seed);
    let length = (RATE as f32 / note).round() as usize;
    let mut samples: Vec<f32> = (0..length).map(|_| noise.next() * HEIGHT).collect();
    while samples.len() < CHORD {
        let at = samples.len();
        let round = |back: usize| at.checked_sub(back).and_then(|at| samples.get(at)).copied().unwrap_or_default();
        samples.push(KEPT * 0.5 * (round(length) + round(length + 1)));
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn music_lasts_twelve_seconds_and_ends_softly() {
        let music = hold_music();

        assert_eq!(music.duration().as_secs(), 12);
        assert_eq!(music.samples().last(), Some(&0));
        assert!(music.samples().iter().any(|sample| *sample > 2000));
    }
}
