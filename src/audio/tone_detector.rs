//! Hears keys in a caller's voice band (ITU-T Q.24): level, twist, frequency, purity and length have to be those of a key.
//!
//! Three steps of 8 ms are judged together. How a tone turns from step to step tells its frequency far more exactly than so
//! short a time could by strength alone; turned back, the steps add up, and what the two tones hold of all the energy says
//! whether there is anything else: speech has harmonics, a key has none.

use std::f32::consts::TAU;

use super::goertzel::{Goertzel, STEP, Spectrum};
use super::level::amplitude;
use super::sound::RATE;
use super::tone::{KEY_FREQUENCIES, KEYS};

/// Steps that are judged together: 24 ms.
const WINDOW: usize = 3;
/// Windows in a row that make a key: 32 ms of tone.
const WINDOWS_TO_BEGIN: u32 = 2;
/// Windows in a row without it that end a key; a gap of 10 ms does not.
const WINDOWS_TO_END: u32 = 5;
/// The weakest tone, in dBm0.
const WEAKEST: f32 = -40.0;
/// The farthest from its frequency: between 1.5 %, which has to be heard, and 3.5 %, which must not.
const FARTHEST: f32 = 0.025;
/// How much stronger than the row the column may be, as a ratio of powers: 6 dB.
const MOST_TWIST: f32 = 4.0;
/// How much weaker than the row the column may be: 10 dB.
const MOST_REVERSE_TWIST: f32 = 10.0;
/// What the two tones hold of all energy, at least.
const PURITY: f32 = 0.85;

/// Listens to one call. No `Debug`: it knows what was pressed.
pub struct ToneDetector {
    goertzel: Goertzel,
    gathered: [f32; STEP],
    count: usize,
    steps: [Spectrum; WINDOW],
    /// The key of the last windows, and how many there were.
    candidate: Option<(char, u32)>,
    /// The key that is held down.
    held: Option<char>,
    misses: u32,
    weakest: f32,
}

/// One of the two tones of a key.
struct Found {
    /// Its place in its group.
    index: usize,
    /// Its mean power.
    power: f32,
}

impl Default for ToneDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl ToneDetector {
    /// Has heard nothing yet.
    pub fn new() -> Self {
        Self {
            goertzel: Goertzel::new(),
            gathered: [0.0; STEP],
            count: 0,
            steps: [Spectrum::default(); WINDOW],
            candidate: None,
            held: None,
            misses: 0,
            weakest: amplitude(WEAKEST).powi(2) / 2.0,
        }
    }

    /// Listens on; gives the keys whose tones have just become certain, each once however long it is held.
    pub fn hear(&mut self, samples: &[i16]) -> Vec<char> {
        let mut pressed = Vec::new();
        for sample in samples {
            if let Some(place) = self.gathered.get_mut(self.count) {
                *place = f32::from(*sample);
            }
            self.count += 1;
            if self.count == STEP {
                self.count = 0;
                pressed.extend(self.step());
            }
        }
        pressed
    }

    fn step(&mut self) -> Option<char> {
        self.steps.rotate_left(1);
        if let Some(last) = self.steps.last_mut() {
            *last = self.goertzel.measure(&self.gathered);
        }
        let key = self.judge();
        self.follow(key)
    }

    /// Counts windows with and without a key.
    fn follow(&mut self, key: Option<char>) -> Option<char> {
        self.misses = if key.is_some() && key == self.held { 0 } else { self.misses + 1 };
        if self.misses >= WINDOWS_TO_END {
            self.held = None;
        }
        self.candidate = match (key, self.candidate) {
            (Some(key), Some((same, count))) if key == same => Some((key, count + 1)),
            (Some(key), _) => Some((key, 1)),
            (None, _) => None,
        };
        let (key, count) = self.candidate?;
        if count < WINDOWS_TO_BEGIN || self.held == Some(key) {
            return None;
        }
        self.held = Some(key);
        self.misses = 0;
        Some(key)
    }

    /// The key that fills the window.
    fn judge(&self) -> Option<char> {
        let energy: f32 = self.steps.iter().map(|step| step.energy).sum();
        let mean = energy / (WINDOW * STEP) as f32;
        if mean < 2.0 * self.weakest {
            return None;
        }
        let row = self.strongest(0)?;
        let column = self.strongest(4)?;
        let is_loud = row.power >= self.weakest && column.power >= self.weakest;
        let is_balanced = column.power <= row.power * MOST_TWIST && row.power <= column.power * MOST_REVERSE_TWIST;
        let is_pure = row.power + column.power >= PURITY * mean;
        let key = KEYS.get(row.index)?.get(column.index)?;
        (is_loud && is_balanced && is_pure).then_some(*key)
    }

    /// The strongest of the four frequencies from `first` on, when it is near enough to its place.
    fn strongest(&self, first: usize) -> Option<Found> {
        let power = |lane: usize| self.steps.iter().map(|step| step.power(lane)).sum::<f32>();
        let lane = (first..first + 4).max_by(|a, b| power(*a).total_cmp(&power(*b)))?;
        let own = self.turning(lane)?;
        let (cosine, sine) = times(own, self.goertzel.turn(lane));
        let off = sine.atan2(cosine);
        let farthest = TAU * KEY_FREQUENCIES.get(lane)? * FARTHEST * STEP as f32 / RATE as f32;
        if off.abs() > farthest {
            return None;
        }
        let together = self.turned_back(lane, own);
        let height = 2.0 * together / ((WINDOW * STEP) as f32 * loss(off));
        Some(Found { index: lane - first, power: height * height / 2.0 })
    }

    /// How a frequency turns from step to step, as a complex number of length 1.
    fn turning(&self, lane: usize) -> Option<(f32, f32)> {
        let pairs = self.steps.iter().zip(self.steps.iter().skip(1));
        let (re, im) = pairs.fold((0.0, 0.0), |(re, im), (before, after)| {
            let (x, y) = before.at(lane);
            let (turned, across) = times(after.at(lane), (x, -y));
            (re + turned, im + across)
        });
        let length = re.hypot(im);
        (length > 0.0).then(|| (re / length, im / length))
    }

    /// The height of the steps added up, each turned back to the first one.
    fn turned_back(&self, lane: usize, (re, im): (f32, f32)) -> f32 {
        let mut back = (1.0, 0.0);
        let mut sum = (0.0, 0.0);
        for step in &self.steps {
            let (x, y) = times(step.at(lane), back);
            sum = (sum.0 + x, sum.1 + y);
            back = times(back, (re, -im));
        }
        sum.0.hypot(sum.1)
    }
}

/// What is left of a tone in a step that it turns by `off` against its frequency.
fn loss(off: f32) -> f32 {
    let half = off / 2.0;
    if half.abs() < 1e-3 { 1.0 } else { half.sin() / half }
}

fn times((a, b): (f32, f32), (c, d): (f32, f32)) -> (f32, f32) {
    (a * c - b * d, a * d + b * c)
}
