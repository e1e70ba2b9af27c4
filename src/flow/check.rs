//! What must fit together before a flow can run: every way leads somewhere, every name is known.

use std::collections::BTreeSet;

use crate::finding::nearest;

use super::check_names::check_names;
use super::check_words::check_words;
use super::document::Flow;
use super::reading::{Located, Reading};
use super::setting::SettingKind;
use super::step::{Kind, Step};
use super::target::{Go, Target};
use super::targets::each_target;

pub(super) fn check(flow: &Flow, reading: &mut Reading) {
    if !flow.steps.contains_key(&flow.start.text) {
        let hint = hint(&flow.start.text, flow.steps.keys());
        reading.fault("unknown-step", &flow.start.span, format!("start names {}, which is not a step", flow.start.text), hint);
    }
    for step in flow.steps.values().filter(|step| flow.exits.contains_key(&step.id.text)) {
        reading.fault("name-twice", &step.id.span, format!("{} is both a step and an exit", step.id.text), "rename the step");
    }
    each_target(flow, &mut |target| check_target(flow, target, reading));
    flow.steps.values().for_each(|step| check_outcomes(flow, step, reading));
    check_otherwise(flow, reading);
    check_settings(flow, reading);
    check_names(flow, reading);
    check_words(flow, reading);
}

fn check_target(flow: &Flow, target: &Target, reading: &mut Reading) {
    check_go(flow, &target.go, reading);
    if let Some(language) = &target.language
        && !flow.languages.iter().any(|known| known.text == language.text)
    {
        reading.fault(
            "unknown-language",
            &language.span,
            format!("{} is not a language of this flow", language.text),
            "add it to `languages`",
        );
    }
}

fn check_go(flow: &Flow, go: &Go, reading: &mut Reading) {
    match go {
        Go::Name(name) if !flow.steps.contains_key(&name.text) && !flow.exits.contains_key(&name.text) => {
            let hint = hint(&name.text, flow.steps.keys().chain(flow.exits.keys()));
            reading.fault("unknown-target", &name.span, format!("there is no step and no exit called {}", name.text), hint);
        }
        Go::Setting(name) => check_path_setting(flow, name, reading),
        Go::Name(_) | Go::AnswerPath => {}
    }
}

fn check_path_setting(flow: &Flow, name: &Located, reading: &mut Reading) {
    let setting = flow.settings.iter().find(|setting| setting.name.text == name.text);
    match setting.map(|setting| &setting.kind) {
        Some(SettingKind::Path { .. }) => {}
        Some(_) => reading.fault(
            "not-a-path",
            &name.span,
            format!("the setting {} is no path", name.text),
            "only settings of the kind `path` name an exit",
        ),
        None => {
            let hint = hint(&name.text, flow.settings.iter().map(|setting| &setting.name.text));
            reading.fault("unknown-setting", &name.span, format!("there is no setting called {}", name.text), hint);
        }
    }
}

/// Every outcome that the kind has goes somewhere, and no other is named.
fn check_outcomes(flow: &Flow, step: &Step, reading: &mut Reading) {
    let outcomes = step.kind.outcomes();
    for (outcome, (place, _)) in &step.then {
        let known = step.kind.every_outcome().any(|known| known == outcome);
        if !known && !step.kind.names_its_outcomes() {
            let hint = match nearest(outcome, outcomes.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("its outcomes are {}", outcomes.join(", ")),
            };
            reading.fault("unknown-outcome", &place.span, format!("the step {} has no outcome {outcome}", step.id.text), hint);
        }
    }
    let open: Vec<&str> =
        outcomes.iter().copied().filter(|outcome| step.target(outcome).is_none() && !flow.otherwise.contains_key(*outcome)).collect();
    if matches!(step.kind, Kind::Branch(_)) || open.is_empty() {
        return;
    }
    let hint = format!("say under `then` where each goes, or under `otherwise` for the whole flow: {}: step", open[0]);
    reading.fault("open-outcome", &step.id.span, format!("the step {} does not say where {} goes", step.id.text, open.join(", ")), hint);
}

fn check_otherwise(flow: &Flow, reading: &mut Reading) {
    let known: BTreeSet<&str> = flow.steps.values().flat_map(|step| step.kind.every_outcome()).collect();
    for (outcome, (place, _)) in &flow.otherwise {
        if !known.contains(outcome.as_str()) {
            let hint = hint_words(outcome, known.iter().copied());
            reading.fault("unknown-outcome", &place.span, format!("no step of this flow has the outcome {outcome}"), hint);
        }
    }
}

/// A path setting's default is an exit that anybody may take; presets hold what the settings allow.
fn check_settings(flow: &Flow, reading: &mut Reading) {
    let exits = flow.open_exits();
    for setting in &flow.settings {
        let SettingKind::Path { default } = &setting.kind else { continue };
        if let Err((what, hint)) = setting.kind.accept(&default.as_str().into(), &exits) {
            reading.fault("bad-default", &setting.name.span, format!("the default of {} does not fit: {what}", setting.name.text), hint);
        }
    }
    for (preset, values) in &flow.presets {
        for (name, value) in values {
            let setting = flow.settings.iter().find(|setting| &setting.name.text == name);
            let fault = match setting {
                None => Some(("there is no such setting".to_owned(), hint(name, flow.settings.iter().map(|setting| &setting.name.text)))),
                Some(setting) => setting.kind.accept(value, &exits).err(),
            };
            if let Some((what, hint)) = fault {
                reading.fault("bad-preset", &flow.start.span, format!("the preset {preset} sets {name}: {what}"), hint);
            }
        }
    }
}

fn hint<'n>(written: &str, known: impl Iterator<Item = &'n String>) -> String {
    hint_words(written, known.map(String::as_str))
}

fn hint_words<'n>(written: &str, known: impl Iterator<Item = &'n str>) -> String {
    nearest(written, known).map(|near| format!("did you mean {near}?")).unwrap_or_default()
}
