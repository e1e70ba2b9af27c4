//! The prompts of a call on their way to its media: rendered in any order, played in theirs, cut short by barge-in.

use std::collections::VecDeque;

use crate::audio::Sound;
use crate::browser::{self, Spoken};

/// What is told when a sound has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Passed {
    /// A `<mark>` in the middle of a prompt.
    Mark(String),
    /// A whole prompt.
    Prompt,
}

/// A part of a prompt that is to be rendered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub number: u64,
    pub spoken: Spoken,
}

/// What waits and what plays.
#[derive(Debug, Default)]
pub(super) struct Playback {
    slots: VecDeque<Slot>,
    numbers: u64,
}

#[derive(Debug)]
struct Slot {
    number: u64,
    passed: Passed,
    state: State,
}

#[derive(Debug, PartialEq)]
enum State {
    Rendering,
    Ready(Vec<Sound>),
    /// So many of its sounds have not ended yet.
    Playing(usize),
}

impl Playback {
    /// Puts prompts behind those that wait; gives what is to be rendered.
    pub fn queue(&mut self, prompts: Vec<Spoken>) -> Vec<Part> {
        let mut parts = Vec::new();
        for prompt in prompts {
            for (sounds, passed) in cut_at_marks(&prompt) {
                self.numbers += 1;
                self.slots.push_back(Slot { number: self.numbers, passed, state: State::Rendering });
                parts.push(Part { number: self.numbers, spoken: Spoken { sounds, ..prompt.clone() } });
            }
        }
        parts
    }

    /// A part was rendered; gives what can be played now, each behind the one before.
    pub fn rendered(&mut self, number: u64, sounds: Vec<Sound>) -> Vec<Sound> {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.number == number) {
            slot.state = State::Ready(sounds);
        }
        let mut ready = Vec::new();
        for slot in &mut self.slots {
            match &mut slot.state {
                State::Playing(_) => {}
                State::Ready(sounds) => {
                    let count = sounds.len();
                    ready.append(sounds);
                    slot.state = State::Playing(count);
                }
                State::Rendering => break,
            }
        }
        ready
    }

    /// Only the last `remaining` prompts go on; gives how many sounds of them the media have already.
    pub fn interrupt(&mut self, remaining: usize) -> usize {
        let mut prompts = self.slots.iter().filter(|slot| slot.passed == Passed::Prompt).count();
        while prompts > remaining {
            let Some(slot) = self.slots.pop_front() else { break };
            prompts -= usize::from(slot.passed == Passed::Prompt);
        }
        self.slots.iter().map(Slot::playing).sum()
    }

    /// So many sounds have ended; gives what has ended with them.
    pub fn ended(&mut self, sounds: usize) -> Vec<Passed> {
        let (mut left, mut passed) = (sounds, Vec::new());
        while let Some(Slot { state: State::Playing(playing), .. }) = self.slots.front_mut() {
            let ended = left.min(*playing);
            *playing -= ended;
            left -= ended;
            if *playing > 0 {
                break;
            }
            passed.extend(self.slots.pop_front().map(|slot| slot.passed));
        }
        passed
    }

    /// Whether nothing waits or plays.
    pub fn is_idle(&self) -> bool {
        self.slots.is_empty()
    }
}

impl Slot {
    /// Sounds that the media have, and that have not ended.
    fn playing(&self) -> usize {
        match self.state {
            State::Playing(sounds) => sounds,
            State::Rendering | State::Ready(_) => 0,
        }
    }
}

/// The sounds up to each mark, and those behind the last one.
fn cut_at_marks(prompt: &Spoken) -> Vec<(Vec<browser::Sound>, Passed)> {
    let (mut cuts, mut sounds) = (Vec::new(), Vec::new());
    for sound in &prompt.sounds {
        match sound {
            browser::Sound::Mark(name) => cuts.push((std::mem::take(&mut sounds), Passed::Mark(name.clone()))),
            other => sounds.push(other.clone()),
        }
    }
    cuts.push((sounds, Passed::Prompt));
    cuts
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn prompt(sounds: Vec<browser::Sound>) -> Spoken {
        Spoken { text: String::new(), sounds, bargein: true, lang: None }
    }

    fn tone(length: usize) -> Vec<Sound> {
        vec![Sound::new(vec![1; length])]
    }

    fn numbers(parts: &[Part]) -> Vec<u64> {
        parts.iter().map(|part| part.number).collect()
    }

    #[test]
    fn what_is_rendered_first_waits_for_its_turn() {
        let mut playback = Playback::default();
        let parts = numbers(&playback.queue(vec![prompt(Vec::new()), prompt(Vec::new())]));

        assert_eq!(playback.rendered(parts[1], tone(2)), []);
        assert_eq!(playback.rendered(parts[0], tone(1)), [tone(1), tone(2)].concat());
        assert_eq!(playback.ended(2), [Passed::Prompt, Passed::Prompt]);
        assert!(playback.is_idle());
    }

    #[test]
    fn a_prompt_of_several_sounds_ends_with_the_last_of_them() {
        let mut playback = Playback::default();
        let parts = numbers(&playback.queue(vec![prompt(Vec::new()), prompt(Vec::new())]));
        playback.rendered(parts[0], [tone(1), tone(2), tone(3)].concat());
        playback.rendered(parts[1], [tone(4), tone(5)].concat());

        assert_eq!(playback.ended(2), []);
        assert_eq!(playback.ended(2), [Passed::Prompt]);
        assert_eq!(playback.interrupt(1), 1);
        assert_eq!(playback.ended(1), [Passed::Prompt]);
    }

    #[test]
    fn a_mark_is_passed_between_its_sounds() {
        let mut playback = Playback::default();
        let pause = browser::Sound::Pause(Duration::from_secs(1));
        let parts = playback.queue(vec![prompt(vec![pause.clone(), browser::Sound::Mark("half".into()), pause.clone()])]);
        parts.iter().for_each(|part| drop(playback.rendered(part.number, tone(1))));

        assert_eq!(parts[0].spoken.sounds, [pause]);
        assert_eq!(playback.ended(1), [Passed::Mark("half".into())]);
        assert_eq!(playback.ended(1), [Passed::Prompt]);
    }

    #[test]
    fn barge_in_leaves_the_last_prompts_and_forgets_the_rest() {
        let mut playback = Playback::default();
        let parts = numbers(&playback.queue(vec![prompt(Vec::new()), prompt(Vec::new()), prompt(Vec::new())]));
        playback.rendered(parts[0], tone(1));
        playback.rendered(parts[1], tone(1));

        assert_eq!(playback.interrupt(2), 1);
        assert_eq!(playback.rendered(parts[0], tone(1)), []);
        assert_eq!(playback.rendered(parts[2], tone(3)), tone(3));
        assert_eq!(playback.interrupt(0), 0);
        assert_eq!(playback.ended(1), []);
    }
}
