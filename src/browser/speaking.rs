//! Turns prompts into words and sounds at the moment they are queued (VoiceXML 2.0 §4.1; 2.1 §6).

use std::sync::Arc;

use super::action::{Marked, Sound, Spoken};
use super::content::{Piece, Prompt, Target};
use super::document::{Entry, ItemKind};
use super::interpreter::Interpreter;
use super::properties::Properties;
use super::reading::one_line;
use super::speech::Queued;
use super::thrown::{Run, Thrown};
use super::time::designation;

/// Words and sounds of one prompt, in the making.
#[derive(Default)]
struct Speaking {
    text: String,
    sounds: Vec<Sound>,
    base: Option<String>,
    /// Above zero inside `<audio>`, whose words are said only where the sound cannot be had.
    in_audio: u32,
    /// What `<say-as>` and `xml:lang` around the words say of them.
    mark: Marked,
}

impl Speaking {
    fn say(&mut self, words: &str) {
        self.text.push_str(words);
        if self.in_audio > 0 {
            return;
        }
        match self.sounds.last_mut() {
            Some(Sound::Words(said)) if self.mark == Marked::default() => said.push_str(words),
            Some(Sound::Marked(marked)) if self.mark == (Marked { text: String::new(), ..marked.clone() }) => marked.text.push_str(words),
            _ if self.mark == Marked::default() => self.sounds.push(Sound::Words(words.to_owned())),
            _ => self.sounds.push(Sound::Marked(Marked { text: words.to_owned(), ..self.mark.clone() })),
        }
    }

    fn push(&mut self, sound: Sound) {
        if self.in_audio == 0 {
            self.sounds.push(sound);
        }
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
        let mut speaking = Speaking { base: prompt.base.clone(), ..Speaking::default() };
        self.speak_all(&prompt.content, &mut speaking)?;
        let properties = Properties::of(self.current.surroundings());
        let bargein = prompt.bargein.unwrap_or_else(|| properties.is_on("bargein", true));
        let is_hotword = prompt.bargeintype.as_deref().or_else(|| properties.value("bargeintype")) == Some("hotword");
        let lang = prompt.lang.clone().or_else(|| self.current.document.lang.clone());
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
        let spoken = Spoken { text: words.to_owned(), sounds: vec![Sound::Words(words.to_owned())], bargein: true, lang: None };
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
            Piece::Audio { source, fallback } => self.speak_audio(source, fallback, speaking)?,
            Piece::Mark { name } => {
                let name = self.resolved(name)?;
                speaking.push(Sound::Mark(name));
            }
            Piece::Break { time } => {
                let pause = time.as_deref().and_then(designation);
                speaking.say(" ");
                speaking.push(Sound::Pause(pause.unwrap_or(std::time::Duration::from_millis(250))));
            }
            Piece::Enumerate { template } => self.speak_choices(template.as_deref(), speaking)?,
            Piece::Foreach { item, array, body } => self.speak_each(item, array, body, speaking)?,
            Piece::Markup { element, attributes, content } => self.speak_markup(element, attributes, content, speaking)?,
        }
        Ok(())
    }

    /// The words inside are evaluated whether or not the sound can be had (§4.1.3).
    fn speak_audio(&mut self, source: &Target, fallback: &[Piece], speaking: &mut Speaking) -> Run {
        let before = speaking.text.len();
        let url = match source {
            Target::Computed(expression) if self.scopes.is_undefined(expression)? => return Ok(()),
            Target::Computed(expression) => match self.recording(expression)? {
                Some(number) => {
                    speaking.push(Sound::Recording(number));
                    None
                }
                None => Some(self.scopes.text(expression)?),
            },
            Target::Literal(address) => Some(address.clone()),
        };
        speaking.in_audio += 1;
        self.speak_all(fallback, speaking)?;
        speaking.in_audio -= 1;
        if let Some(address) = url {
            let fallback = one_line(speaking.text.get(before..).unwrap_or_default());
            speaking.push(Sound::Audio { url: self.audio_address(&address, speaking.base.as_deref()), fallback });
        }
        Ok(())
    }

    /// The number of a recording, where the expression gives one.
    fn recording(&mut self, expression: &str) -> Run<Option<usize>> {
        let value = self.scopes.json(expression)?;
        let number = value.as_ref().and_then(|value| value.get("$recording")).and_then(serde_json::Value::as_u64);
        Ok(number.and_then(|number| usize::try_from(number).ok()))
    }

    /// An address that cannot be made absolute is given out as it is: that it cannot be played is no error (§4.1.3).
    fn audio_address(&self, address: &str, base: Option<&str>) -> String {
        let document = &self.current.document.base;
        let base = base.and_then(|base| document.join(base).ok()).unwrap_or_else(|| document.clone());
        base.join(address.trim()).map_or_else(|_| address.to_owned(), String::from)
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

    /// Of SSML the words count; `<sub>` says its alias, descriptions and metadata are not spoken.
    fn speak_markup(&mut self, element: &str, attributes: &[(String, String)], content: &[Piece], speaking: &mut Speaking) -> Run {
        let around = speaking.mark.clone();
        speaking.mark = around.inside(element, attributes);
        let spoken = self.speak_element(element, attributes, content, speaking);
        speaking.mark = around;
        spoken
    }

    fn speak_element(&mut self, element: &str, attributes: &[(String, String)], content: &[Piece], speaking: &mut Speaking) -> Run {
        match element {
            "desc" | "meta" | "metadata" | "lexicon" => Ok(()),
            "sub" => {
                let alias = attributes.iter().find(|(name, _)| name == "alias");
                speaking.say(alias.map_or("", |(_, alias)| alias));
                Ok(())
            }
            "p" | "s" | "paragraph" | "sentence" => {
                speaking.say(" ");
                self.speak_all(content, speaking)?;
                speaking.say(" ");
                Ok(())
            }
            _ => self.speak_all(content, speaking),
        }
    }
}

impl Marked {
    /// What holds inside an element.
    fn inside(&self, element: &str, attributes: &[(String, String)]) -> Self {
        let value = |name: &str| attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let lang = value("xml:lang").or_else(|| self.lang.clone());
        match element {
            "say-as" => {
                Self { lang, interpret_as: value("interpret-as").or_else(|| value("type")), format: value("format"), ..Self::default() }
            }
            _ => Self { lang, ..self.clone() },
        }
    }
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
        Sound::Words(words) => Some(one_line(&words)).filter(|words| !words.is_empty()).map(Sound::Words),
        Sound::Marked(marked) => {
            Some(one_line(&marked.text)).filter(|text| !text.is_empty()).map(|text| Sound::Marked(Marked { text, ..marked }))
        }
        other => Some(other),
    };
    sounds.into_iter().filter_map(tidy).collect()
}
