//! `set`: writes variables.

use super::expression::Expression;
use super::reading::{Fields, Reading};
use super::stage::{Next, Stage};
use super::target::read_set;

/// A step that writes variables.
#[derive(Debug, Clone)]
pub struct Set {
    /// The variables and what they become.
    pub to: Vec<(String, Expression)>,
}

impl Set {
    pub(super) const OUTCOMES: &'static [&'static str] = &["done"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let node = fields.need("to", reading)?;
        Some(Self { to: read_set(node, reading) })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        write(&self.to, stage);
        Next::Outcome("done")
    }
}

/// Writes variables in order; one whose expression fails becomes empty.
pub(super) fn write(to: &[(String, Expression)], stage: &mut Stage<'_, '_>) {
    for (name, expression) in to {
        let value = stage.evaluate(expression).unwrap_or_default();
        stage.frame.vars.insert(name.clone(), value);
    }
}
