//! Tones that a telephone makes: keys (ITU-T Q.23), ringback, the beep before a recording, and the soft noise of an open line.

use std::f32::consts::TAU;
use std::time::Duration;

use super::fade::{fade_in, fade_out};
use super::level::amplitude;
use super::noise::Noise;
use super::sound::{RATE, Sound, samples_in};

/// The keys, row by row (ITU-T Q.23 §3).
pub(super) const KEYS: [[char; 4]; 4] = [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];
/// Hertz of the rows, then of the columns.
pub(super) const KEY_FREQUENCIES: [f32; 8] = [697.0, 770.0, 852.0, 941.0, 1209.0, 1336.0, 1477.0, 1633.0];

/// Level of each of the two tones of a key, in dBm0.
const KEY_LEVEL: f32 = -10.0;
const KEY_LENGTH: Duration = Duration::from_millis(100);
const RINGBACK_LEVEL: f32 = -20.0;
const COMFORT_LEVEL: f32 = -55.0;

/// One sine among those that make a tone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sine {
    pub frequency: f32,
    pub dbm0: f32,
}

/// A key, 100 ms long; silence for what is no key.
pub fn dtmf(key: char) -> Sound {
    let places = KEYS.iter().enumerate().flat_map(|(row, keys)| keys.iter().enumerate().map(move |(column, key)| (row, column, *key)));
    let sines: Vec<Sine> = places
        .filter(|(_, _, known)| *known == key.to_ascii_uppercase())
        .flat_map(|(row, column, _)| [KEY_FREQUENCIES.get(row), KEY_FREQUENCIES.get(4 + column)])
        .flatten()
        .map(|frequency| Sine { frequency: *frequency, dbm0: KEY_LEVEL })
        .collect();
    sounding(&sines, KEY_LENGTH)
}

/// What the caller hears while it rings, Europe's way: one second of 425 Hz, four of silence (ITU-T E.180). Loops.
pub fn ringback() -> Sound {
    let ring = sounding(&[Sine { frequency: 425.0, dbm0: RINGBACK_LEVEL }], Duration::from_secs(1));
    Sound::joined([&ring, &Sound::silence(Duration::from_secs(4))])
}

/// The tone that asks to speak (VoiceXML 2.0 §2.3.6).
pub fn beep() -> Sound {
    sounding(&[Sine { frequency: 1000.0, dbm0: -12.0 }], Duration::from_millis(250))
}

/// The soft noise that says that the line is open (RFC 3389). Loops.
pub fn comfort_noise() -> Sound {
    let mut noise = Noise::seeded(1);
    let height = amplitude(COMFORT_LEVEL) * 1.22;
    Sound::new((0..2 * RATE).map(|_| (noise.next() * height).round() as i16).collect())
}

/// Sines together, faded at both ends.
pub(super) fn sounding(sines: &[Sine], length: Duration) -> Sound {
    let mut samples = together(sines, samples_in(length), 0.0);
    let (fade, count) = (40.min(samples.len()), samples.len());
    fade_in(samples.get_mut(..fade).unwrap_or_default());
    fade_out(samples.get_mut(count - fade..).unwrap_or_default());
    Sound::new(samples)
}

/// Sines together, from `phase` turns on.
pub(super) fn together(sines: &[Sine], count: usize, phase: f32) -> Vec<i16> {
    let at = |n: usize| {
        let heights = sines.iter().map(|sine| {
            let turns = (f64::from(sine.frequency) * n as f64 / f64::from(RATE) + f64::from(phase)).fract();
            amplitude(sine.dbm0) * (TAU * turns as f32).sin()
        });
        heights.sum::<f32>().round().clamp(-32_768.0, 32_767.0) as i16
    };
    (0..count).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tone_detector::ToneDetector;
    use super::*;

    #[test]
    fn every_key_sounds_like_itself() {
        for key in KEYS.into_iter().flatten() {
            assert_eq!(ToneDetector::new().hear(dtmf(key).samples()), [key]);
        }
        assert!(dtmf('x').samples().iter().all(|sample| *sample == 0));
    }
}
