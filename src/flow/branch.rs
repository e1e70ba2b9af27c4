//! `branch`: the first case that holds leads on; the last one has no condition.

use serde_json::Value;

use super::expression::Expression;
use super::expression_file::read_expression;
use super::node::{Node, Shape};
use super::reading::Reading;
use super::stage::{Next, Stage};
use super::target::Target;

/// A step that decides.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The cases in order.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    /// The condition and what it must be; `None`: always.
    pub condition: Option<(Expression, bool)>,
    /// Where it leads.
    pub target: Target,
}

impl Branch {
    pub(super) const OUTCOMES: &'static [&'static str] = &["service_error"];

    pub(super) fn read(node: Node, reading: &mut Reading) -> Option<Self> {
        let span = node.span.clone();
        let Shape::List(nodes) = node.shape else {
            reading.fault("wrong-type", &span, "branch must be a list of cases", "- { when: settings.name == \"value\", go: step }");
            return None;
        };
        let cases: Vec<Case> = nodes.into_iter().filter_map(|node| read_case(node, reading)).collect();
        if cases.last().is_none_or(|last| last.condition.is_some()) {
            reading.fault("open-branch", &span, "the last case must have no condition: somebody may fit none of them", "- { go: step }");
        }
        Some(Self { cases })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        for case in &self.cases {
            let Some((condition, wanted)) = &case.condition else { return Next::Target(&case.target) };
            match stage.evaluate(condition) {
                Ok(value) if value == Value::Bool(*wanted) => return Next::Target(&case.target),
                Ok(_) => {}
                Err(_) => return Next::Outcome("service_error"),
            }
        }
        Next::Outcome("service_error")
    }
}

fn read_case(node: Node, reading: &mut Reading) -> Option<Case> {
    let mut fields = reading.fields(node, "this case");
    let when = fields.take("when").and_then(|node| read_expression(node, reading));
    let unless = fields.take("unless").and_then(|node| read_expression(node, reading));
    let target = Target::read_fields(&mut fields, reading);
    if let (Some(_), Some(unless)) = (&when, &unless) {
        reading.fault("two-conditions", &unless.span, "a case has `when` or `unless`, not both", "join them with && inside `when`");
    }
    fields.finish(reading);
    let condition = when.map(|when| (when, true)).or(unless.map(|unless| (unless, false)));
    Some(Case { condition, target: target? })
}
