//! Words that name a digit key where digits are collected, and forget that it needs hash behind it.

use crate::finding::Finding;
use crate::flow::Kind;

use super::key_words::{asking_prompts, named_keys};
use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, (step, _)) in roads.steps.iter().enumerate() {
        let Kind::Collect(collect) = &step.kind else { continue };
        let bound = |key: char| collect.listening.keys.contains_key(&key) || roads.flow.keys.contains_key(&key);
        for prompt in asking_prompts(roads, number, step) {
            let bare = named_keys(prompt).into_iter().filter(|named| named.key.is_ascii_digit() && !named.then_hash);
            for named in bare.filter(|named| bound(named.key)) {
                let what = format!(
                    "{} names the key {} alone, but in the step {} it would count as a digit",
                    prompt.id.text, named.key, step.id.text
                );
                let hint = format!("where digits are collected, say \"press {} and hash\"", named.key);
                findings.push(Finding::error("bare-digit-key", prompt.id.span.clone(), what).hint(hint));
            }
        }
    }
    findings.dedup();
    findings
}
