//! Sound as a telephone has it: 8 kHz, one channel, G.711; files, levels, tones, and the keys in a caller's tones.

mod fade;
mod g711;
mod goertzel;
mod level;
mod mix;
mod music;
mod noise;
mod player;
mod resample;
mod sound;
#[cfg(test)]
mod talk_off;
mod tone;
mod tone_detector;
#[cfg(test)]
mod tone_table;
mod trim;
mod wav;
mod wav_header;

pub use g711::Codec;
pub use level::{Level, Meter, SPEECH_LEVEL, normalised};
pub use music::hold_music;
pub use player::{FRAME_SAMPLES, FRAME_TIME, Player, Progress};
pub use sound::{RATE, Sound};
pub use tone::{beep, comfort_noise, dtmf, ringback};
pub use tone_detector::ToneDetector;
pub use trim::trimmed;
pub use wav::{WavEncoding, WavError, read_wav, write_wav};
