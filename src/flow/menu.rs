//! `menu`: the caller chooses with one key; lines are numbered in order, written out or one for each part of a list.

use serde_json::Value;

use super::expression::Expression;
use super::expression_file::read_expression;
use super::keys::read_key;
use super::listening::{FIRST_KEY, Listening, follow};
use super::node::{Node, Shape};
use super::reading::{Fields, Located, Reading};
use super::stage::{Line, Next, Stage, plain};
use super::target::Target;
use super::turn::Takes;

/// Most lines: there are no more keys.
const MOST_LINES: usize = 9;

/// A step with a menu.
#[derive(Debug, Clone)]
pub struct Menu {
    /// Question, timers, keys.
    pub listening: Listening,
    /// The lines; the only one where each part of a list has its own.
    pub choices: Vec<Choice>,
    /// The list, where the line stands for each of its parts.
    pub each: Option<Each>,
}

/// The list that the lines of a menu come from.
#[derive(Debug, Clone)]
pub struct Each {
    /// Gives a list, or a text with a part in each line.
    pub list: Expression,
    /// The variable that holds the line's part, and the chosen one after that.
    pub name: Located,
}

/// A line of a menu.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The prompt that offers it.
    pub offer: Located,
    /// Its key, where it is not its number.
    pub key: Option<char>,
    /// Where it leads.
    pub target: Target,
}

impl Menu {
    pub(super) const OUTCOMES: &'static [&'static str] = &["no_input", "no_match"];
    const OUTCOMES_OF_LIST: &'static [&'static str] = &["none_left", "no_input", "no_match"];
    /// Outcomes that only a menu of a list has.
    pub(super) const OPTIONAL: &'static [&'static str] = &["none_left"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let listening = Listening::read(fields, FIRST_KEY, reading);
        let list = fields.take("choices_from");
        let name = fields.text("as", reading);
        let choice = fields.take("choice");
        let Some(list) = list else {
            for lost in name.iter().map(|name| &name.span).chain(choice.iter().map(|choice| &choice.span)) {
                let what = "`as` and `choice` belong to `choices_from`";
                reading.fault("missing-field", lost, what, "choices_from: answer.slots, as: slot, choice: { offer: slot, go: step }");
            }
            let choices = fields.need("choices", reading).map(|node| read_choices(node, reading)).unwrap_or_default();
            return Some(Self { listening: listening?, choices, each: None });
        };
        if let Some(choices) = fields.take("choices") {
            let what = "a menu has `choices` or `choices_from`, not both";
            reading.fault("unknown-field", &choices.span, what, "offer the fixed lines in a menu of their own, or bind keys");
        }
        let each = Each { list: read_expression(list, reading)?, name: present("as", name, fields, reading)? };
        let choice = read_choice(present("choice", choice, fields, reading)?, reading)?;
        if choice.key.is_some() {
            reading.fault("unknown-field", &choice.offer.span, "the lines of a list are numbered in order", "leave `key` out");
        }
        Some(Self { listening: listening?, choices: vec![choice], each: Some(each) })
    }

    pub(super) fn outcomes(&self) -> &'static [&'static str] {
        if self.each.is_some() { Self::OUTCOMES_OF_LIST } else { Self::OUTCOMES }
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let lines = match &self.each {
            None => self.keyed().map(|(key, choice)| line(key, choice, None)).collect(),
            Some(each) => self.lines_of(each, stage),
        };
        if lines.is_empty() {
            return Next::Outcome("none_left");
        }
        let takes = Takes::OneOf(lines.iter().map(|line| line.key).collect());
        Next::Listen(Box::new(self.listening.listen(takes, &lines, stage)))
    }

    pub(super) fn heard<'f>(&'f self, pressed: &str, stage: &mut Stage<'f, '_>) -> Next<'f> {
        let chosen = match &self.each {
            None => self.keyed().find(|(key, _)| pressed.chars().eq([*key])).map(|(_, choice)| choice),
            Some(each) => self.chosen_of(each, pressed, stage),
        };
        match chosen {
            Some(choice) => Next::Target(&choice.target),
            None => self.listening.bound(pressed, false, stage.keys).map_or(Next::Outcome("no_match"), follow),
        }
    }

    /// Every line with its key; of a list, the line with the key of its first part.
    pub fn keyed(&self) -> impl Iterator<Item = (char, &Choice)> {
        self.choices.iter().zip('1'..='9').map(|(choice, number)| (choice.key.unwrap_or(number), choice))
    }

    /// The keys that can choose.
    pub fn keys(&self) -> Vec<char> {
        if self.each.is_some() { ('1'..='9').collect() } else { self.keyed().map(|(key, _)| key).collect() }
    }

    /// The parts are kept: what the caller heard is what a key means, whatever the list is by then.
    fn lines_of(&self, each: &Each, stage: &mut Stage<'_, '_>) -> Vec<Line> {
        let parts = parts(stage.evaluate(&each.list).unwrap_or_default());
        let keyed: Vec<(char, String)> = ('1'..='9').zip(parts).collect();
        stage.frame.choices.clone_from(&keyed);
        let of_choice = |choice| keyed.iter().map(move |(key, part)| line(*key, choice, Some((each.name.text.clone(), part.clone()))));
        self.choices.iter().flat_map(of_choice).collect()
    }

    fn chosen_of(&self, each: &Each, pressed: &str, stage: &mut Stage<'_, '_>) -> Option<&Choice> {
        let (_, part) = stage.frame.choices.iter().find(|(key, _)| pressed.chars().eq([*key]))?;
        stage.frame.vars.insert(each.name.text.clone(), Value::from(part.as_str()));
        self.choices.first()
    }
}

