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
    /// The number of the sound that has ended last.
    heard: u64,
    /// The language of the prompt that was queued last and says one.
    language: Option<String>,
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
    /// So many sounds are on their way to the media.
    Given(usize),
    /// The media have them; the last one is the sound of this number.
    Playing {
        sounds: usize,
        last: u64,
    },
}

impl Playback {
    /// Puts prompts behind those that wait; gives what is to be rendered.
    pub fn queue(&mut self, prompts: Vec<Spoken>) -> Vec<Part> {
        let mut parts = Vec::new();
        for prompt in prompts {
            self.language = prompt.lang.clone().or(self.language.take());
            for (sounds, passed) in cut_at_marks(&prompt) {
                self.numbers += 1;
                self.slots.push_back(Slot { number: self.numbers, passed, state: State::Rendering });
                parts.push(Part { number: self.numbers, spoken: Spoken { sounds, ..prompt.clone() } });
            }
        }
        parts
    }

    /// A part was rendered; gives what can be played now, each behind the one before. [`Playback::playing`] tells that it is.
    pub fn rendered(&mut self, number: u64, sounds: Vec<Sound>) -> Vec<Sound> {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.number == number) {
            slot.state = State::Ready(sounds);
        }
        let mut ready = Vec::new();
        for slot in &mut self.slots {
            match &mut slot.state {
                State::Ready(sounds) => {
                    let count = sounds.len();
                    ready.append(sounds);
                    slot.state = State::Given(count);
                }
                State::Rendering => break,
                State::Given(_) | State::Playing { .. } => {}
            }
        }
        ready
    }

    /// The media have taken what was ready; `last` is the number of the last of these sounds.
    pub fn playing(&mut self, last: u64) {
        let mut last = last;
        for slot in self.slots.iter_mut().rev() {
            if let State::Given(sounds) = slot.state {
                slot.state = State::Playing { sounds, last };
                last = last.saturating_sub(sounds as u64);
            }
        }
    }

    /// Only the last `remaining` prompts go on; gives how many sounds of them the media have already.
    pub fn interrupt(&mut self, remaining: usize) -> usize {
        let mut prompts = self.slots.iter().filter(|slot| slot.passed == Passed::Prompt).count();
        while prompts > remaining {
            let Some(slot) = self.slots.pop_front() else { break };
            prompts -= usize::from(slot.passed == Passed::Prompt);
        }
        self.slots.iter().map(|slot| slot.left(self.heard)).sum()
    }

    /// The sounds up to this number have ended; gives what has passed with them.
    pub fn ended(&mut self, last: u64) -> Vec<Passed> {
        self.heard = last;
        let has_ended = |slot: &&Slot| matches!(slot.state, State::Playing { last: own, .. } if own <= last);
        let ended = self.slots.iter().take_while(has_ended).count();
        self.slots.drain(..ended).map(|slot| slot.passed).collect()
    }

    /// The language in which was spoken last, as far as prompts said it.
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// Whether nothing waits or plays.
    pub fn is_idle(&self) -> bool {
        self.slots.is_empty()
    }
}

impl Slot {
    /// Sounds that the media have, and that come behind those up to `heard`.
    fn left(&self, heard: u64) -> usize {
        match self.state {
            State::Rendering | State::Ready(_) => 0,
            State::Given(sounds) => sounds,
            State::Playing { sounds, last } => sounds.min(usize::try_from(last.saturating_sub(heard)).unwrap_or(usize::MAX)),
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
        playback.playing(2);
        assert_eq!(playback.ended(2), [Passed::Prompt, Passed::Prompt]);
        assert!(playback.is_idle());
    }

    #[test]
    fn the_language_is_that_of_the_last_prompt_that_says_one() {
        let mut playback = Playback::default();
        assert_eq!(playback.language(), None);

        let spoken = ["en", "es"].map(|lang| Spoken { lang: Some(lang.to_owned()), ..prompt(Vec::new()) });
        playback.queue(spoken.into_iter().chain([prompt(Vec::new())]).collect());

        assert_eq!(playback.language(), Some("es"));
    }

    #[test]
    fn a_prompt_of_several_sounds_ends_with_the_last_of_them() {
        let mut playback = Playback::default();
        let parts = numbers(&playback.queue(vec![prompt(Vec::new()), prompt(Vec::new())]));
        playback.rendered(parts[0], [tone(1), tone(2), tone(3)].concat());
        playback.rendered(parts[1], [tone(4), tone(5)].concat());
        playback.playing(5);

        assert_eq!(playback.ended(2), []);
        assert_eq!(playback.ended(4), [Passed::Prompt]);
        assert_eq!(playback.interrupt(1), 1);
        assert_eq!(playback.ended(5), [Passed::Prompt]);
    }

    #[test]
    fn a_mark_is_passed_between_its_sounds() {
        let mut playback = Playback::default();
        let pause = browser::Sound::Pause(Duration::from_secs(1));
        let parts = playback.queue(vec![prompt(vec![pause.clone(), browser::Sound::Mark("half".into()), pause.clone()])]);
        for (part, number) in parts.iter().zip(7..) {
            playback.rendered(part.number, tone(1));
            playback.playing(number);
        }

        assert_eq!(parts[0].spoken.sounds, [pause]);
        assert_eq!(playback.ended(7), [Passed::Mark("half".into())]);
        assert_eq!(playback.ended(8), [Passed::Prompt]);
    }

    #[test]
    fn an_end_that_crosses_a_barge_in_counts_for_no_other_prompt() {
        let mut playback = Playback::default();
        let before = numbers(&playback.queue(vec![prompt(Vec::new()), prompt(Vec::new())]));
        before.iter().for_each(|number| drop(playback.rendered(*number, tone(1))));
        playback.playing(2);

        playback.interrupt(1);
        assert_eq!(playback.ended(1), [], "the end of the prompt that was broken off");
        playback.interrupt(0);
        let after = numbers(&playback.queue(vec![prompt(Vec::new())]));
        playback.rendered(after[0], tone(3));
        playback.playing(3);

        assert_eq!(playback.ended(2), [], "the end of the one that was kept at first");
        assert_eq!(playback.ended(3), [Passed::Prompt]);
    }

    #[test]
    fn a_kept_prompt_that_has_ended_before_the_barge_in_came_through_counts() {
        let mut playback = Playback::default();
        let parts = numbers(&playback.queue(vec![prompt(Vec::new()), prompt(Vec::new())]));
        parts.iter().for_each(|number| drop(playback.rendered(*number, tone(1))));
        playback.playing(2);

        playback.interrupt(1);

        assert_eq!(playback.ended(2), [Passed::Prompt]);
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
