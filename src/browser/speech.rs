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
    pub mark: Option<(String, Instant)>,
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

    /// The last mark, and the milliseconds since.
    pub fn mark(&self, now: Instant) -> Option<(String, u64)> {
        let (name, at) = self.mark.as_ref()?;
        Some((name.clone(), u64::try_from(now.saturating_duration_since(*at).as_millis()).unwrap_or(u64::MAX)))
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
