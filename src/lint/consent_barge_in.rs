//! Consent asked in words that a key can cut short: who has not heard the question has not agreed to it.

use crate::finding::Finding;
use crate::flow::Kind;

use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (step, _) in &roads.steps {
        let Kind::ConsentSet(set) = &step.kind else { continue };
        let Some(asking) = roads.flow.steps.get(&set.evidence.text) else { continue };
        if asking.kind.listening().is_some_and(|listening| listening.barge_in) {
            let what = format!("the step {} asks for consent, and a key may cut its words short", asking.id.text);
            findings.push(Finding::error("consent-barge-in", asking.id.span.clone(), what).hint("add `barge_in: false` there"));
        }
    }
    findings.dedup();
    findings
}
