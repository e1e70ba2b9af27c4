//! Several channels become one.

/// The mean of the channels, frame by frame; an unfinished frame at the end is left out.
pub(super) fn mono(samples: Vec<f32>, channels: usize) -> Vec<f32> {
    if channels <= 1 {
        return samples;
    }
    samples.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() / channels as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_channels_meet_in_their_middle() {
        assert_eq!(mono(vec![1.0, 0.0, -0.5, 0.5, 0.3], 2), [0.5, 0.0]);
    }
}
