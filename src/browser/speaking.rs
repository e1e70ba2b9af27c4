//! Turns prompts into words and sounds at the moment they are queued (VoiceXML 2.0 §4.1; 2.1 §6).

use std::sync::Arc;
use std::time::Duration;

use super::action::{AudioSource, Phrase, Sound, Spoken};
use super::content::{Fetching, Piece, Prompt, Target};
use super::document::{Entry, ItemKind};
use super::fetching::Patience;
use super::interpreter::Interpreter;
use super::language;
use super::properties::Properties;
use super::reading::one_line;
use super::speech::Queued;
use super::style::{Attributes, Style};
use super::thrown::{Run, Thrown};
use super::time::designation;

/// Silence of a `<break>` that says not how long it is, by its strength (SSML 1.0 §3.2.3).
const BREAKS: [(&str, u64); 9] = [
    ("none", 0),
    ("x-weak", 100),
    ("weak", 250),
    ("medium", 500),
    ("strong", 750),
    ("x-strong", 1000),
    // Sizes, as drafts of SSML had them.
    ("small", 250),
    ("large", 1000),
    ("", 500),
];

/// Words and sounds of one prompt, in the making.
#[derive(Default)]
struct Speaking {
    text: String,
    sounds: Vec<Sound>,
    base: Option<String>,
    style: Arc<Style>,
    /// The next words begin a phrase of their own.
    is_sentence_over: bool,
}

impl Speaking {
    fn say(&mut self, words: &str) {
        self.text.push_str(words);
        let is_over = std::mem::take(&mut self.is_sentence_over);
        match self.sounds.last_mut() {
            Some(Sound::Words(phrase)) if !is_over && phrase.style == self.style => phrase.words.push_str(words),
            _ => self.sounds.push(Sound::Words(Phrase { words: words.to_owned(), style: self.style.clone() })),
        }
    }

    fn end_sentence(&mut self) {
        self.text.push(' ');
        self.is_sentence_over = true;
    }
}

impl Interpreter {
    /// A prompt in executable content: its count means nothing there (§4.1.6).
    pub(super) fn queue_prompt(&mut self, prompt: &Arc<Prompt>) -> Run {
        match self.is_true(prompt.cond.as_deref())? {
            true => self.queue_eligible(prompt),
            false => Ok(()),
        }
    }

    pub(super) fn queue_eligible(&mut self, prompt: &Prompt) -> Run {
        let timeout = match &prompt.timeout {
            Some(timeout) => Some(designation(timeout).ok_or_else(|| Thrown::semantic(format!("timeout {timeout:?} is no time")))?),
            None => None,
        };
        let lang = prompt.lang.clone().or_else(|| self.current.document.lang.clone());
        lang.as_deref().map_or(Ok(()), language::check)?;
        let mut speaking = Speaking { base: prompt.base.clone(), ..Speaking::default() };
        self.speak_all(&prompt.content, &mut speaking)?;
        let properties = Properties::of(self.current.surroundings());
        let bargein = prompt.bargein.map_or_else(|| properties.is_on("bargein", true), Ok)?;
        let is_hotword = match &prompt.bargeintype {
            Some(kind) => kind == "hotword",
            None => properties.is_hotword()?,
        };
        self.odometer.count_words(&speaking.text)?;
        let text = one_line(&speaking.text);
        let sounds = tidied(speaking.sounds);
        if !sounds.is_empty() || !text.is_empty() {
            self.speech.queue.push(Queued { spoken: Spoken { text, sounds, bargein, lang }, is_hotword, timeout });
        }
        Ok(())
    }

    /// Queues words of the platform's own.
    pub(super) fn queue_words(&mut self, words: &str) {
        let phrase = Phrase { words: words.to_owned(), style: Arc::default() };
        let spoken = Spoken { text: words.to_owned(), sounds: vec![Sound::Words(phrase)], bargein: true, lang: None };
        self.speech.queue.push(Queued { spoken, is_hotword: false, timeout: None });
    }

    /// The words of pieces that are not to be played.
    pub(super) fn words(&mut self, pieces: &[Piece]) -> Run<String> {
        let mut speaking = Speaking::default();
        self.speak_all(pieces, &mut speaking)?;
        Ok(speaking.text)
    }

    fn speak_all(&mut self, pieces: &[Piece], speaking: &mut Speaking) -> Run {
        pieces.iter().try_for_each(|piece| self.speak(piece, speaking))
    }

    fn speak(&mut self, piece: &Piece, speaking: &mut Speaking) -> Run {
        match piece {
            Piece::Text(text) => speaking.say(text),
            Piece::Value(expression) => speaking.say(&self.scopes.text(expression)?),
            Piece::Audio { source, fetching, fallback } => self.speak_audio(source, fetching, fallback, speaking)?,
            Piece::Mark { name } => {
                let name = self.resolved(name)?;
                speaking.sounds.push(Sound::Mark(name));
            }
            Piece::Break { time, strength } => {
                speaking.text.push(' ');
                speaking.sounds.push(Sound::Pause(pause(time.as_deref(), strength.as_deref())));
            }
            Piece::Enumerate { template } => self.speak_choices(template.as_deref(), speaking)?,
            Piece::Foreach { item, array, body } => self.speak_each(item, array, body, speaking)?,
            Piece::Markup { element, attributes, content } => self.speak_markup(element, attributes, content, speaking)?,
        }
        Ok(())
    }

