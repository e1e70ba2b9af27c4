//! `menu`: the caller chooses with one key; lines are numbered in order.

use super::keys::read_key;
use super::listening::{Listening, follow};
use super::node::{Node, Shape};
use super::reading::{Fields, Located, Reading};
use super::stage::{Line, Next, Stage};
use super::target::Target;
use super::turn::Takes;

/// A step with a menu.
#[derive(Debug, Clone)]
pub struct Menu {
    /// Question, timers, keys.
    pub listening: Listening,
    /// The lines.
    pub choices: Vec<Choice>,
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

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let listening = Listening::read(fields, 7_000, reading);
        let node = fields.need("choices", reading)?;
        let choices = read_choices(node, reading);
        Some(Self { listening: listening?, choices })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let lines: Vec<Line> = self
            .keyed()
            .map(|(key, choice)| Line {
                key,
                prompt: choice.offer.text.clone(),
                language: choice.target.language.as_ref().map(|language| language.text.clone()),
                method: None,
            })
            .collect();
        let takes = Takes::OneOf(lines.iter().map(|line| line.key).collect());
        Next::Listen(Box::new(self.listening.listen(takes, &lines, stage)))
    }

    pub(super) fn heard<'f>(&'f self, pressed: &str, stage: &Stage<'f, '_>) -> Next<'f> {
        let chosen = self.keyed().find(|(key, _)| pressed.chars().eq([*key]));
        match chosen {
            Some((_, choice)) => Next::Target(&choice.target),
            None => self.listening.bound(pressed, false, stage.keys).map_or(Next::Outcome("no_match"), follow),
        }
    }

    /// Every line with its key.
    pub fn keyed(&self) -> impl Iterator<Item = (char, &Choice)> {
        self.choices.iter().zip('1'..='9').map(|(choice, number)| (choice.key.unwrap_or(number), choice))
    }
}

fn read_choices(node: Node, reading: &mut Reading) -> Vec<Choice> {
    let span = node.span.clone();
    let Shape::List(nodes) = node.shape else {
        reading.fault("wrong-type", &span, "choices must be a list", "- { offer: prompt.id, go: step }");
        return Vec::new();
    };
    if nodes.len() > 9 {
        reading.fault("out-of-bounds", &span, "a menu has at most 9 lines: there are no more keys", "");
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
