//! The measure of sound: frames of 20 ms.

/// Samples of a frame, which are also its bytes in G.711.
pub const FRAME_SAMPLES: usize = 160;