    /// The words inside are evaluated whether or not the sound can be had (§4.1.3).
    fn speak_audio(&mut self, source: &Target, fetching: &Fetching, fallback: &[Piece], speaking: &mut Speaking) -> Run {
        let sound = match source {
            Target::Computed(expression) if self.scopes.is_undefined(expression)? => return Ok(()),
            Target::Computed(expression) => match self.recording(expression)? {
                Some(number) => Sound::Recording(number),
                None => {
                    let address = self.scopes.text(expression)?;
                    Sound::Audio(self.audio_source(&address, speaking.base.as_deref(), fetching)?)
                }
            },
            Target::Literal(address) => Sound::Audio(self.audio_source(address, speaking.base.as_deref(), fetching)?),
        };
        let before = std::mem::take(&mut speaking.sounds);
        self.speak_all(fallback, speaking)?;
        let fallback = tidied(std::mem::replace(&mut speaking.sounds, before));
        speaking.sounds.push(match sound {
            Sound::Audio(source) => Sound::Audio(AudioSource { fallback, ..source }),
            other => other,
        });
        Ok(())
    }

    /// The number of a recording, where the expression gives one.
    fn recording(&mut self, expression: &str) -> Run<Option<usize>> {
        let value = self.scopes.json(expression)?;
        let number = value.as_ref().and_then(|value| value.get("$recording")).and_then(serde_json::Value::as_u64);
        Ok(number.and_then(|number| usize::try_from(number).ok()))
    }

    /// An address that cannot be made absolute is given out as it is: that it cannot be played is no error (§4.1.3).
    pub(super) fn audio_source(&mut self, address: &str, base: Option<&str>, fetching: &Fetching) -> Run<AudioSource> {
        let document = &self.current.document.base;
        let base = base.and_then(|base| document.join(base).ok()).unwrap_or_else(|| document.clone());
        let url = base.join(address.trim()).map_or_else(|_| address.to_owned(), String::from);
        let Patience { timeout, maxage, maxstale } = self.patience(fetching, "audio")?;
        Ok(AudioSource { url, timeout, maxage, maxstale, fallback: Vec::new() })
    }

    fn speak_each(&mut self, item: &str, array: &str, body: &[Piece], speaking: &mut Speaking) -> Run {
        let key = format!("spoken {}", speaking.text.len());
        let length = self.scopes.iterate(&key, array)?;
        for index in 0..length {
            self.odometer.count_step()?;
            self.scopes.step(&key, index, item)?;
            self.speak_all(body, speaking)?;
        }
        Ok(self.scopes.end_iteration(&key)?)
    }

    /// `<enumerate>` tells the choices of the menu or the options of the field; a template sees `_prompt` and `_dtmf` (§2.2.2).
    fn speak_choices(&mut self, template: Option<&[Piece]>, speaking: &mut Speaking) -> Run {
        let item = self.current.dialog.as_ref().and_then(|run| run.item().cloned());
        let entries: &[Entry] = match item.as_deref().map(|item| &item.kind) {
            Some(ItemKind::Menu(menu)) => &menu.entries,
            Some(ItemKind::Field(field)) => &field.options,
            Some(_) | None => return Err(Thrown::semantic("<enumerate> stands outside of a menu and of a field with options")),
        };
        for entry in entries {
            match template {
                Some(pieces) => self.speak_choice(entry, pieces, speaking)?,
                None => speaking.say(&spoken_choice(entry)),
            }
        }
        Ok(())
    }

    fn speak_choice(&mut self, entry: &Entry, template: &[Piece], speaking: &mut Speaking) -> Run {
        self.scopes.enter_template()?;
        self.scopes.set_anonymous("_prompt", Some(&entry.words.as_str().into()))?;
        self.scopes.set_anonymous("_dtmf", entry.dtmf.as_deref().map(serde_json::Value::from).as_ref())?;
        self.speak_all(template, speaking)?;
        Ok(self.scopes.leave_template()?)
    }

    /// Of SSML the words count, and their style; `<sub>` says its alias, descriptions and metadata are not spoken.
    fn speak_markup(&mut self, element: &str, attributes: &Attributes, content: &[Piece], speaking: &mut Speaking) -> Run {
        let lang = attributes.iter().find(|(name, _)| name == "xml:lang");
        lang.map_or(Ok(()), |(_, lang)| language::check(lang))?;
        let style = speaking.style.within(element, attributes);
        let outer = std::mem::replace(&mut speaking.style, Arc::new(style));
        match element {
            "desc" | "meta" | "metadata" | "lexicon" => {}
            "sub" => {
                let alias = attributes.iter().find(|(name, _)| name == "alias");
                speaking.say(alias.map_or("", |(_, alias)| alias));
            }
            "p" | "s" | "paragraph" | "sentence" => {
                speaking.end_sentence();
                self.speak_all(content, speaking)?;
                speaking.end_sentence();
            }
            _ => self.speak_all(content, speaking)?,
        }
        speaking.style = outer;
        Ok(())
    }
}

/// The silence of a `<break>`: its own time, else that of its strength.
fn pause(time: Option<&str>, strength: Option<&str>) -> Duration {
    let strength = strength.unwrap_or_default().trim();
    let usual = BREAKS.iter().find(|(name, _)| *name == strength).map_or(500, |(_, milliseconds)| *milliseconds);
    time.and_then(designation).unwrap_or(Duration::from_millis(usual))
}

fn spoken_choice(entry: &Entry) -> String {
    match &entry.dtmf {
        Some(keys) => format!(" For {}, press {keys}.", entry.words),
        None => format!(" {}.", entry.words),
    }
}

/// White space between sounds is no sound.
fn tidied(sounds: Vec<Sound>) -> Vec<Sound> {
    let tidy = |sound| match sound {
        Sound::Words(Phrase { words, style }) => {
            Some(one_line(&words)).filter(|words| !words.is_empty()).map(|words| Sound::Words(Phrase { words, style }))
        }
        other => Some(other),
    };
    sounds.into_iter().filter_map(tidy).collect()
}
