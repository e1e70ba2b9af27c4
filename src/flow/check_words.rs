//! Prompts: whatever a step may say exists in every language, and the code stands in messages only.

use crate::finding::nearest;

use super::document::Flow;
use super::method::Method;
use super::reading::{Located, Reading};
use super::step::{Kind, Step};
use super::targets::each_target;
use super::template::Part;

pub(super) fn check_words(flow: &Flow, reading: &mut Reading) {
    let mut said: Vec<(String, Located)> = Vec::new();
    each_target(flow, &mut |target| said.extend(target.say.iter().chain(&target.ask).map(named)));
    said.extend(flow.exits.values().filter_map(|exit| exit.say.as_ref()).map(named));
    flow.steps.values().for_each(|step| said.extend(prompts_of(step)));
    for (id, place) in &said {
        check_prompt(flow, id, place, reading);
    }
    check_translations(flow, reading);
    check_codes(flow, reading);
}

fn named(place: &Located) -> (String, Located) {
    (place.text.clone(), place.clone())
}

/// The prompts that a step itself names.
fn prompts_of(step: &Step) -> Vec<(String, Located)> {
    let mut said = Vec::new();
    if let Some(listening) = step.kind.listening() {
        let family = &listening.ask;
        said.extend(["ask", "no_input", "no_match"].map(|member| (format!("{}.{member}", family.text), family.clone())));
    }
    match &step.kind {
        Kind::Say(say) => said.push(named(&say.prompt)),
        Kind::Menu(menu) => said.extend(menu.choices.iter().map(|choice| named(&choice.offer))),
        Kind::ChooseMethod(choose) => {
            let family = &choose.listening.ask;
            said.extend(Method::ALL.map(|method| (format!("{}.{}", family.text, method.name()), family.clone())));
        }
        Kind::SendCode(send) => {
            let family = &send.message;
            said.extend([Method::Email, Method::Sms].map(|method| (format!("{}.{}", family.text, method.name()), family.clone())));
        }
        Kind::Return(leave) => said.extend(leave.say.as_ref().map(named)),
        Kind::Transfer(transfer) => said.extend(transfer.say.as_ref().map(named)),
        Kind::YesNo(_) | Kind::Collect(_) | Kind::FindMethods(_) | Kind::CheckCode(_) | Kind::ConsentRead(_) | Kind::ConsentSet(_) => {}
        Kind::WebService(_) | Kind::Call(_) | Kind::Require(_) | Kind::Branch(_) | Kind::Set(_) => {}
    }
    said
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
                "add a table under prompts",
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
