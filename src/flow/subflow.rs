//! `call`: runs another flow; its exits are the outcomes.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::expression::Expression;
use super::reading::{Fields, Located, Reading};
use super::stage::{Next, Stage};
use super::target::read_set;

/// A step that runs another flow.
#[derive(Debug, Clone)]
pub struct CallFlow {
    /// The flow's name.
    pub flow: Located,
    /// The process whose settings it runs with; else the one of the flow's name, else the flow's own defaults.
    pub process: Option<Located>,
    /// What its inputs are given.
    pub with: Vec<(String, Expression)>,
}

/// The name of a chapter: the flow's, after that of the process whose settings it runs with, where one is named.
pub(super) fn chapter<'f>(flow: &'f str, process: Option<&str>) -> Cow<'f, str> {
    process.map_or(Cow::Borrowed(flow), |process| Cow::Owned(format!("{process}/{flow}")))
}

impl CallFlow {
    /// Outcomes that a flow need not name: a flow that lacks what it needs is not begun.
    pub(super) const OPTIONAL: &'static [&'static str] = &["service_error"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let with = fields.take("with").map(|node| read_set(node, reading)).unwrap_or_default();
        let process = fields.text("process", reading);
        Some(Self { flow: fields.need_text("flow", reading)?, process, with })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let given = self.with.iter().map(|(name, expression)| (name.clone(), stage.evaluate(expression).unwrap_or(Value::from(""))));
        let inputs: Map<String, Value> = given.collect();
        Next::Run { flow: &self.flow.text, process: self.process(), inputs }
    }

    /// The name of its chapter in a book.
    pub fn chapter(&self) -> Cow<'_, str> {
        chapter(&self.flow.text, self.process())
    }

    fn process(&self) -> Option<&str> {
        self.process.as_ref().map(|process| process.text.as_str())
    }
}
