//! What is to be said: words, pauses and sounds in order, as a page's prompt has them.

use std::time::Duration;

use super::say_as::SayAs;
use crate::audio::Sound;
use crate::browser;

/// One prompt.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Speech {
    /// Its parts, in order.
    pub spans: Vec<Span>,
}

/// A part of a prompt.
#[derive(Debug, Clone, PartialEq)]
pub enum Span {
    /// Words for a voice.
    Words(Words),
    /// Silence.
    Pause(Duration),
    /// A sound that is there already.
    Sound(Sound),
}

/// Words in one language.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Words {
    /// As written.
    pub text: String,
    /// BCP 47.
    pub language: String,
    /// What the text is, where it is not said as it is written.
    pub say_as: Option<SayAs>,
}

impl Words {
    /// Plain words.
    pub fn plain(text: impl Into<String>, language: impl Into<String>) -> Self {
        Self { text: text.into(), language: language.into(), say_as: None }
    }
}

impl Speech {
    /// Plain words and nothing else.
    pub fn plain(text: &str, language: &str) -> Self {
        Self { spans: vec![Span::Words(Words::plain(text, language))] }
    }

    /// A prompt of a page whose language, where it says none, is `language`. `fetched` gives the sound of an address or of a
    /// recording of this call; where it has none, the words inside `<audio>` are said (VoiceXML 2.0 §4.1.3).
    pub fn of(spoken: &browser::Spoken, language: &str, mut fetched: impl FnMut(&browser::Sound) -> Option<Sound>) -> Self {
        let language = spoken.lang.as_deref().unwrap_or(language);
        let mut spans = Vec::new();
        for sound in &spoken.sounds {
            spans.extend(match sound {
                browser::Sound::Words(text) => Some(Span::Words(Words::plain(text, language))),
                browser::Sound::Marked(marked) => Some(Span::Words(words(marked, language))),
                browser::Sound::Pause(pause) => Some(Span::Pause(*pause)),
                browser::Sound::Audio { fallback, .. } => {
                    let words = || (!fallback.is_empty()).then(|| Span::Words(Words::plain(fallback, language)));
                    fetched(sound).map(Span::Sound).or_else(words)
                }
                browser::Sound::Recording(_) => fetched(sound).map(Span::Sound),
                browser::Sound::Mark(_) => None,
            });
        }
        Self { spans }
    }
}

fn words(marked: &browser::Marked, language: &str) -> Words {
    let say_as = marked.interpret_as.as_deref().and_then(|name| SayAs::named(name, marked.format.as_deref().unwrap_or_default()));
    let language = marked.lang.clone().unwrap_or_else(|| language.to_owned());
    Words { text: marked.text.clone(), language, say_as }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_that_cannot_be_had_is_said_in_words() {
        let audio = |url: &str, fallback: &str| browser::Sound::Audio { url: url.into(), fallback: fallback.into() };
        let sounds = vec![audio("a", "Hello."), audio("b", ""), audio("c", "Bye."), browser::Sound::Mark("m".into())];
        let spoken = browser::Spoken { text: String::new(), sounds, bargein: true, lang: Some("en".into()) };
        let gong = Sound::new(vec![1, 2]);

        let speech =
            Speech::of(&spoken, "es", |sound| matches!(sound, browser::Sound::Audio { url, .. } if url == "c").then(|| gong.clone()));

        assert_eq!(speech.spans, [Span::Words(Words::plain("Hello.", "en")), Span::Sound(gong.clone())]);
    }

    #[test]
    fn marked_words_keep_their_language_and_kind() {
        let marked = browser::Marked { text: "42".into(), lang: Some("es".into()), interpret_as: Some("digits".into()), format: None };
        let spoken = browser::Spoken { text: "42".into(), sounds: vec![browser::Sound::Marked(marked)], bargein: true, lang: None };

        let speech = Speech::of(&spoken, "en", |_| None);

        let say_as = SayAs::named("digits", "");
        assert_eq!(speech.spans, [Span::Words(Words { text: "42".into(), language: "es".into(), say_as })]);
    }
}