fn line(key: char, choice: &Choice, part: Option<(String, String)>) -> Line {
    let language = choice.target.language.as_ref().map(|language| language.text.clone());
    Line { key, prompt: choice.offer.text.clone(), language, method: None, part }
}

/// The parts of a list, or of a text with one in each line; as many as there are keys.
fn parts(list: Value) -> Vec<String> {
    let parts: Vec<String> = match list {
        Value::Array(parts) => parts.iter().map(plain).collect(),
        Value::String(text) => text.lines().map(|part| part.trim().to_owned()).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    parts.into_iter().filter(|part| !part.is_empty()).take(MOST_LINES).collect()
}

fn present<T>(name: &str, field: Option<T>, fields: &Fields, reading: &mut Reading) -> Option<T> {
    if field.is_none() {
        let what = format!("{} has choices_from and lacks the field {name}", fields.what);
        reading.fault("missing-field", &fields.span, what, "choices_from: answer.slots, as: slot, choice: { offer: slot, go: step }");
    }
    field
}

fn read_choices(node: Node, reading: &mut Reading) -> Vec<Choice> {
    let span = node.span.clone();
    let Shape::List(nodes) = node.shape else {
        reading.fault("wrong-type", &span, "choices must be a list", "- { offer: prompt.id, go: step }");
        return Vec::new();
    };
    if nodes.len() > MOST_LINES {
        let hint = "put the rarer ones into a second menu, and offer that one in the last line";
        reading.fault("out-of-bounds", &span, "a menu has at most 9 lines: there are no more keys", hint);
    }
    nodes.into_iter().filter_map(|node| read_choice(node, reading)).collect()
}

fn read_choice(node: Node, reading: &mut Reading) -> Option<Choice> {
    let mut fields = reading.fields(node, "this choice");
    let offer = fields.need_text("offer", reading);
    let key = fields.text("key", reading).and_then(|key| read_key(&key.text, &key.span, reading));
    let target = Target::read_fields(&mut fields, reading);
    fields.finish(reading);
    Some(Choice { offer: offer?, key, target: target? })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_has_as_many_lines_as_there_are_keys() {
        assert_eq!(parts(json!("Monday at nine\n\nTuesday at ten\n")), ["Monday at nine", "Tuesday at ten"]);
        assert_eq!(parts(json!([1, "two"])), ["1", "two"]);
        assert_eq!(parts(json!((1..=12).collect::<Vec<_>>())).len(), 9);
        assert!(parts(Value::Null).is_empty());
    }
}
