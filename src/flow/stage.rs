//! What a step has at hand while it runs: facts, settings, words and the state of the call.

use serde_json::{Map, Value};

use crate::secret::Digits;

use super::amount::Amount;
use super::effect::Effect;
use super::expression::{Expression, ExpressionError};
use super::facts::{Facts, MethodFacts};
use super::grammar_file::Grammars;
use super::keys::Keys;
use super::prompts::Prompts;
use super::reading::Located;
use super::recording::of_wording;
use super::setting::Settings;
use super::state::Frame;
use super::target::{Go, Target};
use super::template::{Part, Template};
use super::turn::{Hold, Listen, Transfer};
use super::words::{Piece, Words};

/// What a step has at hand: `'f` is the flow's, `'s` the call's.
pub(super) struct Stage<'f, 's> {
    pub facts: &'s Facts,
    pub settings: &'f Settings,
    pub prompts: &'f Prompts,
    /// The grammars beside the flow file.
    pub grammars: &'f Grammars,
    /// The flow's own keys.
    pub keys: &'f Keys,
    /// The run of this flow.
    pub frame: &'s mut Frame,
    /// The language of the call (BCP 47).
    pub language: &'s mut String,
    /// Said on the way, not heard yet.
    pub said: &'s mut Vec<Words>,
    /// What the caller entered, on its way to the step that reads it.
    pub entry: &'s mut Option<Digits>,
}

