//! What is going to happen to a call that nobody hears: when its prompts end and its caller acts.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::browser::{Event, Sound, Spoken};

/// How long a voice takes for one character.
const CHARACTER: Duration = Duration::from_millis(65);
/// What a sound without words is taken for.
const SOUND: Duration = Duration::from_secs(1);

/// How long a prompt takes when no one measures it.
pub fn spoken_time(spoken: &Spoken) -> Duration {
    spoken.sounds.iter().map(sound_time).sum()
}

/// How long it takes to say something.
pub(super) fn said_in(words: &str) -> Duration {
    CHARACTER * u32::try_from(words.chars().count()).unwrap_or(u32::MAX)
}

fn sound_time(sound: &Sound) -> Duration {
    match sound {
        Sound::Words(phrase) => said_in(&phrase.words),
        Sound::Audio(source) if !source.fallback.is_empty() => source.fallback.iter().map(sound_time).sum(),
        Sound::Audio(_) | Sound::Recording(_) => SOUND,
        Sound::Pause(pause) => *pause,
        Sound::Mark(_) => Duration::ZERO,
    }
}

/// Things to come, each with its time.
#[derive(Default)]
pub(super) struct Timeline {
    prompts: VecDeque<Playing>,
    /// What the caller does, in order of time.
    acts: VecDeque<(Instant, Event)>,
}

#[derive(Debug, Clone)]
struct Playing {
    start: Instant,
    duration: Duration,
    /// Marks that are still to be passed, by their distance from the start.
    marks: VecDeque<(Duration, String)>,
}

impl Playing {
    fn end(&self) -> Instant {
        self.start + self.duration
    }
}

impl Timeline {
    /// Lines a prompt up behind those that play; gives the time when it starts.
    pub fn play(&mut self, spoken: &Spoken, now: Instant) -> Instant {
        let start = self.end_of_prompts(now);
        let mut marks = VecDeque::new();
        let mut passed = Duration::ZERO;
        for sound in &spoken.sounds {
            if let Sound::Mark(name) = sound {
                marks.push_back((passed, name.clone()));
            }
            passed += sound_time(sound);
        }
        self.prompts.push_back(Playing { start, duration: passed, marks });
        start
    }

    /// Only the last `remaining` prompts go on, the first of them at once.
    pub fn interrupt(&mut self, remaining: usize, now: Instant) {
        while self.prompts.len() > remaining {
            self.prompts.pop_front();
        }
        let mut start = now;
        for prompt in &mut self.prompts {
            prompt.start = prompt.start.min(start);
            start = prompt.end();
        }
    }

    /// When all prompts will have been played.
    pub fn end_of_prompts(&self, now: Instant) -> Instant {
        self.prompts.back().map_or(now, Playing::end)
    }

    /// When the prompt with this number, from 1, starts among those that play.
    pub fn start_of(&self, prompt: usize) -> Option<Instant> {
        self.prompts.get(prompt.checked_sub(1)?).map(|playing| playing.start)
    }

    pub fn act(&mut self, at: Instant, event: Event) {
        let place = self.acts.partition_point(|(own, _)| *own <= at);
        self.acts.insert(place, (at, event));
    }

    /// Whatever the caller was about to say came too late.
    pub fn forget_speech(&mut self) {
        self.acts.retain(|(_, event)| !matches!(event, Event::Said(_) | Event::UtteranceRecorded(_)));
    }

    /// The recording in progress has another end than the one that was to come.
    pub fn forget_recording(&mut self) {
        self.acts.retain(|(_, event)| !matches!(event, Event::Recorded(_)));
    }

    pub fn has_acts(&self) -> bool {
        !self.acts.is_empty()
    }

    /// When the next thing happens.
    pub fn next_time(&self) -> Option<Instant> {
        let prompt = self.prompts.front().map(|playing| playing.marks.front().map_or(playing.end(), |(at, _)| playing.start + *at));
        let act = self.acts.front().map(|(at, _)| *at);
        prompt.into_iter().chain(act).min()
    }

    /// What happens by `now`: prompts end before the caller acts.
    pub fn pop(&mut self, now: Instant) -> Option<Event> {
        if let Some(playing) = self.prompts.front_mut() {
            if let Some((_, name)) = playing.marks.pop_front_if(|(at, _)| playing.start + *at <= now) {
                return Some(Event::MarkReached(name));
            }
            if playing.marks.is_empty() && playing.end() <= now {
                self.prompts.pop_front();
                return Some(Event::PromptPlayed);
            }
        }
        let (_, event) = self.acts.pop_front_if(|(at, _)| *at <= now)?;
        Some(event)
    }
}
