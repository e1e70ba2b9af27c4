//! The recordings that an installation wants: every prompt of its flows cut at its variables, and the vocabulary of each language.

use std::collections::BTreeSet;
use std::path::Path;

use crate::flow::{Flow, FlowStep, Kind, Part, Piece, SettingKind, Template, Words, apology};
use crate::release::Flows;

/// The folder of sounds that are no words of a prompt.
pub(super) const HOLD: &str = "hold/";
/// Words that stand for themselves: numbers, letters, months.
const VOCABULARY: &str = "vocabulary.tsv";

/// A recording that should be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// BCP 47.
    pub language: String,
    /// Below the folder of the language: `two-factor/code.ask.1-2.wav`.
    pub file: String,
    /// The words that it stands for.
    pub text: String,
    /// What is said, where that is not the text.
    pub says: Option<String>,
    /// What a speaker should know: what comes before and after.
    pub note: String,
}

/// Collects, each text of a language once.
#[derive(Default)]
struct Collection {
    wanted: Vec<Wanted>,
    /// Language and words.
    known: BTreeSet<(String, String)>,
}

/// Everything that is wanted for these flows, by name; vocabularies are read from `audio/LANGUAGE/vocabulary.tsv` where they are.
pub(super) fn wanted(flows: &Flows, audio: &Path) -> Vec<Wanted> {
    let mut collection = Collection::default();
    let languages: BTreeSet<&str> = flows.values().flat_map(|flow| flow.prompts.tables.keys()).map(String::as_str).collect();
    for language in &languages {
        collection.add_vocabulary(language, audio);
    }
    for language in &languages {
        collection.add(language, "callward/apology.1.wav".to_owned(), &plain_text(&apology(language)), None, String::new());
        flows.iter().for_each(|(name, flow)| collection.add_flow(language, name, flow));
    }
    collection.wanted.sort_by(|a, b| (&a.language, &a.file).cmp(&(&b.language, &b.file)));
    collection.wanted
}

impl Collection {
    fn add_vocabulary(&mut self, language: &str, audio: &Path) {
        let text = std::fs::read_to_string(audio.join(language).join(VOCABULARY)).unwrap_or_default();
        for line in text.lines().skip(1) {
            let mut columns = line.split('\t');
            let (Some(file), Some(text)) = (columns.next(), columns.next()) else { continue };
            let says = columns.next().filter(|says| !says.is_empty()).map(str::to_owned);
            let note = if file.starts_with(HOLD) { "music follows".to_owned() } else { String::new() };
            self.add(language, file.to_owned(), text, says, note);
        }
    }

    fn add_flow(&mut self, language: &str, name: &str, flow: &Flow) {
        let messages = messages(flow);
        for (id, prompt) in flow.prompts.tables.get(language).into_iter().flatten().filter(|(id, _)| !is_message(id, &messages)) {
            for (number, wording) in (1..).zip(&prompt.wordings) {
                self.add_wording(language, &format!("{name}/{id}.{number}"), wording);
                wording.parts.iter().for_each(|part| self.add_setting(language, name, flow, part));
            }
        }
    }

    fn add_wording(&mut self, language: &str, stem: &str, wording: &Template) {
        let place = |part: Option<&Part>| part.map(spoken_place);
        let mut fragment = 0;
        for (at, part) in wording.parts.iter().enumerate() {
            let Part::Text(text) = part else { continue };
            let text = fragment_of(text);
            if text.is_empty() {
                continue;
            }
            fragment += 1;
            let before = place(at.checked_sub(1).and_then(|before| wording.parts.get(before)));
            let after = place(wording.parts.get(at + 1));
            let neighbours = [before.map(|before| format!("after {before}")), after.map(|after| format!("before {after}"))];
            let note = neighbours.into_iter().flatten().collect::<Vec<_>>().join(", ");
            let file = if wording.varies() { format!("{stem}-{fragment}.wav") } else { format!("{stem}.wav") };
            self.add(language, file, text, None, note);
        }
    }

    /// What a setting of the flow says where no process says otherwise.
    fn add_setting(&mut self, language: &str, name: &str, flow: &Flow, part: &Part) {
        let Part::Value { root, member, .. } = part else { return };
        let setting = flow.settings.iter().find(|setting| root == "settings" && setting.name.text == *member);
        if let Some(SettingKind::Text { default }) = setting.map(|setting| &setting.kind) {
            self.add(language, format!("{name}/settings.{member}.wav"), default, None, "inside a sentence".to_owned());
        }
    }

    fn add(&mut self, language: &str, file: String, text: &str, says: Option<String>, note: String) {
        let words: Vec<String> =
            text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        let kind = if file.starts_with(HOLD) { HOLD } else { "" };
        if !words.is_empty() && self.known.insert((language.to_owned(), kind.to_owned() + &words.join(" "))) {
            self.wanted.push(Wanted { language: language.to_owned(), file, text: text.to_owned(), says, note });
        }
    }
}

fn plain_text(words: &Words) -> String {
    let text = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Digits(_) | Piece::EntryCount | Piece::Code | Piece::Line { .. } => String::new(),
    };
    words.pieces.iter().map(text).collect()
}

/// The families of texts that are sent and not said.
fn messages(flow: &Flow) -> Vec<&str> {
    flow.steps.values().filter_map(message).collect()
}

fn message(step: &FlowStep) -> Option<&str> {
    match &step.kind {
        Kind::SendCode(send) => Some(&send.message.text),
        _ => None,
    }
}

fn is_message(id: &str, families: &[&str]) -> bool {
    families.iter().any(|family| id.strip_prefix(family).is_some_and(|rest| rest.starts_with('.')))
}

/// The text without what stands at its edges and is not said; the end of a sentence stays, for a voice falls there.
fn fragment_of(text: &str) -> &str {
    let text = text.trim_start_matches(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '¿' | '¡'));
    let text = text.trim_end_matches(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '.' | '?' | '!'));
    if text.chars().any(char::is_alphanumeric) { text } else { "" }
}

fn spoken_place(part: &Part) -> String {
    match part {
        Part::Text(text) => text.clone(),
        Part::Choices => "the choices".to_owned(),
        Part::Key => "a key".to_owned(),
        Part::EntryCount => "a number".to_owned(),
        Part::Code => "a code".to_owned(),
        Part::Value { root, member, .. } => format!("{{{root}.{member}}}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_prompt_is_cut_at_its_variables() {
        let flow = Flow::read(include_str!("../../flows/two-factor.yaml")).unwrap();

        let wanted = wanted(&[("two-factor".to_owned(), Arc::new(flow))].into(), Path::new("audio"));

        let of = |id: &str| {
            let stem = format!("two-factor/{id}.");
            wanted.iter().filter(move |wanted| wanted.language == "en" && wanted.file.starts_with(&stem))
        };
        let files: Vec<_> = of("code.ask").map(|wanted| (wanted.file.as_str(), wanted.text.as_str())).collect();
        let expected = [
            ("two-factor/code.ask.1-1.wav", "I have sent a"),
            ("two-factor/code.ask.1-2.wav", "digit code to"),
            ("two-factor/code.ask.1-3.wav", "Enter it on your keypad. For more time, press star."),
            ("two-factor/code.ask.2-1.wav", "I have sent a new code to"),
            ("two-factor/code.ask.2-2.wav", "Use the newest message."),
        ];
        assert_eq!(files, expected);
        assert_eq!(of("message").count(), 0);
        assert_eq!(of("settings").next().map(|wanted| wanted.text.as_str()), Some("your authenticator app"));
    }
}
