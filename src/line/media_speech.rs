//! What one call hears: keys as tones before prompts, prompts before the other end of a bridge, silence now and then.

use std::time::Duration;

use crate::audio::{Codec, FRAME_SAMPLES, FRAME_TIME, Player, Sound, dtmf};
use crate::rtp::{Frame, Key, KeyTiming};

/// What is said to one caller, frame by frame.
pub(super) struct Speech {
    player: Player,
    /// Keys for a peer that knows no events.
    tones: Player,
    /// What the other end of the bridge has said.
    relayed: Option<Frame>,
    /// Frames since something was sent, and the most that may be.
    quiet_frames: u32,
    most_quiet_frames: u32,
}

/// What a frame was filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filled {
    Nothing,
    Sound {
        /// Sounds of the line that ended in it.
        ended: usize,
    },
}

impl Speech {
    /// Nothing to say but a frame of silence whenever nothing was sent for `keep_alive`. The first goes out at once: it
    /// opens the way through NAT.
    pub fn new(keep_alive: Duration) -> Self {
        let most_quiet_frames = u32::try_from(keep_alive.as_millis() / FRAME_TIME.as_millis()).unwrap_or(u32::MAX).max(1);
        let quiet_frames = most_quiet_frames;
        Self { player: Player::default(), tones: Player::default(), relayed: None, quiet_frames, most_quiet_frames }
    }

    /// Puts sounds behind those that wait; with `repeats` the last one goes on.
    pub fn play(&mut self, sounds: Vec<Sound>, repeats: bool) {
        let last = sounds.len().saturating_sub(1);
        for (index, sound) in sounds.into_iter().enumerate() {
            if repeats && index == last { self.player.push_loop(sound) } else { self.player.push(sound) }
        }
    }

    /// Breaks off what sounds, and all that waits but the last `remaining`.
    pub fn interrupt(&mut self, remaining: usize) {
        self.player.interrupt(remaining);
    }

    /// Puts a key behind those that wait, as a tone.
    pub fn push_tone(&mut self, key: Key, timing: KeyTiming) {
        self.tones.push(dtmf(key.symbol()));
        self.tones.push(Sound::silence(FRAME_TIME * u32::from(timing.pause)));
    }

    /// The other end of the bridge has said this.
    pub fn relay(&mut self, frame: Frame) {
        self.relayed = Some(frame);
    }

    /// Whether there is nothing to say but silence now and then.
    pub fn is_idle(&self) -> bool {
        self.relayed.is_none() && self.tones.is_idle() && self.player.is_idle()
    }

    /// How many of all sounds of the line have ended or were broken off.
    pub fn passed(&self) -> u64 {
        self.player.passed()
    }

    /// Fills the next frame, if there is anything to say.
    pub fn fill(&mut self, codec: Codec, frame: &mut [u8; FRAME_SAMPLES]) -> Filled {
        let relayed = self.relayed.take();
        if !self.tones.is_idle() {
            self.tones.fill(codec, frame);
            return Filled::Sound { ended: 0 };
        }
        if !self.player.is_idle() {
            return Filled::Sound { ended: self.player.fill(codec, frame).ended };
        }
        if let Some(relayed) = relayed {
            *frame = relayed.in_codec(codec);
            return Filled::Sound { ended: 0 };
        }
        self.quiet_frames = self.quiet_frames.saturating_add(1);
        if self.quiet_frames <= self.most_quiet_frames {
            return Filled::Nothing;
        }
        frame.fill(codec.silence());
        Filled::Sound { ended: 0 }
    }

    /// Nothing was said for so many frames, and nothing asked for.
    pub fn pass_frames(&mut self, frames: u32) {
        self.quiet_frames = self.quiet_frames.saturating_add(frames);
    }

    /// How long nothing need be said.
    pub fn quiet_time(&self) -> Duration {
        FRAME_TIME * self.most_quiet_frames.saturating_sub(self.quiet_frames)
    }

    /// A packet was sent: ports in between stay open for a while.
    pub fn handle_sent(&mut self) {
        self.quiet_frames = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_come_before_the_bridge_and_tones_before_prompts() {
        let mut speech = Speech::new(Duration::from_secs(1));
        let mut frame = [0; FRAME_SAMPLES];
        speech.play(vec![Sound::new(vec![8000; 160])], false);
        speech.push_tone(Key::from_symbol('1').unwrap(), KeyTiming::default());
        let mut first = |speech: &mut Speech| {
            speech.relay(Frame { codec: Codec::Pcma, samples: [0x11; FRAME_SAMPLES], is_heard: true });
            (speech.fill(Codec::Pcma, &mut frame), frame)
        };

        let mut frames = std::iter::from_fn(|| Some(first(&mut speech))).skip_while(|(filled, _)| *filled == Filled::Sound { ended: 0 });

        assert_eq!(frames.next(), Some((Filled::Sound { ended: 1 }, [Codec::Pcma.encode(8000); FRAME_SAMPLES])));
        assert_eq!(first(&mut speech).1, [0x11; FRAME_SAMPLES]);
    }

    /// The next frame is at most 20 ms away, and the fade takes 10: together less than the 40 ms that callers are granted.
    #[test]
    fn an_interrupted_prompt_fades_in_the_next_frame_and_is_gone_in_the_one_after() {
        let mut speech = Speech::new(Duration::from_secs(1));
        let mut frame = [0; FRAME_SAMPLES];
        speech.handle_sent();
        speech.play(vec![Sound::new(vec![8000; 80_000])], true);
        speech.fill(Codec::Pcma, &mut frame);

        speech.interrupt(0);

        assert_eq!(speech.fill(Codec::Pcma, &mut frame), Filled::Sound { ended: 0 });
        assert_eq!(frame[80..], [Codec::Pcma.silence(); 80]);
        assert_eq!(speech.fill(Codec::Pcma, &mut frame), Filled::Nothing);
    }

    #[test]
    fn silence_is_sent_at_once_and_then_once_a_second() {
        let mut speech = Speech::new(Duration::from_secs(1));
        let mut frame = [0; FRAME_SAMPLES];
        let mut is_sent = || {
            let is_sent = speech.fill(Codec::Pcmu, &mut frame) != Filled::Nothing;
            if is_sent {
                speech.handle_sent();
            }
            is_sent
        };

        let sent: Vec<usize> = (0..200).filter(|_| is_sent()).collect();

        assert_eq!(sent, [0, 51, 102, 153]);
    }
}
