//! Any bytes as a WAV file: the sound is as short as the file, and is read again as it was written.

#![no_main]

use callward::audio::{WavEncoding, read_wav, write_wav};
use libfuzzer_sys::fuzz_target;

/// Samples at 8 kHz that a byte of a file at 4 kHz, 8 bits and one channel can make, and what resampling puts around them.
const MOST_SAMPLES: (usize, usize) = (4, 16_000);

fuzz_target!(|bytes: &[u8]| {
    let Ok(sound) = read_wav(bytes) else { return };
    assert!(sound.samples().len() <= bytes.len() * MOST_SAMPLES.0 + MOST_SAMPLES.1);
    let again = read_wav(&write_wav(&sound, WavEncoding::Pcm)).expect("what we write can be read");
    assert_eq!(again.samples(), sound.samples());
});
