//! Takes fields out of a mapping one by one and gathers what is wrong with them.

use std::ops::Range;

use crate::finding::{Finding, nearest};

use super::node::{Name, Node, Shape};

/// Where findings gather while a file is read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub findings: Vec<Finding>,
}

/// The fields of one mapping that nobody has taken yet.
#[derive(Debug)]
pub(super) struct Fields {
    /// What the mapping is, for messages: `the step enter`.
    pub what: String,
    pub span: Range<usize>,
    entries: Vec<(Name, Node)>,
    asked: Vec<&'static str>,
}

/// A text with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The text.
    pub text: String,
    /// Its place in the file, in bytes.
    pub span: Range<usize>,
}

impl Reading {
    pub fn fault(&mut self, rule: &'static str, span: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        self.findings.push(Finding::error(rule, span.clone(), what).hint(hint));
    }

    /// The entries of a mapping, in order.
    pub fn map(&mut self, node: Node, what: &str) -> Vec<(Name, Node)> {
        match node.shape {
            Shape::Map(entries) => entries,
            Shape::List(_) | Shape::Text { .. } => {
                self.fault("wrong-type", &node.span, format!("{what} must be fields, `name: value`"), "");
                Vec::new()
            }
        }
    }

    /// The fields of a mapping.
    pub fn fields(&mut self, node: Node, what: impl Into<String>) -> Fields {
        let what = what.into();
        let span = node.span.clone();
        Fields { entries: self.map(node, &what), what, span, asked: Vec::new() }
    }

    pub fn text(&mut self, node: Node, what: &str) -> Option<Located> {
        match node.shape {
            Shape::Text { text, .. } => Some(Located { text, span: node.span }),
            Shape::List(_) | Shape::Map(_) => {
                self.fault("wrong-type", &node.span, format!("{what} must be a text"), "a text with a comma inside { … } needs quotes");
                None
            }
        }
    }

    /// A text, or a list of texts.
    pub fn texts(&mut self, node: Node, what: &str) -> Vec<Located> {
        match node.shape {
            Shape::List(nodes) => nodes.into_iter().filter_map(|node| self.text(node, what)).collect(),
            Shape::Text { .. } | Shape::Map(_) => self.text(node, what).into_iter().collect(),
        }
    }

    pub fn number(&mut self, node: Node, what: &str) -> Option<i64> {
        let span = node.span.clone();
        let text = self.text(node, what)?.text;
        match text.parse() {
            Ok(number) => Some(number),
            Err(_) => {
                self.fault("wrong-type", &span, format!("{what} must be a whole number, not {text:?}"), "");
                None
            }
        }
    }

    pub fn switch(&mut self, node: Node, what: &str) -> Option<bool> {
        let span = node.span.clone();
        match self.text(node, what)?.text.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            other => {
                self.fault("wrong-type", &span, format!("{what} must be true or false, not {other:?}"), "");
                None
            }
        }
    }
}

/// `15s`, `2m`, `500ms`: in milliseconds.
pub(super) fn milliseconds(text: &str) -> Option<u32> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u32 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "ms" => Some(number),
        "s" => number.checked_mul(1000),
        "m" => number.checked_mul(60_000),
        _ => None,
    }
}

impl Fields {
    /// Takes the field out, if it is there.
    pub fn take(&mut self, name: &'static str) -> Option<Node> {
        self.take_named(name).map(|(_, node)| node)
    }

    /// Takes the field out together with its name.
    pub fn take_named(&mut self, name: &'static str) -> Option<(Name, Node)> {
        self.asked.push(name);
        let at = self.entries.iter().position(|(entry, _)| entry.text == name)?;
        Some(self.entries.remove(at))
    }

    /// Takes the field out and says so when it is missing.
    pub fn need(&mut self, name: &'static str, reading: &mut Reading) -> Option<Node> {
        let node = self.take(name);
        if node.is_none() {
            let hint =
                if name == "go" { "say where callers go, a step or an exit: go: agent".to_owned() } else { format!("add it: {name}: …") };
            reading.fault("missing-field", &self.span, format!("{} lacks the field {name}", self.what), hint);
        }
        node
    }

    pub fn text(&mut self, name: &'static str, reading: &mut Reading) -> Option<Located> {
        self.take(name).and_then(|node| reading.text(node, name))
    }

    pub fn need_text(&mut self, name: &'static str, reading: &mut Reading) -> Option<Located> {
        self.need(name, reading).and_then(|node| reading.text(node, name))
    }

    pub fn switch(&mut self, name: &'static str, reading: &mut Reading) -> Option<bool> {
        self.take(name).and_then(|node| reading.switch(node, name))
    }

    pub fn number(&mut self, name: &'static str, reading: &mut Reading) -> Option<i64> {
        self.take(name).and_then(|node| reading.number(node, name))
    }

    /// The only entry of a mapping that has exactly one, such as `id: { kind: … }`.
    pub fn only(&mut self) -> Option<(Name, Node)> {
        if self.entries.len() == 1 { self.entries.pop() } else { None }
    }

    /// Names what is left: fields that nobody knows.
    pub fn finish(self, reading: &mut Reading) {
        for (name, _) in &self.entries {
            let hint = match nearest(&name.text, self.asked.iter().copied()) {
                Some(known) => format!("did you mean {known}?"),
                None if name.text.contains(' ') => "quote the text: inside { … } a comma ends it".to_owned(),
                None => format!("known fields: {}", self.asked.join(", ")),
            };
            reading.fault("unknown-field", &name.span, format!("{} has no field {}", self.what, name.text), hint);
        }
    }
}
