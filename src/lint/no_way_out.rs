//! Steps from which no road leaves the flow.

use std::collections::BTreeSet;

use crate::finding::Finding;

use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let reached = roads.within_reach();
    let trapped: BTreeSet<usize> = reached.iter().copied().filter(|number| !has_way_out(roads, *number)).collect();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    let mut findings = Vec::new();
    for number in &trapped {
        let Some((step, _)) = roads.steps.get(*number) else { continue };
        if told.contains(number) {
            continue;
        }
        told.extend(roads.reach(*number, |_, _| true));
        let what = format!("who comes to the step {} never gets out: no road from there reaches an exit", step.id.text);
        findings.push(Finding::error("no-way-out", step.id.span.clone(), what).hint("lead one of its outcomes to an exit"));
    }
    findings
}

fn has_way_out(roads: &Roads<'_>, from: usize) -> bool {
    let behind = roads.reach(from, |_, _| true);
    behind.iter().filter_map(|number| roads.steps.get(*number)).any(|(_, ways)| ways.iter().any(|way| roads.leaves(way)))
}
