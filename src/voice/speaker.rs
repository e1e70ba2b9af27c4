//! Says whole prompts: each voice in turn gets what those before it could not say.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream;

use super::say_as::Spelled;
use super::speech::{Span, Speech, Words};
use super::voice_trait::{Part, Voice};
use crate::audio::Sound;

/// Texts that are made ready at a time.
const AT_ONCE: usize = 4;

/// The voices of an installation, in order.
#[derive(Clone)]
pub struct Speaker {
    voices: Arc<[Arc<dyn Voice>]>,
}

/// Whoever says whole prompts.
#[async_trait]
pub trait Speak: Send + Sync {
    /// The prompt as sounds.
    async fn say(&self, speech: &Speech) -> Said;
}

/// A prompt as it sounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// All of it, one sound behind the other: recordings are shared by all calls, so they are not copied into one.
    pub sounds: Vec<Sound>,
    /// The words that nobody could say. A caller's digits may be among them: not for a log.
    pub unsaid: Vec<String>,
}

impl Speaker {
    /// The first voice is asked first.
    pub fn new(voices: Vec<Arc<dyn Voice>>) -> Self {
        Self { voices: voices.into() }
    }

    /// Makes ready to say these: what is not recorded is synthesised, and kept. Gives how many sounds that were.
    pub async fn prepare(&self, speeches: &[Speech]) -> usize {
        let words = speeches.iter().flat_map(|speech| &speech.spans).filter_map(|span| match span {
            Span::Words(words) => Some(words),
            Span::Pause(_) | Span::Sound(_) => None,
        });
        stream::iter(words.map(|words| self.prepare_words(words))).buffer_unordered(AT_ONCE).collect::<Vec<usize>>().await.into_iter().sum()
    }

    /// Each voice makes ready what those before it leave to it.
    async fn prepare_words(&self, words: &Words) -> usize {
        let (mut left, mut made) = (vec![words.clone()], 0);
        for voice in self.voices.iter() {
            let mut unsaid = Vec::new();
            for words in &left {
                made += voice.prepare(words).await;
                unsaid.extend(voice.say(words).await.into_iter().filter_map(|part| match part {
                    Part::Unsaid(text) => Some(Words { text, ..words.clone() }),
                    Part::Said(_) | Part::Pause(_) => None,
                }));
            }
            left = unsaid;
        }
        made
    }

    async fn parts(&self, words: &Words) -> Vec<Part> {
        let Some(spelled) = words.say_as.as_ref().and_then(|say_as| say_as.spelled(&words.text, &words.language)) else {
            return self.said(words.clone()).await;
        };
        let mut parts = Vec::new();
        for spelled in spelled {
            match spelled {
                Spelled::Pause(pause) => parts.push(Part::Pause(pause)),
                Spelled::Words(text) => parts.extend(self.said(Words::plain(text, &words.language)).await),
            }
        }
        parts
    }

    /// What the voices make of words, one after the other.
    async fn said(&self, words: Words) -> Vec<Part> {
        let (language, say_as) = (words.language, words.say_as);
        let mut parts = vec![Part::Unsaid(words.text)];
        for voice in self.voices.iter() {
            let mut next = Vec::with_capacity(parts.len());
            for part in parts {
                match part {
                    Part::Unsaid(text) => next.extend(voice.say(&Words { text, language: language.clone(), say_as: say_as.clone() }).await),
                    Part::Said(_) | Part::Pause(_) => next.push(part),
                }
            }
            parts = next;
        }
        without_double_pauses(parts)
    }
}

#[async_trait]
impl Speak for Speaker {
    async fn say(&self, speech: &Speech) -> Said {
        let (mut sounds, mut unsaid) = (Vec::new(), Vec::new());
        for span in &speech.spans {
            match span {
                Span::Pause(pause) => sounds.push(Sound::silence(*pause)),
                Span::Sound(sound) => sounds.push(sound.clone()),
                Span::Words(words) => {
                    for part in self.parts(words).await {
                        match part {
                            Part::Said(sound) => sounds.push(sound),
                            Part::Pause(pause) => sounds.push(Sound::silence(pause)),
                            Part::Unsaid(text) => unsaid.push(text),
                        }
                    }
                }
            }
        }
        Said { sounds, unsaid }
    }
}

