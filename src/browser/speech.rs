//! The prompt queue: what waits to be played, what plays, and barge-in (VoiceXML 2.0 §4.1.5, §4.1.8; 2.1 §4).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::action::Spoken;

/// A prompt that was evaluated and waits its turn.
#[derive(Debug, Clone)]
pub(super) struct Queued {
    pub spoken: Spoken,
    /// Only input that matches cuts it short.
    pub is_hotword: bool,
    /// The noinput timeout that it asks for.
    pub timeout: Option<Duration>,
}

/// Prompts on their way to the caller.
#[derive(Debug, Default)]
pub(super) struct Speech {
    pub queue: Vec<Queued>,
    /// Those that were given out and have not ended.
    pub playing: VecDeque<Queued>,
    mark: Option<(String, Instant)>,
    /// When the last prompt ended or was cut short.
    ended: Option<Instant>,
}

impl Speech {
    pub fn handle_mark(&mut self, name: String, now: Instant) {
        self.mark = Some((name, now));
    }

    /// Nobody hears any of it any more.
    pub fn forget(&mut self) {
        self.queue.clear();
        self.playing.clear();
    }

    pub fn is_playing(&self) -> bool {
        !self.playing.is_empty()
    }

    /// Prompts begin to play.
    pub fn play(&mut self, prompts: Vec<Queued>) {
        self.mark = None;
        self.ended = None;
        self.playing.extend(prompts);
    }

    /// A prompt is over.
    pub fn handle_end(&mut self, now: Instant) {
        self.playing.pop_front();
        if self.playing.is_empty() {
            self.ended = Some(now);
        }
    }

    /// Drops what plays, up to the first prompt that allows no barge-in.
    pub fn cut(&mut self, now: Instant) {
        while self.playing.front().is_some_and(|queued| queued.spoken.bargein) {
            self.playing.pop_front();
        }
        self.ended = Some(now);
    }

    /// The last mark, and the milliseconds from it to the end of the prompts, by themselves or by barge-in (2.1 §4.1).
    pub fn mark(&self, now: Instant) -> Option<(String, u64)> {
        let (name, at) = self.mark.as_ref()?;
        let passed = self.ended.unwrap_or(now).saturating_duration_since(*at);
        Some((name.clone(), u64::try_from(passed.as_millis()).unwrap_or(u64::MAX)))
    }

    /// The timeout of the last prompt in the queue that has one (§4.1.7).
    pub fn timeout(&self) -> Option<Duration> {
        self.queue.iter().rev().find_map(|queued| queued.timeout)
    }

    pub fn allows_bargein(&self) -> bool {
        self.queue.iter().all(|queued| queued.spoken.bargein)
    }

    /// Whether a key may cut what plays: nothing plays, or it allows it.
    pub fn can_be_cut(&self) -> bool {
        self.playing.front().is_none_or(|queued| queued.spoken.bargein)
    }

    pub fn waits_for_hotword(&self) -> bool {
        self.playing.front().is_some_and(|queued| queued.is_hotword)
    }
}
