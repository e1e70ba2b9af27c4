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
        let mut spans = Vec::new();
        let language = spoken.lang.as_deref().unwrap_or(language);
        spoken.sounds.iter().for_each(|sound| add(sound, language, &mut fetched, &mut spans));
        Self { spans }
    }
}

fn add(sound: &browser::Sound, language: &str, fetched: &mut impl FnMut(&browser::Sound) -> Option<Sound>, spans: &mut Vec<Span>) {
    match sound {
        browser::Sound::Words(phrase) => spans.push(Span::Words(words(phrase, language))),
        browser::Sound::Pause(pause) => spans.push(Span::Pause(*pause)),
        browser::Sound::Audio(source) => match fetched(sound) {
            Some(there) => spans.push(Span::Sound(there)),
            None => source.fallback.iter().for_each(|sound| add(sound, language, fetched, spans)),
        },
        browser::Sound::Recording(_) => spans.extend(fetched(sound).map(Span::Sound)),
        browser::Sound::Mark(_) => {}
    }
}

fn words(phrase: &browser::Phrase, language: &str) -> Words {
    let say_as = phrase.style.say_as.as_ref();
    let say_as = say_as.and_then(|say_as| SayAs::named(&say_as.interpret_as, say_as.format.as_deref().unwrap_or_default()));
    let language = phrase.style.lang.clone().unwrap_or_else(|| language.to_owned());
    Words { text: phrase.words.clone(), language, say_as }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn phrase(words: &str, style: browser::Style) -> browser::Sound {
        browser::Sound::Words(browser::Phrase { words: words.to_owned(), style: Arc::new(style) })
    }

    #[test]
    fn a_sound_that_cannot_be_had_is_said_in_words() {
        let audio = |url: &str, fallback: Vec<browser::Sound>| {
            browser::Sound::Audio(browser::AudioSource { url: url.into(), timeout: Duration::ZERO, maxage: None, maxstale: None, fallback })
        };
        let plain = |words| vec![phrase(words, browser::Style::default())];
        let sounds = vec![audio("a", plain("Hello.")), audio("b", vec![]), audio("c", plain("Bye.")), browser::Sound::Mark("m".into())];
        let spoken = browser::Spoken { text: String::new(), sounds, bargein: true, lang: Some("en".into()) };
        let gong = Sound::new(vec![1, 2]);

        let is_there = |sound: &browser::Sound| matches!(sound, browser::Sound::Audio(source) if source.url == "c");
        let speech = Speech::of(&spoken, "es", |sound| is_there(sound).then(|| gong.clone()));

        assert_eq!(speech.spans, [Span::Words(Words::plain("Hello.", "en")), Span::Sound(gong.clone())]);
    }

    #[test]
    fn words_keep_their_language_and_kind() {
        let say_as = browser::SayAs { interpret_as: "digits".into(), format: None, detail: None };
        let style = browser::Style { lang: Some("es".into()), say_as: Some(say_as), ..browser::Style::default() };
        let spoken = browser::Spoken { text: "42".into(), sounds: vec![phrase("42", style)], bargein: true, lang: None };

        let speech = Speech::of(&spoken, "en", |_| None);

        let say_as = SayAs::named("digits", "");
        assert_eq!(speech.spans, [Span::Words(Words { text: "42".into(), language: "es".into(), say_as })]);
    }
}
