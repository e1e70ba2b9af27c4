//! A failure that leads to an exit which opens only after success.

use crate::finding::Finding;
use crate::flow::{By, FlowStep, Place};

use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (step, ways) in &roads.steps {
        for way in ways {
            let (By::Outcome(outcome), Some(target)) = (way.by, way.target) else { continue };
            let sealed = |place: &Place<'_>| matches!(place, Place::Exit(exit) if roads.flow.exits.get(*exit).is_some_and(|exit| exit.needs.is_some()));
            // A consent that was read may be there although the status came with another name, and a flow called may have failed on its own terms.
            if FlowStep::is_failure(outcome) && step.kind.outcomes().contains(&outcome) && roads.flow.places(way.go).iter().any(sealed) {
                let what = format!("{outcome} in the step {} leads to an exit that stays shut after a failure", step.id.text);
                findings.push(Finding::error("sealed-exit", target.span.clone(), what).hint("lead it to an exit that needs nothing"));
            }
        }
    }
    findings
}
