//! How loud: levels in dBm0, a meter, and sounds brought to one level (ITU-T G.711 table 5, P.56 in short).

use super::sound::Sound;

/// The level of a sine at full scale: the overload point of G.711.
const FULL_SCALE_DBM0: f32 = 3.17;
/// The level of speech that prompts are brought to, in dBm0: what networks expect of a talker.
pub const SPEECH_LEVEL: f32 = -18.0;
/// Peaks stay below this share of full scale.
const HIGHEST_PEAK: f32 = 0.89;
/// Samples over which speech counts as there or not: 20 ms.
const STRETCH: usize = 160;
/// Stretches weaker than this, below the loudest one, are pauses.
const PAUSE_DB: f32 = 30.0;

/// How loud something was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The mean power, in dBm0; −∞ for silence.
    pub mean: f32,
    /// The highest sample as a sine of that height, in dBm0.
    pub peak: f32,
}

/// Measures what passes.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    energy: f64,
    count: u64,
    peak: u16,
}

impl Meter {
    /// Lets samples pass.
    pub fn hear(&mut self, samples: &[i16]) {
        self.energy += samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        self.count += samples.len() as u64;
        self.peak = samples.iter().map(|sample| sample.unsigned_abs()).fold(self.peak, u16::max);
    }

    /// How loud it was since the last reading.
    pub fn read(&mut self) -> Level {
        let Self { energy, count, peak } = std::mem::take(self);
        let mean = (energy / count.max(1) as f64).sqrt() as f32;
        Level { mean: dbm0(mean * std::f32::consts::SQRT_2), peak: dbm0(f32::from(peak)) }
    }
}

/// The level of a sine of this amplitude (16 bits).
pub(super) fn dbm0(amplitude: f32) -> f32 {
    20.0 * (amplitude / f32::from(i16::MAX)).log10() + FULL_SCALE_DBM0
}

/// The amplitude of a sine of this level.
pub(super) fn amplitude(dbm0: f32) -> f32 {
    f32::from(i16::MAX) * 10f32.powf((dbm0 - FULL_SCALE_DBM0) / 20.0)
}

/// The sound with its speech, pauses left out, at `level` dBm0, or as near as its peaks allow. Silence stays silence.
pub fn normalised(sound: &Sound, level: f32) -> Sound {
    let mut all = Meter::default();
    all.hear(sound.samples());
    let peak = all.peak;
    if peak == 0 {
        return sound.clone();
    }
    let wanted = 10f32.powf((level - speech_level(sound.samples())) / 20.0);
    let gain = wanted.min(HIGHEST_PEAK * f32::from(i16::MAX) / f32::from(peak));
    Sound::new(sound.samples().iter().map(|sample| (f32::from(*sample) * gain).round() as i16).collect())
}

/// The level of the stretches in which somebody speaks.
fn speech_level(samples: &[i16]) -> f32 {
    let power = |stretch: &[i16]| stretch.iter().map(|sample| f32::from(*sample).powi(2)).sum::<f32>() / stretch.len().max(1) as f32;
    let powers: Vec<f32> = samples.chunks(STRETCH).map(power).collect();
    let floor = powers.iter().copied().fold(0.0, f32::max) / 10f32.powf(PAUSE_DB / 10.0);
    let spoken: Vec<f32> = powers.into_iter().filter(|power| *power >= floor).collect();
    dbm0((2.0 * spoken.iter().sum::<f32>() / spoken.len().max(1) as f32).sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::tone::dtmf;
    use super::*;

    #[test]
    fn a_square_at_full_scale_is_three_decibels_above_its_sine() {
        let mut meter = Meter::default();
        meter.hear(&[i16::MAX, -i16::MAX]);

        let level = meter.read();

        assert!((level.peak - FULL_SCALE_DBM0).abs() < 0.01 && (level.mean - 6.18).abs() < 0.01, "{level:?}");
        assert_eq!(meter.read().mean, f32::NEG_INFINITY);
    }

    #[test]
    fn speech_comes_to_its_level_and_silence_stays() {
        let quiet = Sound::new(dtmf('5').samples().iter().map(|sample| sample / 50).collect());
        let mut meter = Meter::default();

        meter.hear(normalised(&quiet, -18.0).samples());

        let level = meter.read().mean;
        assert!((level + 18.0).abs() < 0.5, "{level}");
        assert!(normalised(&Sound::new(vec![0; 9]), -18.0).samples().iter().all(|sample| *sample == 0));
    }
}
