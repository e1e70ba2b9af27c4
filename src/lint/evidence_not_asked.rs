//! A consent whose evidence is no question: the engine would never write it.

use crate::finding::{Finding, nearest};
use crate::flow::Kind;

use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let questions = || roads.steps.iter().filter(|(step, _)| matches!(step.kind, Kind::YesNo(_))).map(|(step, _)| step.id.text.as_str());
    let mut findings = Vec::new();
    for (step, _) in &roads.steps {
        let Kind::ConsentSet(set) = &step.kind else { continue };
        if questions().any(|question| question == set.evidence.text) {
            continue;
        }
        let hint = match nearest(&set.evidence.text, questions()) {
            Some(near) => format!("did you mean {near}?"),
            None => "name the yes_no step that asks for the consent".to_owned(),
        };
        let what = format!("{} is no yes_no step, so it can be no evidence", set.evidence.text);
        findings.push(Finding::error("evidence-not-asked", set.evidence.span.clone(), what).hint(hint));
    }
    findings
}