/// Where two pauses meet, one voice's and the next one's, the longer one counts.
fn without_double_pauses(parts: Vec<Part>) -> Vec<Part> {
    let mut kept: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match (kept.last_mut(), part) {
            (Some(Part::Pause(before)), Part::Pause(pause)) => *before = Duration::max(*before, pause),
            (_, part) => kept.push(part),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::voice::cache::SpeechCache;
    use crate::voice::engine::{Engine, EngineError};
    use crate::voice::phrase_book::PhraseBook;
    use crate::voice::recorded::Recorded;
    use crate::voice::say_as::SayAs;
    use crate::voice::synthesised::Synthesised;

    /// Says everything in as many samples as there are letters, except in languages it has no voice for.
    #[derive(Default)]
    struct Letters(Mutex<Vec<String>>);

    #[async_trait]
    impl Engine for Letters {
        fn voice(&self, language: &str) -> Option<String> {
            (language == "en").then(|| "letters".to_owned())
        }

        async fn render(&self, words: &Words) -> Result<Sound, EngineError> {
            self.0.lock().unwrap().push(words.text.clone());
            Ok(Sound::new(vec![7; words.text.len()]))
        }
    }

    fn speaker() -> (Speaker, Arc<Letters>) {
        let mut book = PhraseBook::of("en");
        ["I have sent a code to", "enter it now", "2"].iter().for_each(|text| book.add(text, Sound::new(vec![1; 10])));
        let letters = Arc::new(Letters::default());
        let synthesised = Synthesised::new(letters.clone(), Arc::new(SpeechCache::new(None, 0)), 1);
        (Speaker::new(vec![Arc::new(Recorded::of([book])), Arc::new(synthesised)]), letters)
    }

    #[tokio::test]
    async fn what_is_not_recorded_is_synthesised_once() {
        let (speaker, letters) = speaker();
        let speech = Speech::plain("I have sent a code to your neighbour. Enter it now.", "en");

        let said = speaker.say(&speech).await;
        speaker.say(&speech).await;

        let without_silence: Vec<i16> = Sound::joined(&said.sounds).samples().iter().copied().filter(|sample| *sample != 0).collect();
        assert_eq!(without_silence, [&[1; 10][..], &[7; 15], &[1; 10]].concat());
        assert_eq!(said.unsaid, Vec::<String>::new());
        assert_eq!(*letters.0.lock().unwrap(), ["your neighbour."]);
    }

    #[tokio::test]
    async fn what_nobody_can_say_is_told_and_the_rest_is_heard() {
        let (speaker, _) = speaker();

        let said = speaker.say(&Speech::plain("Guten Tag.", "de")).await;

        assert_eq!(said.unsaid, ["Guten Tag."]);
    }

    #[tokio::test]
    async fn what_is_prepared_is_what_the_recordings_leave_unsaid() {
        let (speaker, letters) = speaker();
        let speech = Speech::plain("I have sent a code to your neighbour. Enter it now.", "en");

        speaker.prepare(std::slice::from_ref(&speech)).await;
        speaker.say(&speech).await;

        assert_eq!(*letters.0.lock().unwrap(), ["your neighbour."]);
    }

    #[tokio::test]
    async fn digits_are_said_one_by_one() {
        let (speaker, letters) = speaker();
        let words = Words { text: "22".into(), language: "en".into(), say_as: SayAs::named("digits", "") };

        let said = speaker.say(&Speech { spans: vec![Span::Words(words)] }).await;

        assert!(Sound::joined(&said.sounds).duration() >= Duration::from_millis(400));
        assert!(letters.0.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_was_prepared_is_not_synthesised_again() {
        let (speaker, letters) = speaker();
        let speech = Speech::plain("Hello. How are you?", "en");

        let made = speaker.prepare(std::slice::from_ref(&speech)).await;
        let again = speaker.prepare(&[speech.clone(), speech.clone()]).await;
        speaker.say(&speech).await;

        assert_eq!((made, again), (2, 0));
        assert_eq!(*letters.0.lock().unwrap(), ["Hello.", "How are you?"]);
    }
}