/// What a step wants.
#[derive(Debug)]
pub(super) enum Next<'f> {
    /// One of its kind's outcomes has come.
    Outcome(&'static str),
    /// A way that the step itself knows.
    Target(&'f Target),
    /// The way of a bound key that the caller pressed.
    Key(&'f Target),
    /// The caller is asked.
    Listen(Box<Listen>),
    /// The call is put through.
    Transfer(Transfer),
    /// The caller is held.
    Hold(Hold),
    /// Another flow runs, with the settings of this process, and these inputs.
    Run { flow: &'f str, process: Option<&'f str>, inputs: Map<String, Value> },
    /// The world is asked.
    Perform(Effect),
    /// The flow ends by this exit.
    Exit(String),
    /// The flow ends where a step says.
    Leave { go: &'f Go, say: Option<&'f Located>, reason: Option<&'f Located> },
}

/// One line of a menu.
pub(super) struct Line {
    pub key: char,
    pub prompt: String,
    pub language: Option<String>,
    pub method: Option<MethodFacts>,
    /// The variable that holds its part of a list, and the part.
    pub part: Option<(String, String)>,
}

/// What fills the places that only some prompts have.
#[derive(Default)]
pub(super) struct Filling<'l> {
    pub lines: &'l [Line],
    pub key: Option<char>,
    pub method: Option<&'l MethodFacts>,
    pub message: bool,
    pub part: Option<&'l (String, String)>,
}

impl Stage<'_, '_> {
    /// The variables under one name, for conditions and prompts; of settings, inputs and variables only the members that are read.
    fn root(&self, name: &str, members: Option<&[String]>) -> Option<Value> {
        match name {
            "settings" => Some(pick(&self.settings.values, members)),
            "inputs" => Some(pick(&self.frame.inputs, members)),
            "vars" => Some(pick(&self.frame.vars, members)),
            "method" => Some(self.chosen().map_or_else(|| Value::Object(Map::new()), |method| method.value())),
            "call" => self.facts.root(name).map(|call| with(call, "language", self.language)),
            _ => self.facts.root(name),
        }
    }

    pub fn evaluate(&self, expression: &Expression) -> Result<Value, ExpressionError> {
        expression.evaluate(|name, members| self.root(name, members))
    }

    /// What an amount is at the moment.
    pub fn amount(&self, amount: &Amount) -> u32 {
        amount.now(|expression| self.evaluate(expression).ok())
    }

    /// The method chosen, while it is on offer.
    pub fn chosen(&self) -> Option<&MethodFacts> {
        self.facts.methods.iter().find(|method| Some(method.kind) == self.frame.method)
    }

    /// The prompt's words, the wording by how often it was said before. `None` where the flow has no such prompt.
    pub fn words(&mut self, id: &str, filling: &Filling<'_>) -> Option<Words> {
        let time = match self.frame.heard.get_mut(id) {
            Some(heard) => std::mem::replace(heard, *heard + 1),
            None => self.frame.heard.insert(id.to_owned(), 1).unwrap_or_default(),
        };
        self.wording(id, time as usize, filling)
    }

    /// Every wording of a prompt, in order.
    pub fn wordings(&self, id: &str, filling: &Filling<'_>) -> Vec<Words> {
        let count = self.prompts.find(self.language, id).map_or(0, |(_, prompt)| prompt.wordings.len());
        (0..count).filter_map(|time| self.wording(id, time, filling)).collect()
    }

    fn wording(&self, id: &str, time: usize, filling: &Filling<'_>) -> Option<Words> {
        let (language, prompt) = self.prompts.find(self.language, id)?;
        let place = time.min(prompt.wordings.len().saturating_sub(1));
        let template = prompt.wordings.get(place)?;
        let mut pieces = Vec::with_capacity(template.parts.len());
        self.fill(template, language, filling, &mut pieces);
        let audio = of_wording(&self.prompts.recordings, language, id, (place, template));
        Some(Words { id: id.to_owned(), language: language.to_owned(), pieces, barge_in: true, audio })
    }

    /// Puts words on the way to the next turn or ending.
    pub fn say(&mut self, id: &str) {
        let words = self.words(id, &Filling::default());
        self.said.extend(words);
    }

    fn fill(&self, template: &Template, language: &str, filling: &Filling<'_>, pieces: &mut Vec<Piece>) {
        template.parts.iter().for_each(|part| self.fill_part(part, language, filling, pieces));
    }

    fn fill_part(&self, part: &Part, language: &str, filling: &Filling<'_>, pieces: &mut Vec<Piece>) {
        match part {
            Part::Text(text) => append_text(pieces, text),
            Part::Choices => self.fill_lines(language, filling, pieces),
            Part::Key => filling.key.iter().for_each(|key| append_text(pieces, key.encode_utf8(&mut [0; 4]))),
            Part::EntryCount => pieces.push(Piece::EntryCount),
            Part::Code => pieces.push(Piece::Code),
            Part::Value { root, member, digits } => self.fill_value((root, member), *digits, (language, filling), pieces),
        }
    }

    /// Each line in its own language, a space between two.
    fn fill_lines(&self, around: &str, filling: &Filling<'_>, pieces: &mut Vec<Piece>) {
        let mut between = "";
        for line in filling.lines {
            let wanted = line.language.as_deref().unwrap_or(around);
            let Some((language, prompt)) = self.prompts.find(wanted, &line.prompt) else { continue };
            let Some(template) = prompt.wordings.first() else { continue };
            let (method, part) = (line.method.as_ref(), line.part.as_ref());
            let own = Filling { lines: &[], key: Some(line.key), method, message: false, part };
            append_text(pieces, std::mem::replace(&mut between, " "));
            if language == around {
                self.fill(template, language, &own, pieces);
                continue;
            }
            let mut foreign = Vec::new();
            self.fill(template, language, &own, &mut foreign);
            pieces.push(Piece::Line { language: language.to_owned(), pieces: foreign });
        }
    }

    fn fill_value(&self, (root, member): (&str, &str), digits: bool, (language, filling): (&str, &Filling<'_>), pieces: &mut Vec<Piece>) {
        let method = filling.method.or(self.chosen());
        let text = match (root, member) {
            ("code", "digits") => return append_text(pieces, &range(self.facts.code.digits, language)),
            ("code", "number") if filling.message => return append_text(pieces, &(u32::from(self.facts.code.number) + 1).to_string()),
            ("method", "mask") => return pieces.push(Piece::Digits(method.map(|method| method.mask.clone()).unwrap_or_default())),
            ("method", "target") => return method.into_iter().for_each(|method| self.fill_target(method, language, pieces)),
            ("vars", name) if filling.part.is_some_and(|(own, _)| own == name) => {
                filling.part.map(|(_, part)| part.clone()).unwrap_or_default()
            }
            _ => {
                let read = self.root(root, Some(&[member.to_owned()]));
                plain(&read.and_then(|value| value.get(member).cloned()).unwrap_or_default())
            }
        };
        if digits { pieces.push(Piece::Digits(text)) } else { append_text(pieces, &text) }
    }

    /// `{method.target}` stands for a prompt of its own: the grammar stays with the translator.
    fn fill_target(&self, method: &MethodFacts, language: &str, pieces: &mut Vec<Piece>) {
        let id = format!("target.{}", method.kind.name());
        let Some((language, prompt)) = self.prompts.find(language, &id) else { return };
        let filling = Filling { method: Some(method), ..Filling::default() };
        if let Some(template) = prompt.wordings.first() {
            self.fill(template, language, &filling, pieces);
        }
    }
}

/// Adds text; texts that touch are one, as they are one to whoever speaks them.
fn append_text(pieces: &mut Vec<Piece>, text: &str) {
    if let Some(Piece::Text(before)) = pieces.last_mut() {
        before.push_str(text);
    } else if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
}

/// A map with one more member.
fn with(mut map: Value, member: &str, text: &str) -> Value {
    if let Value::Object(members) = &mut map {
        members.insert(member.to_owned(), Value::from(text));
    }
    map
}

/// These members of a map, or all.
fn pick(map: &Map<String, Value>, members: Option<&[String]>) -> Value {
    let Some(members) = members else { return Value::Object(map.clone()) };
    let read = members.iter().filter_map(|member| Some((member.clone(), map.get(member)?.clone())));
    Value::Object(read.collect())
}

/// A number of digits, or a range of them.
fn range((from, to): (u8, u8), language: &str) -> String {
    if from == to {
        return to.to_string();
    }
    let between = match language.split('-').next().unwrap_or_default() {
        "en" => "to",
        "es" | "it" | "pt" => "a",
        "de" => "bis",
        "fr" => "à",
        "nl" => "tot",
        _ => "–",
    };
    format!("{from} {between} {to}")
}

/// A value as it is said and sent.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
