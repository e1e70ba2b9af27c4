//! Prompts: whatever a step may say exists in every language, and the code stands in messages only.

use crate::finding::nearest;

use super::document::Flow;
use super::reading::{Located, Reading};
use super::spoken::Spoken;
use super::step::Kind;
use super::template::Part;

pub(super) fn check_words(flow: &Flow, reading: &mut Reading) {
    for Spoken { id, place } in &flow.spoken() {
        check_prompt(flow, id, place, reading);
    }
    check_translations(flow, reading);
    check_codes(flow, reading);
}

fn check_prompt(flow: &Flow, id: &str, place: &Located, reading: &mut Reading) {
    for language in &flow.languages {
        let Some(table) = flow.prompts.tables.get(&language.text) else { continue };
        if table.contains_key(id) {
            continue;
        }
        let hint = match nearest(id, table.keys().map(String::as_str)) {
            Some(near) => format!("did you mean {near}? or add `{id}: …` under prompts, {}", language.text),
            None => format!("add `{id}: …` under prompts, {}", language.text),
        };
        reading.fault("missing-prompt", &place.span, format!("there is no prompt {id} in {}", language.text), hint);
    }
}

/// Every language has a table, and every table every id.
fn check_translations(flow: &Flow, reading: &mut Reading) {
    for language in &flow.languages {
        let Some(table) = flow.prompts.tables.get(&language.text) else {
            reading.fault(
                "missing-language",
                &language.span,
                format!("no prompts are written in {}", language.text),
                format!("add a table `{}:` under prompts, with every id that the other languages have", language.text),
            );
            continue;
        };
        for (other, other_table) in flow.prompts.tables.iter().filter(|(other, _)| **other != language.text) {
            for (id, prompt) in other_table.iter().filter(|(id, _)| !table.contains_key(*id)) {
                let what = format!("{id} is written in {other} but not in {}", language.text);
                reading.fault("missing-translation", &prompt.id.span, what, format!("add it under prompts, {}", language.text));
            }
        }
    }
}

/// `{code}` may stand in messages only: nobody reads a code aloud.
fn check_codes(flow: &Flow, reading: &mut Reading) {
    let families: Vec<&str> = flow
        .steps
        .values()
        .filter_map(|step| match &step.kind {
            Kind::SendCode(send) => Some(send.message.text.as_str()),
            _ => None,
        })
        .collect();
    for prompt in flow.prompts.tables.values().flat_map(|table| table.values()) {
        let message = families.iter().any(|family| prompt.id.text.strip_prefix(family).is_some_and(|rest| rest.starts_with('.')));
        let codes: Vec<usize> =
            prompt.wordings.iter().map(|wording| wording.parts.iter().filter(|part| **part == Part::Code).count()).collect();
        if !message && codes.iter().any(|count| *count > 0) {
            reading.fault(
                "code-spoken",
                &prompt.id.span,
                format!("{} would read the code aloud", prompt.id.text),
                "{code} stands in messages only",
            );
        }
        if message && codes.iter().any(|count| *count != 1) {
            reading.fault("message-without-code", &prompt.id.span, format!("{} must hold {{code}} exactly once", prompt.id.text), "");
        }
    }
}
