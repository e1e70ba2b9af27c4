//! A step that no road leads to.

use crate::finding::Finding;

use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let reached = roads.within_reach();
    let lost = roads.steps.iter().enumerate().filter(|(number, _)| !reached.contains(number));
    lost.map(|(_, (step, _))| {
        Finding::error("unreachable-step", step.id.span.clone(), format!("no road leads to the step {}", step.id.text))
            .hint(format!("lead there with `go: {}`, or remove the step", step.id.text))
    })
    .collect()
}
