//! Plays sounds into frames of 20 ms: without a gap between two, and without a click where one is cut.

use std::collections::VecDeque;
use std::time::Duration;

use super::fade::fade_out;
use super::g711::Codec;
use super::sound::Sound;

/// Samples, and bytes, of a frame.
pub const FRAME_SAMPLES: usize = 160;
/// How long a frame lasts.
pub const FRAME_TIME: Duration = Duration::from_millis(20);

/// Samples over which a cut sound fades: 10 ms.
const FADE: usize = 80;

/// What one call hears. Sounds wait in line; a frame may hold the end of one and the beginning of the next.
#[derive(Debug, Default)]
pub struct Player {
    line: VecDeque<Waiting>,
    /// Sounds that were ever put in line.
    pushed: u64,
    /// Samples of the first one that were played.
    played: usize,
}

#[derive(Debug)]
struct Waiting {
    sound: Sound,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Played once.
    Once,
    /// Played again and again, while it is the last in line.
    Loop,
    /// The fading rest of what was cut: nobody waits for its end.
    Rest,
}

/// What came of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// How many sounds ended in it.
    pub ended: usize,
    /// Whether there was anything to play.
    pub sounding: bool,
}

impl Player {
    /// Puts a sound at the end of the line.
    pub fn push(&mut self, sound: Sound) {
        self.put(Waiting { sound, role: Role::Once });
    }

    /// Puts a sound at the end of the line that repeats until it is cut, or another one stands behind it.
    pub fn push_loop(&mut self, sound: Sound) {
        let role = if sound.is_empty() { Role::Once } else { Role::Loop };
        self.put(Waiting { sound, role });
    }

    /// How many of all sounds that were put in line have ended or were cut; they do so in their order.
    pub fn passed(&self) -> u64 {
        self.pushed.saturating_sub(self.counted() as u64)
    }

    /// Whether nothing is left to play.
    pub fn is_idle(&self) -> bool {
        self.line.is_empty()
    }

    /// Fades out what sounds, within 10 ms, and goes on with the last `remaining` sounds of the line.
    pub fn interrupt(&mut self, remaining: usize) {
        if self.counted() <= remaining {
            return;
        }
        let rest = self.rest();
        let gone = self.line.len() - remaining;
        self.line.drain(..gone);
        self.played = 0;
        self.line.push_front(Waiting { sound: rest, role: Role::Rest });
    }

    /// Fills a frame; what no sound fills is silence.
    pub fn fill(&mut self, codec: Codec, frame: &mut [u8; FRAME_SAMPLES]) -> Progress {
        let mut progress = Progress { ended: 0, sounding: !self.line.is_empty() };
        let mut unfilled = frame.as_mut_slice();
        while let Some(first) = self.line.front() {
            let left = first.sound.payload(codec).get(self.played..).unwrap_or_default();
            let count = left.len().min(unfilled.len());
            let (now, later) = std::mem::take(&mut unfilled).split_at_mut(count);
            now.copy_from_slice(left.get(..count).unwrap_or_default());
            unfilled = later;
            self.played += count;
            if self.played >= first.sound.samples().len() {
                progress.ended += self.end_first();
            }
            if unfilled.is_empty() {
                break;
            }
        }
        unfilled.fill(codec.silence());
        progress
    }

    fn put(&mut self, waiting: Waiting) {
        self.pushed += 1;
        self.line.push_back(waiting);
    }

    /// Sounds in line, without the rest of what was cut.
    fn counted(&self) -> usize {
        self.line.iter().filter(|waiting| waiting.role != Role::Rest).count()
    }

    /// Ends or repeats the first in line; how many sounds ended by that.
    fn end_first(&mut self) -> usize {
        self.played = 0;
        match self.line.front().map(|first| first.role) {
            Some(Role::Loop) if self.line.len() == 1 => 0,
            Some(Role::Rest) => {
                self.line.pop_front();
                0
            }
            Some(Role::Once | Role::Loop) => {
                self.line.pop_front();
                1
            }
            None => 0,
        }
    }

    /// The next 10 ms of what sounds, fading.
    fn rest(&self) -> Sound {
        let samples = self.line.front().and_then(|first| first.sound.samples().get(self.played..)).unwrap_or_default();
        let mut rest: Vec<i16> = samples.iter().copied().take(FADE).collect();
        fade_out(&mut rest);
        Sound::new(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constant(height: i16, count: usize) -> Sound {
        Sound::new(vec![height; count])
    }

    fn heard(player: &mut Player) -> (Vec<i16>, Progress) {
        let mut frame = [0; FRAME_SAMPLES];
        let progress = player.fill(Codec::Pcma, &mut frame);
        (frame.iter().map(|byte| Codec::Pcma.decode(*byte) / 1000).collect(), progress)
    }

    #[test]
    fn sounds_follow_each_other_within_a_frame() {
        let mut player = Player::default();
        player.push(constant(1100, 100));
        player.push(constant(2100, 100));

        let (first, progress) = heard(&mut player);
        assert_eq!((first[99], first[100], first[159]), (1, 2, 2));
        assert_eq!(progress, Progress { ended: 1, sounding: true });

        let (second, progress) = heard(&mut player);
        assert_eq!((second[39], second[40]), (2, 0));
        assert_eq!(progress.ended, 1);
        assert!(player.is_idle() && !heard(&mut player).1.sounding);
    }

    #[test]
    fn a_cut_sound_falls_to_silence_within_ten_milliseconds() {
        let mut player = Player::default();
        player.push(constant(20_100, 1000));
        player.push(constant(9100, 1000));
        heard(&mut player);

        player.interrupt(0);

        let (frame, progress) = heard(&mut player);
        assert!(frame.windows(2).all(|pair| pair[0] >= pair[1] && pair[0] - pair[1] <= 1), "{frame:?}");
        assert_eq!((frame[0], frame[80]), (19, 0));
        assert_eq!(progress.ended, 0);
        assert!(player.is_idle());
    }

    #[test]
    fn an_interruption_keeps_the_last_sounds() {
        let mut player = Player::default();
        [1, 2, 3].into_iter().for_each(|height| player.push(constant(height * 1000 + 100, 200)));
        heard(&mut player);

        player.interrupt(1);
        player.interrupt(1);

        assert_eq!((heard(&mut player).0[159], player.passed()), (3, 2));
        assert_eq!((heard(&mut player).1.ended, player.passed()), (1, 3));
    }

    #[test]
    fn a_loop_goes_on_until_something_stands_behind_it() {
        let mut player = Player::default();
        player.push_loop(constant(1100, 50));
        assert_eq!(heard(&mut player).0, [1; 160]);

        player.push(constant(2100, 500));

        assert_eq!(heard(&mut player).0[159], 2);
    }
}
