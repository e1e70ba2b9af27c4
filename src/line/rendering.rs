//! What a call lets be done meanwhile: pages fetched, prompts rendered into sound, far ends dialled.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::call_fetcher::CallFetcher;
use super::call_leg::CallLeg;
use super::playback::Part;
use crate::audio::{Sound, beep};
use crate::browser::{self, AudioSource, FetchFailure, Resource};
use crate::voice::{Said, Speak, Speech};

/// In place of a sound that holds nothing: its end is told all the same.
const NOTHING: Duration = Duration::from_millis(20);

/// What was done.
pub(super) enum Errand {
    /// A page, or why there is none.
    Fetched { id: u64, outcome: Result<Resource, FetchFailure> },
    /// A part of a prompt: one sound at least.
    Rendered { number: u64, sounds: Vec<Sound> },
    /// The sound to wait by; `None` where it cannot be had.
    Meanwhile(Option<Sound>),
    /// The far end of a transfer is being called.
    Dialled(CallLeg),
}

/// Makes sound of prompts for one call.
#[derive(Clone)]
pub(super) struct Renderer {
    pub speaker: Arc<dyn Speak>,
    pub fetcher: Arc<CallFetcher>,
    /// Where the page says none.
    pub language: String,
    /// What the caller has recorded, by number.
    pub recordings: HashMap<usize, Sound>,
}

impl Renderer {
    /// A part of a prompt, its sounds fetched, its words said.
    pub async fn render(self, part: Part) -> Errand {
        let fetched = self.fetch_all(&part.spoken.sounds).await;
        let speech = Speech::of(&part.spoken, &self.language, |sound| match sound {
            browser::Sound::Audio(source) => fetched.get(&source.url).cloned(),
            browser::Sound::Recording(number) => self.recordings.get(number).cloned(),
            browser::Sound::Words(_) | browser::Sound::Pause(_) | browser::Sound::Mark(_) => None,
        });
        let Said { mut sounds, unsaid } = self.speaker.say(&speech).await;
        if !unsaid.is_empty() {
            metrics::counter!("callward_prompts_unsaid_total").increment(1);
            tracing::warn!(
                "{} phrases of a prompt could not be said; callward prompts check tells which recordings are missing",
                unsaid.len()
            );
        }
        if sounds.iter().all(Sound::is_empty) {
            // A caller never hears silence where words should be.
            sounds = vec![if unsaid.is_empty() { Sound::silence(NOTHING) } else { beep() }];
        }
        Errand::Rendered { number: part.number, sounds }
    }

    /// Every sound that can be had, by its address; where one cannot, those that stand in for it.
    async fn fetch_all(&self, sounds: &[browser::Sound]) -> HashMap<String, Sound> {
        let mut wanted: Vec<&AudioSource> = sources(sounds).collect();
        let mut found = HashMap::new();
        while let Some(source) = wanted.pop() {
            if found.contains_key(&source.url) {
                continue;
            }
            match self.fetcher.sound(source).await {
                Some(sound) => {
                    found.insert(source.url.clone(), sound);
                }
                None => wanted.extend(sources(&source.fallback)),
            }
        }
        found
    }
}

fn sources(sounds: &[browser::Sound]) -> impl Iterator<Item = &AudioSource> {
    sounds.iter().filter_map(|sound| match sound {
        browser::Sound::Audio(source) => Some(source),
        browser::Sound::Words(_) | browser::Sound::Recording(_) | browser::Sound::Pause(_) | browser::Sound::Mark(_) => None,
    })
}
