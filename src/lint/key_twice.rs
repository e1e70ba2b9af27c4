//! A key with two meanings: two lines of a menu, or a line and a bound key.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::flow::{BoundKey, FlowStep, Keys, Kind};

use super::key_words::{choice_keys, spoken_key};
use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let steps = roads.steps.iter().map(|(step, _)| *step);
    steps.flat_map(|step| twice_in_menu(step).into_iter().chain(bound_and_chosen(roads, step))).collect()
}

fn twice_in_menu(step: &FlowStep) -> Vec<Finding> {
    let Kind::Menu(menu) = &step.kind else { return Vec::new() };
    let mut taken = BTreeSet::new();
    let again = menu.keyed().filter(|(key, _)| !taken.insert(*key)).map(|(key, choice)| {
        let what = format!("two lines of the menu {} have the key {}", step.id.text, spoken_key(key));
        Finding::error("key-twice", choice.offer.span.clone(), what).hint("give each line a key of its own, or leave `key` out")
    });
    again.collect()
}

fn bound_and_chosen(roads: &Roads<'_>, step: &FlowStep) -> Vec<Finding> {
    let Some(listening) = step.kind.listening() else { return Vec::new() };
    let chosen = choice_keys(step);
    let bound = bound(&roads.flow.keys).chain(bound(&listening.keys)).filter(|(key, _)| chosen.contains(key));
    bound
        .map(|(key, target)| {
            let span = target.map_or(&step.id.span, |target| &target.span).clone();
            let what = format!("the key {} is bound, and it is also a choice in the step {}", spoken_key(key), step.id.text);
            Finding::error("key-twice", span, what).hint("bind another key: choices take 1, 2, 3 and so on")
        })
        .collect()
}

fn bound(keys: &Keys) -> impl Iterator<Item = (char, Option<&crate::flow::Target>)> {
    keys.iter().map(|(key, bound)| match bound {
        BoundKey::Target(target) => (*key, Some(target.as_ref())),
        BoundKey::Repeat | BoundKey::MoreTime => (*key, None),
    })
}
