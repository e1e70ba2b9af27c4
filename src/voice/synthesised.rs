//! A voice that a synthesiser gives: sentence by sentence, through the cache, a few at a time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use tracing::warn;

use super::cache::{CacheKey, SpeechCache};
use super::engine::Engine;
use super::speech::Words;
use super::tokens::sentences;
use super::voice_trait::{Part, Voice};
use crate::audio::Sound;

/// Between two sentences.
const BETWEEN: Duration = Duration::from_millis(350);

/// An engine behind the cache.
pub struct Synthesised {
    engine: Arc<dyn Engine>,
    cache: Arc<SpeechCache>,
    /// How many work at a time.
    gate: Semaphore,
}

impl Synthesised {
    /// `at_once` says how many texts the engine works on at a time; others wait.
    pub fn new(engine: Arc<dyn Engine>, cache: Arc<SpeechCache>, at_once: usize) -> Self {
        Self { engine, cache, gate: Semaphore::new(at_once.max(1)) }
    }

    fn is_there(&self, words: &Words) -> bool {
        self.engine.voice(&words.language).is_some_and(|voice| self.cache.find(CacheKey::of(words, &voice)).is_some())
    }

    async fn sentence(&self, words: &Words, for_long: bool) -> Option<Sound> {
        let voice = self.engine.voice(&words.language)?;
        let key = CacheKey::of(words, &voice);
        if let Some(sound) = self.cache.find(key) {
            return Some(sound);
        }
        let _permit = self.gate.acquire().await.ok()?;
        // Whoever waited may find that somebody before had the same to say.
        if let Some(sound) = self.cache.find(key) {
            return Some(sound);
        }
        let sound = self.engine.render(words).await.inspect_err(|error| warn!(voice, "a prompt could not be synthesised: {error}")).ok()?;
        if for_long {
            self.cache.keep_for_long(key, &sound)
        } else {
            self.cache.keep(key, &sound)
        }
        Some(sound)
    }
}

/// What is synthesised at a time: sentences; a text of a special kind is one.
fn pieces(words: &Words) -> Vec<Words> {
    match words.say_as {
        Some(_) => vec![words.clone()],
        None => sentences(&words.text).map(|sentence| Words::plain(sentence, &words.language)).collect(),
    }
}

#[async_trait]
impl Voice for Synthesised {
    async fn say(&self, words: &Words) -> Vec<Part> {
        let mut parts = Vec::new();
        for piece in pieces(words) {
            match self.sentence(&piece, false).await {
                Some(sound) => parts.push(Part::Said(sound)),
                None => parts.push(Part::Unsaid(piece.text.clone())),
            }
            parts.extend(piece.text.ends_with(['.', '!', '?']).then_some(Part::Pause(BETWEEN)));
        }
        parts
    }

    async fn prepare(&self, words: &Words) -> usize {
        let mut made = 0;
        for piece in pieces(words) {
            made += usize::from(!self.is_there(&piece) && self.sentence(&piece, true).await.is_some());
        }
        made
    }
}
