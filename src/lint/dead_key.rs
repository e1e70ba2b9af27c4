//! A prompt that names a key which does nothing where the prompt is heard.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::flow::{FlowStep, Kind};

use super::key_words::{asking_prompts, choice_keys, named_keys, spoken_key};
use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, (step, _)) in roads.steps.iter().enumerate().filter(|(_, (step, _))| step.kind.listening().is_some()) {
        let live = live_keys(roads, step);
        for prompt in asking_prompts(roads, number, step) {
            for named in named_keys(prompt).into_iter().filter(|named| !live.contains(&named.key)) {
                let key = spoken_key(named.key);
                let what = format!("{} names the key {key}, which does nothing in the step {}", prompt.id.text, step.id.text);
                let hint = format!("bind it there, `keys: {{ {key}: … }}`, or leave it out of the words");
                findings.push(Finding::error("dead-key", prompt.id.span.clone(), what).hint(hint));
            }
        }
    }
    findings.dedup();
    findings
}

/// The keys that do something: choices, bound keys, and the hash that ends an entry.
fn live_keys(roads: &Roads<'_>, step: &FlowStep) -> BTreeSet<char> {
    let own = step.kind.listening().into_iter().flat_map(|listening| listening.keys.keys());
    let ends_entry = matches!(step.kind, Kind::Collect(_)).then_some('#');
    roads.flow.keys.keys().chain(own).copied().chain(choice_keys(step)).chain(ends_entry).collect()
}
