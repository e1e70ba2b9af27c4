//! A circle of failures that nobody counts: neither `at_most`, nor the engine, nor the caller's own choice ends it.

use crate::finding::Finding;
use crate::flow::{By, FlowStep, Kind, Way};

use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let circles = roads.circles(|step, way| !is_counted(step) && !way.is_counted() && !way.is_chosen());
    circles
        .into_iter()
        .filter_map(|circle| {
            let steps = circle.iter().filter_map(|number| roads.steps.get(*number));
            let inside = |way: &Way<'_>| !way.is_counted() && roads.steps_at(way).iter().any(|next| circle.contains(next));
            let mut failures = steps.flat_map(|(step, ways)| ways.iter().map(move |way| (*step, way)));
            failures.find(|(step, way)| is_failed(step, way) && inside(way)).map(|(step, way)| finding(step, way))
        })
        .collect()
}

fn finding(step: &FlowStep, way: &Way<'_>) -> Finding {
    let outcome = match way.by {
        By::Outcome(outcome) => outcome,
        By::Any | By::Choice(..) | By::Key(_) | By::Case(_) | By::Return => "any",
    };
    let span = way.target.map_or(&step.id.span, |target| &target.span).clone();
    let what = format!("{outcome} in the step {} leads round and back to it, as often as you like", step.id.text);
    Finding::error("endless-retry", span, what).hint("end it: { go: …, at_most: 2, after_that: agent }")
}

fn is_failed(step: &FlowStep, way: &Way<'_>) -> bool {
    match way.by {
        By::Outcome(outcome) => FlowStep::is_failure(outcome),
        By::Any => !matches!(step.kind, Kind::Say(_) | Kind::Set(_)),
        By::Choice(..) | By::Key(_) | By::Case(_) | By::Return => false,
    }
}

/// Sends and checks are counted by the engine; a branch on a variable or on what is left counts in its own way.
fn is_counted(step: &FlowStep) -> bool {
    let counting = |root: &str| matches!(root, "vars" | "verification" | "methods");
    match &step.kind {
        Kind::SendCode(_) | Kind::CheckCode(_) => true,
        Kind::Branch(_) => step.expressions().iter().any(|condition| condition.names().iter().any(|(root, _)| counting(root))),
        Kind::Say(_) | Kind::Menu(_) | Kind::YesNo(_) | Kind::Collect(_) | Kind::FindMethods(_) | Kind::ChooseMethod(_) => false,
        Kind::ConsentRead(_) | Kind::ConsentSet(_) | Kind::WebService(_) | Kind::Call(_) | Kind::Require(_) => false,
        Kind::Transfer(_) | Kind::Set(_) | Kind::Wait(_) | Kind::Return(_) => false,
    }
}
