//! A circle in which nobody speaks: the engine would break it off, and the caller would hear an apology.

use crate::finding::Finding;
use crate::flow::{By, FlowStep, Kind, Way};

use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let circles = roads.circles(|step, way| !may_speak(step, way) && !way.speaks());
    let described = circles.into_iter().filter_map(|circle| {
        let steps: Vec<&FlowStep> = circle.iter().filter_map(|number| roads.steps.get(*number)).map(|(step, _)| *step).collect();
        let first = steps.first()?;
        let names: Vec<&str> = steps.iter().map(|step| step.id.text.as_str()).collect();
        let what = format!("nobody speaks on the way round from {} back to {}", names.join(", "), first.id.text);
        Some(
            Finding::error("silent-circle", first.id.span.clone(), what).hint("lead out of the circle, or let it ask the caller something"),
        )
    });
    described.collect()
}

/// Whether callers hear or do something whenever they pass. `choose_method` passes by a single method without a word, and `wait`
/// where what it waits for is so already.
fn may_speak(step: &FlowStep, way: &Way<'_>) -> bool {
    match &step.kind {
        kind if kind.meanwhile().is_some() => true,
        Kind::Wait(_) => matches!(way.by, By::Outcome("timed_out") | By::Key(_)),
        Kind::Say(_) | Kind::Menu(_) | Kind::YesNo(_) | Kind::Collect(_) | Kind::Call(_) | Kind::Transfer(_) => true,
        Kind::ChooseMethod(choose) => choose.only_others,
        Kind::FindMethods(_) | Kind::SendCode(_) | Kind::CheckCode(_) | Kind::ConsentRead(_) | Kind::ConsentSet(_) => false,
        Kind::WebService(_) | Kind::Require(_) | Kind::Branch(_) | Kind::Set(_) | Kind::Return(_) => false,
    }
}
