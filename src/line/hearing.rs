//! What is heard on a call of ours: how loud it is, whether somebody speaks, and a recording of it all.

use super::media_news::Heard;
use crate::audio::{Level, Meter, Sound};

/// What is louder is sound, in dBm0.
const SOUND: f32 = -45.0;

/// An ear, and a tape when it is to be kept.
pub(super) struct Hearing {
    tape: Option<Vec<i16>>,
    is_loud: bool,
}

/// A piece of what is heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    pub level: Level,
    pub is_loud: bool,
    /// Sound has begun, or silence.
    pub has_turned: bool,
}

impl Hearing {
    pub fn new(is_recording: bool) -> Self {
        Self { tape: is_recording.then(Vec::new), is_loud: false }
    }

    /// The next piece.
    pub fn hear(&mut self, heard: &Heard) -> Piece {
        let samples: Vec<i16> = heard.payload.iter().map(|byte| heard.codec.decode(*byte)).collect();
        let mut meter = Meter::default();
        meter.hear(&samples);
        let level = meter.read();
        let is_loud = level.mean > SOUND;
        let was_loud = std::mem::replace(&mut self.is_loud, is_loud);
        if let Some(tape) = &mut self.tape {
            tape.extend(samples);
        }
        Piece { level, is_loud, has_turned: is_loud != was_loud }
    }

    /// The recording, when there was to be one.
    pub fn finish(self) -> Option<Sound> {
        self.tape.map(Sound::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Codec, dtmf};

    fn heard(sound: &Sound) -> Heard {
        Heard { codec: Codec::Pcmu, payload: sound.payload(Codec::Pcmu).to_vec() }
    }

    #[test]
    fn sound_and_silence_turn_once_and_all_is_kept() {
        let (tone, silence) = (dtmf('5'), Sound::new(vec![0; 1600]));
        let mut hearing = Hearing::new(true);

        let turned: Vec<bool> = [&silence, &tone, &tone, &silence].map(|sound| hearing.hear(&heard(sound)).has_turned).to_vec();

        assert_eq!(turned, [false, true, false, true]);
        assert_eq!(hearing.finish().unwrap().samples().len(), 3200 + 2 * tone.samples().len());
    }
}
