//! `call`: runs another flow; its exits are the outcomes.

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
    /// What its inputs are given.
    pub with: Vec<(String, Expression)>,
}

impl CallFlow {
    /// Outcomes that a flow need not name: a flow that lacks what it needs is not begun.
    pub(super) const OPTIONAL: &'static [&'static str] = &["service_error"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let with = fields.take("with").map(|node| read_set(node, reading)).unwrap_or_default();
        Some(Self { flow: fields.need_text("flow", reading)?, with })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let given = self.with.iter().map(|(name, expression)| (name.clone(), stage.evaluate(expression).unwrap_or(Value::from(""))));
        let inputs: Map<String, Value> = given.collect();
        Next::Run { flow: &self.flow.text, inputs }
    }
}
