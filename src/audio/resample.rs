//! From any rate to that of the telephone.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Async, FixedAsync, Resampler, SincInterpolationParameters, SincInterpolationType, WindowFunction};

use super::sound::RATE;

/// Length of the filter, in samples of the slower side; long enough to keep aliases 60 dB down.
const FILTER: u32 = 96;
/// Samples that are worked on at a time.
const CHUNK: usize = 1024;

/// Samples at `rate` as they are at 8 kHz.
///
/// # Errors
/// What the library says of the rate.
pub(super) fn to_telephone_rate(samples: Vec<f32>, rate: u32) -> Result<Vec<f32>, String> {
    if rate == RATE || samples.is_empty() {
        return Ok(samples);
    }
    let parameters = SincInterpolationParameters {
        sinc_len: filter_length(rate),
        f_cutoff: None,
        oversampling_factor: 128,
        interpolation: SincInterpolationType::Linear,
        window: WindowFunction::BlackmanHarris2,
    };
    let ratio = f64::from(RATE) / f64::from(rate);
    let mut resampler = Async::<f32>::new_sinc(ratio, 1.0, &parameters, CHUNK, 1, FixedAsync::Input).map_err(|error| error.to_string())?;
    let input = InterleavedSlice::new(&samples, 1, samples.len()).map_err(|error| error.to_string())?;
    let output = resampler.process_all(&input, samples.len(), None).map_err(|error| error.to_string())?;
    Ok(output.take_data())
}

/// In samples of the given rate; a multiple of 8, as the library works on eight at a time.
fn filter_length(rate: u32) -> usize {
    let length = FILTER * rate.max(RATE) / RATE;
    length.next_multiple_of(8) as usize
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    #[test]
    fn a_tone_keeps_pitch_length_and_height_and_what_is_too_high_is_gone() {
        for rate in [4000, 11_025, 16_000, 22_050, 44_100, 48_000] {
            let kept = power(&to_telephone_rate(sine(1000.0, rate), rate).unwrap());
            assert!((kept - 0.5).abs() < 0.02, "{kept} at {rate}");
        }
        for rate in [22_050, 48_000] {
            let gone = power(&to_telephone_rate(sine(5000.0, rate), rate).unwrap());
            assert!(gone < 1e-5, "{gone} at {rate}");
        }
        let length = to_telephone_rate(sine(1000.0, 22_050), 22_050).unwrap().len();
        assert!((3999..=4001).contains(&length), "{length}");
    }

    /// Half a second.
    fn sine(frequency: f32, rate: u32) -> Vec<f32> {
        (0..rate / 2).map(|n| (TAU * frequency * n as f32 / rate as f32).sin()).collect()
    }

    /// The mean power in the middle.
    fn power(samples: &[f32]) -> f32 {
        let middle = &samples[400..3600];
        middle.iter().map(|sample| sample * sample).sum::<f32>() / middle.len() as f32
    }
}
