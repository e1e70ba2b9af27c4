//! The eight frequencies of keys, measured at once in steps of 8 ms (G. Goertzel, 1958).
//!
//! Lanes are arrays, so that the compiler works on all eight with a few vector instructions.

use std::f32::consts::TAU;

use super::sound::RATE;
use super::tone::KEY_FREQUENCIES;

/// Samples of a step.
pub(super) const STEP: usize = 64;

/// One value for each frequency.
pub(super) type Lanes = [f32; 8];

/// What a step holds of each frequency, as a complex number, and its energy.
#[derive(Clone, Copy, Default)]
pub(super) struct Spectrum {
    pub re: Lanes,
    pub im: Lanes,
    pub energy: f32,
}

/// The constants of the eight frequencies.
pub(super) struct Goertzel {
    cosines: Lanes,
    sines: Lanes,
    /// How far each frequency turns in a step, backwards.
    turns: [(f32, f32); 8],
}

impl Goertzel {
    pub(super) fn new() -> Self {
        let angle = |frequency: f32| TAU * frequency / RATE as f32;
        let turn = |frequency: f32| {
            let (sine, cosine) = (angle(frequency) * STEP as f32).sin_cos();
            (cosine, -sine)
        };
        Self {
            cosines: KEY_FREQUENCIES.map(|frequency| angle(frequency).cos()),
            sines: KEY_FREQUENCIES.map(|frequency| angle(frequency).sin()),
            turns: KEY_FREQUENCIES.map(turn),
        }
    }

    /// How far a frequency turns in a step, backwards: what is left of a tone's own turning is its distance from the frequency.
    pub(super) fn turn(&self, lane: usize) -> (f32, f32) {
        self.turns.get(lane).copied().unwrap_or((1.0, 0.0))
    }

    pub(super) fn measure(&self, samples: &[f32; STEP]) -> Spectrum {
        let doubled = self.cosines.map(|cosine| 2.0 * cosine);
        let (mut last, mut before) = ([0.0; 8], [0.0; 8]);
        let mut energy = 0.0;
        for sample in samples {
            energy += sample * sample;
            for (lane, factor) in doubled.iter().enumerate() {
                let next = factor * last[lane] - before[lane] + sample;
                before[lane] = last[lane];
                last[lane] = next;
            }
        }
        let (mut re, mut im) = ([0.0; 8], [0.0; 8]);
        for lane in 0..8 {
            re[lane] = last[lane] - before[lane] * self.cosines[lane];
            im[lane] = before[lane] * self.sines[lane];
        }
        Spectrum { re, im, energy }
    }
}

impl Spectrum {
    /// The power of a frequency.
    pub(super) fn power(&self, lane: usize) -> f32 {
        let (re, im) = self.at(lane);
        re * re + im * im
    }

    /// The complex number of a frequency.
    pub(super) fn at(&self, lane: usize) -> (f32, f32) {
        (self.re.get(lane).copied().unwrap_or_default(), self.im.get(lane).copied().unwrap_or_default())
    }
}
