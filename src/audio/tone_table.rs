//! A table of tones against the detector: every limit of ITU-T Q.24 table A-1, made here and sent through G.711.

use std::time::Duration;

use super::g711::Codec;
use super::level::amplitude;
use super::noise::Noise;
use super::sound::samples_in;
use super::tone::{KEY_FREQUENCIES, KEYS, Sine, together};
use super::tone_detector::ToneDetector;

/// How a key is sent.
#[derive(Debug, Clone, Copy)]
struct Sent {
    /// Level of the stronger tone, in dBm0.
    level: f32,
    /// How much stronger the column is than the row, in dB.
    twist: f32,
    milliseconds: u64,
    /// How far both tones are off, as a share.
    off: f32,
    /// Signal to noise, in dB.
    noise: Option<f32>,
}

const USUAL: Sent = Sent { level: -10.0, twist: 0.0, milliseconds: 60, off: 0.0, noise: None };

#[test]
fn every_key_is_heard_within_the_limits() {
    for level in [-3.0, -16.0, -30.0] {
        for twist in [4.0, 0.0, -8.0] {
            for milliseconds in [40, 70, 100] {
                for off in [-0.015, 0.0, 0.015] {
                    all_keys_are_heard(Sent { level, twist, milliseconds, off, noise: None });
                }
            }
        }
    }
}

#[test]
fn noise_fifteen_decibels_below_hides_no_key() {
    for level in [-3.0, -26.0] {
        for (twist, off) in [(4.0, 0.015), (0.0, 0.0), (-8.0, -0.015)] {
            all_keys_are_heard(Sent { level, twist, milliseconds: 50, off, noise: Some(15.0) });
        }
    }
}

#[test]
fn what_is_off_by_three_and_a_half_percent_is_no_key() {
    for off in [-0.06, -0.045, -0.035, 0.035, 0.045, 0.06] {
        for milliseconds in [60, 200] {
            no_key_is_heard(Sent { off, milliseconds, ..USUAL });
        }
    }
}

#[test]
fn what_is_shorter_than_23_milliseconds_is_no_key() {
    for milliseconds in [5, 10, 15, 20, 22] {
        no_key_is_heard(Sent { milliseconds, ..USUAL });
    }
}

#[test]
fn too_much_twist_and_too_little_level_are_no_key() {
    no_key_is_heard(Sent { twist: 8.0, ..USUAL });
    no_key_is_heard(Sent { twist: -12.0, ..USUAL });
    no_key_is_heard(Sent { level: -45.0, ..USUAL });
}

#[test]
fn a_pause_of_40_milliseconds_parts_two_keys_and_a_gap_of_10_does_not() {
    let pressed_twice = |pause| {
        let tone = key(1, 1, Sent { milliseconds: 40, ..USUAL });
        let silence = vec![0; samples_in(Duration::from_millis(pause))];
        heard(&[tone.clone(), silence, tone].concat(), 0)
    };

    assert_eq!(pressed_twice(40), "55");
    assert_eq!(pressed_twice(10), "5");
}

#[test]
fn keys_that_follow_closely_are_all_heard() {
    let keys = [(0, 0), (0, 1), (0, 1), (3, 2)].map(|(row, column)| key(row, column, Sent { milliseconds: 40, ..USUAL }));
    let pause = vec![0; samples_in(Duration::from_millis(40))];

    assert_eq!(heard(&keys.join(&pause[..]), 11), "122#");
}

#[test]
fn one_tone_alone_noise_and_a_dial_tone_are_no_keys() {
    for frequencies in [vec![697.0], vec![1336.0], vec![350.0, 440.0], vec![425.0], vec![697.0, 770.0], vec![770.0, 1336.0, 2140.0]] {
        let sines: Vec<Sine> = frequencies.iter().map(|frequency| Sine { frequency: *frequency, dbm0: -10.0 }).collect();
        assert_eq!(heard(&together(&sines, 8000, 0.0), 0), "", "{frequencies:?}");
    }
    let mut noise = Noise::seeded(9);
    let hiss: Vec<i16> = (0..80_000).map(|_| (noise.next() * 9000.0) as i16).collect();
    assert_eq!(heard(&hiss, 0), "");
}

fn all_keys_are_heard(sent: Sent) {
    for (row, keys) in KEYS.iter().enumerate() {
        for (column, expected) in keys.iter().enumerate() {
            for lead in [0, 23, 47] {
                assert_eq!(heard(&key(row, column, sent), lead), expected.to_string(), "{sent:?} {lead} samples late");
            }
        }
    }
}

fn no_key_is_heard(sent: Sent) {
    for (row, keys) in KEYS.iter().enumerate() {
        for (column, name) in keys.iter().enumerate() {
            for lead in (0..64).step_by(9) {
                assert_eq!(heard(&key(row, column, sent), lead), "", "{name} {sent:?} {lead} samples late");
            }
        }
    }
}

/// The samples of a key, with noise where it is wanted.
fn key(row: usize, column: usize, sent: Sent) -> Vec<i16> {
    let (row_level, column_level) = (sent.level - sent.twist.max(0.0), sent.level + sent.twist.min(0.0));
    let sine = |frequency: f32, dbm0| Sine { frequency: frequency * (1.0 + sent.off), dbm0 };
    let sines = [sine(KEY_FREQUENCIES[row], row_level), sine(KEY_FREQUENCIES[4 + column], column_level)];
    let mut samples = together(&sines, samples_in(Duration::from_millis(sent.milliseconds)), 0.3);
    if let Some(ratio) = sent.noise {
        let power: f32 = sines.iter().map(|sine| amplitude(sine.dbm0).powi(2) / 2.0).sum();
        let height = (3.0 * power / 10f32.powf(ratio / 10.0)).sqrt();
        let mut noise = Noise::seeded(row as u32 * 4 + column as u32);
        samples.iter_mut().for_each(|sample| *sample = sample.saturating_add((noise.next() * height) as i16));
    }
    samples
}

/// The keys that are heard in samples that begin `lead` samples late, sent in µ-law and frames of 20 ms.
fn heard(samples: &[i16], lead: usize) -> String {
    let mut detector = ToneDetector::new();
    let line: Vec<i16> = [&vec![0; 160 + lead], samples, &[0; 480]].concat();
    let line: Vec<i16> = line.into_iter().map(|sample| Codec::Pcmu.decode(Codec::Pcmu.encode(sample))).collect();
    line.chunks(160).flat_map(|frame| detector.hear(frame)).collect()
}
