//! A prompt that nobody plays.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::flow::{Method, Part, Prompt};

use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let prompts = &roads.flow.prompts;
    let mut played: BTreeSet<String> = roads.flow.spoken().into_iter().map(|spoken| spoken.id).collect();
    if prompts.tables.values().flat_map(|table| table.values()).any(names_the_target) {
        played.extend(Method::ALL.map(|method| format!("target.{}", method.name())));
    }
    let table = prompts.tables.get(&prompts.default_language).into_iter().flatten();
    table.filter(|(id, _)| !played.contains(*id)).map(|(id, prompt)| finding(id, prompt)).collect()
}

fn finding(id: &str, prompt: &Prompt) -> Finding {
    Finding::warning("unplayed-prompt", prompt.id.span.clone(), format!("nothing plays the prompt {id}"))
        .hint("name it in a step, or remove it in every language")
}

fn names_the_target(prompt: &Prompt) -> bool {
    let target = |part: &Part| matches!(part, Part::Value { root, member, .. } if root == "method" && member == "target");
    prompt.wordings.iter().any(|wording| wording.parts.iter().any(target))
}
