//! Words as sound that can be read again at the other end of a telephone line: what a rehearsal's voice says, and who hears it.
//!
//! A text is cut into pieces of a frame each, and the row of pieces is said over and over, as long as a prompt lasts: so it
//! survives packets that are lost, and who cuts a prompt short has not heard it whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::audio::Sound;

/// Samples of a frame, as a packet carries them.
const FRAME: usize = 160;
/// What every frame begins with.
const MAGIC: [u8; 3] = [0xC3, 0x5A, 0x96];
/// Bytes of text in a frame.
const PIECE: usize = 64;
/// Bytes of a frame before its checksum: magic, number of the prompt, place, places, whether it ends, length, piece.
const CHECKED: usize = MAGIC.len() + 6 + PIECE;
/// Samples of a frame that carry something: half a byte each.
const SAMPLES: usize = (CHECKED + 4) * 2;
/// Frames of the shortest prompt: a second and a half.
const SHORTEST: usize = 75;
/// How often each piece is said at least.
const FEWEST_ROUNDS: usize = 12;
/// The part of the rounds in which a prompt ends.
const ENDING: usize = 4;
/// Sixteen heights of a sample, far enough apart for either law of G.711.
const LOWEST: i32 = -22_500;
const STEP: i32 = 3_000;

/// The sound of a text; each prompt of a call has a number of its own.
pub(super) fn sound_of(number: u16, text: &str) -> Sound {
    let pieces: Vec<&[u8]> = text.as_bytes().chunks(PIECE).collect();
    let rounds = SHORTEST.div_ceil(pieces.len().max(1)).max(FEWEST_ROUNDS);
    let mut samples = Vec::with_capacity(rounds * pieces.len() * FRAME);
    for round in 0..rounds {
        let ends = round + rounds / ENDING >= rounds;
        for (place, piece) in (0_u8..).zip(&pieces) {
            let places = u8::try_from(pieces.len()).unwrap_or(u8::MAX);
            samples.extend(frame(&Piece { number, place, places, ends, text: piece.to_vec() }));
        }
    }
    Sound::new(samples)
}

/// Reads what it hears.
#[derive(Default)]
pub(super) struct Ear {
    /// Samples that may be the beginning of a frame.
    waiting: Vec<i16>,
    prompts: BTreeMap<u16, Prompt>,
    whole: BTreeSet<u16>,
}

/// What was read of the samples that came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Overheard {
    /// Somebody speaks.
    pub is_speech: bool,
    /// Prompts that were heard to their end.
    pub texts: Vec<String>,
}

/// What was heard of a prompt so far.
#[derive(Default)]
struct Prompt {
    pieces: BTreeMap<u8, Vec<u8>>,
    ends: bool,
}

/// One frame's message.
struct Piece {
    number: u16,
    place: u8,
    places: u8,
    ends: bool,
    text: Vec<u8>,
}

impl Ear {
    /// The next samples.
    pub fn hear(&mut self, samples: impl IntoIterator<Item = i16>) -> Overheard {
        self.waiting.extend(samples);
        let (mut overheard, mut at) = (Overheard::default(), 0);
        while let Some(frame) = self.waiting.get(at..at + SAMPLES) {
            let piece = read(frame);
            at += if piece.is_some() { SAMPLES } else { 1 };
            overheard.is_speech |= piece.is_some();
            overheard.texts.extend(piece.and_then(|piece| self.take(piece)));
        }
        self.waiting.drain(..at);
        overheard
    }

    /// The whole text, once.
    fn take(&mut self, piece: Piece) -> Option<String> {
        let prompt = self.prompts.entry(piece.number).or_default();
        prompt.ends |= piece.ends;
        prompt.pieces.insert(piece.place, piece.text);
        let is_whole = prompt.ends && prompt.pieces.len() == usize::from(piece.places);
        let bytes: Vec<u8> = prompt.pieces.values().flatten().copied().collect();
        (is_whole && self.whole.insert(piece.number)).then(|| String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn frame(piece: &Piece) -> [i16; FRAME] {
    let length = u8::try_from(piece.text.len()).unwrap_or(u8::MAX);
    let mut bytes = MAGIC.to_vec();
    bytes.extend(piece.number.to_be_bytes());
    bytes.extend([piece.place, piece.places, u8::from(piece.ends), length]);
    bytes.extend(&piece.text);
    bytes.resize(CHECKED, 0);
    bytes.extend(checksum(&bytes).to_be_bytes());
    let mut samples = [0; FRAME];
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    for (sample, half) in samples.iter_mut().zip(halves) {
        *sample = i16::try_from(LOWEST + STEP * i32::from(half)).unwrap_or_default();
    }
    samples
}

fn read(samples: &[i16]) -> Option<Piece> {
    let byte = |pair: &[i16]| pair.iter().fold(0, |byte, sample| byte << 4 | half(*sample));
    let begins = samples.chunks(2).zip(MAGIC).all(|(pair, magic)| byte(pair) == magic);
    let bytes: Vec<u8> = if begins { samples.chunks(2).map(byte).collect() } else { return None };
    let (checked, sum) = bytes.split_at_checked(CHECKED)?;
    if checksum(checked).to_be_bytes() != sum {
        return None;
    }
    let [high, low, place, places, ends, length] = *checked.get(MAGIC.len()..MAGIC.len() + 6)?.as_array()?;
    let text = checked.get(MAGIC.len() + 6..)?.get(..usize::from(length))?.to_vec();
    Some(Piece { number: u16::from_be_bytes([high, low]), place, places, ends: ends == 1, text })
}

/// The half byte whose height is next to a sample.
fn half(sample: i16) -> u8 {
    let steps = (i32::from(sample) - LOWEST + STEP / 2).div_euclid(STEP);
    u8::try_from(steps.clamp(0, 15)).unwrap_or_default()
}

/// FNV-1a.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Codec;

    const TEXT: &str = "Para comprobar que es usted, le enviaré un código. Por correo electrónico, pulse 1.";

    fn heard(ear: &mut Ear, codec: Codec, samples: &[i16]) -> Overheard {
        ear.hear(samples.iter().map(|sample| codec.decode(codec.encode(*sample))))
    }

    #[test]
    fn words_are_read_again_in_either_law_wherever_they_begin() {
        for codec in [Codec::Pcmu, Codec::Pcma] {
            let (mut ear, sound) = (Ear::default(), sound_of(7, TEXT));
            heard(&mut ear, codec, &[900; 83]);

            assert_eq!(heard(&mut ear, codec, sound.samples()), Overheard { is_speech: true, texts: vec![TEXT.to_owned()] });
        }
    }

    #[test]
    fn a_prompt_that_is_cut_short_was_not_heard() {
        let (mut ear, sound) = (Ear::default(), sound_of(7, TEXT));

        let cut = heard(&mut ear, Codec::Pcmu, &sound.samples()[..sound.samples().len() / 2]);

        assert_eq!(cut, Overheard { is_speech: true, texts: Vec::new() });
    }

    #[test]
    fn two_packets_of_three_may_be_lost() {
        let (mut ear, sound) = (Ear::default(), sound_of(7, TEXT));

        let texts: Vec<String> =
            sound.samples().chunks(FRAME).skip(2).step_by(3).flat_map(|frame| heard(&mut ear, Codec::Pcmu, frame).texts).collect();

        assert_eq!(texts, [TEXT]);
    }

    #[test]
    fn silence_and_noise_say_nothing() {
        let noise = (0..8000).map(|place| (place * 7919 % 30_011 - 15_000) as i16);

        assert_eq!(Ear::default().hear([0; 8000].into_iter().chain(noise)), Overheard::default());
    }
}
