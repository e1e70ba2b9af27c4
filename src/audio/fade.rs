//! Fades: so that a sound that is cut, or begins in its middle, does not click.

/// Lets samples rise from silence.
pub(super) fn fade_in(samples: &mut [i16]) {
    let length = samples.len();
    for (index, sample) in samples.iter_mut().enumerate() {
        *sample = share(*sample, index, length);
    }
}

/// Lets samples fall to silence.
pub(super) fn fade_out(samples: &mut [i16]) {
    let length = samples.len();
    for (index, sample) in samples.iter_mut().rev().enumerate() {
        *sample = share(*sample, index, length);
    }
}

fn share(sample: i16, part: usize, whole: usize) -> i16 {
    (i64::from(sample) * part as i64 / whole.max(1) as i64) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fade_ends_in_silence_and_makes_no_jump() {
        let mut samples = [10_000; 80];

        fade_out(&mut samples);

        assert_eq!(samples[79], 0);
        assert!(samples.windows(2).all(|pair| pair[0] >= pair[1] && pair[0] - pair[1] <= 126));

        fade_in(&mut samples[..1]);
        assert_eq!(samples[0], 0);
    }
}
