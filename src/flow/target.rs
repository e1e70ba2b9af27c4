//! Where to go, and what to say and set on the way there.

use std::ops::Range;

use super::amount::{Amount, Bounds};
use super::expression::Expression;
use super::expression_file::read_expression;
use super::node::{Node, Shape};
use super::reading::{Fields, Located, Reading};

const AT_MOST: Bounds = Bounds::count("at_most", 0, 100, 1);

/// A target: a name alone, or fields.
#[derive(Debug, Clone)]
pub struct Target {
    /// The prompt said on the way.
    pub say: Option<Located>,
    /// Where to.
    pub go: Go,
    /// The prompt with which the next step asks, in place of its own.
    pub ask: Option<Located>,
    /// The language from here on.
    pub language: Option<Located>,
    /// Variables set on the way.
    pub set: Vec<(String, Expression)>,
    /// How often this way may be taken, and where else then.
    pub at_most: Option<(Amount, Box<Target>)>,
    /// Its place in the file.
    pub span: Range<usize>,
}

/// Where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Go {
    /// A step or an exit.
    Name(Located),
    /// The exit that a setting names.
    Setting(Located),
    /// The exit that a service named.
    AnswerPath,
}

impl Go {
    pub(super) fn read(text: Located) -> Self {
        if text.text == "answer.path" {
            return Go::AnswerPath;
        }
        match text.text.strip_prefix("settings.") {
            Some(name) => Go::Setting(Located { text: name.to_owned(), span: text.span.clone() }),
            None => Go::Name(text),
        }
    }
}

impl Target {
    /// The expressions that are evaluated on the way.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let most = self.at_most.as_ref().and_then(|(most, _)| most.expression());
        self.set.iter().map(|(_, expression)| expression).chain(most)
    }

    /// Reads a target in either form.
    pub(super) fn read(node: Node, reading: &mut Reading) -> Option<Self> {
        if matches!(node.shape, Shape::Text { .. }) {
            let span = node.span.clone();
            let go = Go::read(reading.text(node, "a target")?);
            return Some(Self { say: None, go, ask: None, language: None, set: Vec::new(), at_most: None, span });
        }
        let mut fields = reading.fields(node, "this target");
        let target = Self::read_fields(&mut fields, reading);
        fields.finish(reading);
        target
    }

    /// Reads the fields of a target out of a mapping that may hold others too.
    pub(super) fn read_fields(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let say = fields.text("say", reading);
        let ask = fields.text("ask", reading);
        let language = fields.text("language", reading);
        let set = fields.take("set").map(|node| read_set(node, reading)).unwrap_or_default();
        let at_most = read_at_most(fields, reading);
        let span = fields.span.clone();
        let go = Go::read(fields.need_text("go", reading)?);
        Some(Self { say, go, ask, language, set, at_most, span })
    }
}

/// Reads `{ name: expression }`.
pub(super) fn read_set(node: Node, reading: &mut Reading) -> Vec<(String, Expression)> {
    let entries = reading.map(node, "set");
    entries.into_iter().filter_map(|(name, node)| Some((name.text, read_expression(node, reading)?))).collect()
}

fn read_at_most(fields: &mut Fields, reading: &mut Reading) -> Option<(Amount, Box<Target>)> {
    let after_that = fields.take("after_that").and_then(|node| Target::read(node, reading));
    let (name, node) = fields.take_named("at_most")?;
    let most = Amount::of(node, AT_MOST, reading)?;
    let Some(after_that) = after_that else {
        reading.fault(
            "missing-field",
            &name.span,
            "at_most needs after_that",
            "say where callers go once it is used up: after_that: agent",
        );
        return None;
    };
    Some((most, Box::new(after_that)))
}
