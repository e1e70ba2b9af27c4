//! A key that leads somewhere though no words tell anybody.

use std::ops::Range;

use crate::finding::Finding;
use crate::flow::{BoundKey, Keys, Prompt};

use super::key_words::{asking_prompts, named_keys, spoken_key};
use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let listens = roads.steps.iter().any(|(step, _)| step.kind.listening().is_some());
    let mut findings = Vec::new();
    if listens {
        let all: Vec<&Prompt> = roads.flow.prompts.tables.values().flat_map(|table| table.values()).collect();
        findings.extend(unnamed(&roads.flow.keys, &all).map(|(key, span)| finding(key, span, "of this flow")));
    }
    for (number, (step, _)) in roads.steps.iter().enumerate() {
        let Some(listening) = step.kind.listening() else { continue };
        let prompts = asking_prompts(roads, number, step);
        let place = format!("heard in the step {}", step.id.text);
        findings.extend(unnamed(&listening.keys, &prompts).map(|(key, span)| finding(key, span, &place)));
    }
    findings
}

/// Bound keys that lead somewhere and that none of the prompts names.
fn unnamed<'k>(keys: &'k Keys, prompts: &[&Prompt]) -> impl Iterator<Item = (char, Range<usize>)> + use<'k> {
    let named: Vec<char> = prompts.iter().flat_map(|prompt| named_keys(prompt)).map(|named| named.key).collect();
    keys.iter().filter_map(move |(key, bound)| match bound {
        BoundKey::Target(target) if !named.contains(key) => Some((*key, target.span.clone())),
        BoundKey::Target(_) | BoundKey::Repeat | BoundKey::MoreTime => None,
    })
}

fn finding(key: char, span: Range<usize>, place: &str) -> Finding {
    let key = spoken_key(key);
    Finding::warning("silent-key", span, format!("the key {key} leads somewhere, but no words {place} name it"))
        .hint(format!("tell callers, as in \"press {key}\", at least when they hesitate"))
}
