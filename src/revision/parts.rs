//! Everything in a flow but its steps, compared.

use std::collections::BTreeMap;

use crate::flow::{Flow, InputKind, Needs, Prompt, RuleDefinition, Setting, SettingKind};

use super::change::{Change, Told, compare};
use super::words;

pub(super) fn title(old: &Flow, new: &Flow) -> Vec<Change> {
    if old.title == new.title { Vec::new() } else { vec![Change::new(false, format!("title: {:?} → {:?}", old.title, new.title))] }
}

pub(super) fn languages(old: &Flow, new: &Flow) -> Vec<Change> {
    let told = |flow: &Flow| -> Told { flow.languages.iter().map(|language| (language.text.clone(), String::new())).collect() };
    let mut changes = compare("language ", &told(old), &told(new), |_| false);
    let (first, now) = (old.languages.first().map(|first| &first.text), new.languages.first().map(|first| &first.text));
    if let (Some(first), Some(now)) = (first, now)
        && first != now
    {
        changes.push(Change::new(false, format!("default language: {first} → {now}")));
    }
    changes
}

pub(super) fn inputs(old: &Flow, new: &Flow) -> Vec<Change> {
    let kind = |kind: InputKind| match kind {
        InputKind::Identity => "identity",
        InputKind::Contact => "contact",
        InputKind::Text => "text",
        InputKind::Number => "number",
        InputKind::Switch => "switch",
    };
    let told = |flow: &Flow| -> Told {
        let inputs = flow.inputs.iter();
        inputs
            .map(|(name, input)| (name.clone(), format!("kind {}, required {}, label {}", kind(input.kind), input.required, input.label)))
            .collect()
    };
    // Whose identity is checked, and whose consent is written, hang on these two.
    let tells_who = |name: &str| {
        let inputs = [old, new].into_iter().filter_map(|flow| flow.inputs.get(name));
        inputs.map(|input| input.kind).any(|kind| matches!(kind, InputKind::Identity | InputKind::Contact))
    };
    compare("input ", &told(old), &told(new), tells_who)
}

pub(super) fn settings(old: &Flow, new: &Flow) -> Vec<Change> {
    let told = |flow: &Flow| -> Told { flow.settings.iter().map(|setting| (setting.name.text.clone(), setting_words(setting))).collect() };
    compare("setting ", &told(old), &told(new), guards)
}

/// Rules, and where callers go whom a limit stopped.
fn guards(name: &str) -> bool {
    RuleDefinition::named(name).is_some() || name.contains("locked") || name.contains("exceeding") || name.contains("skip")
}

fn setting_words(setting: &Setting) -> String {
    let kind = match &setting.kind {
        SettingKind::Number { default, from, to } => format!("default {default}, from {from}, to {to}"),
        SettingKind::Text { default } => format!("default {default:?}"),
        SettingKind::Choice { of, default } => format!("default {default}, of {}", of.join("/")),
        SettingKind::Switch { default } => format!("default {default}"),
        SettingKind::Path { default } => format!("default {default}"),
        SettingKind::Service { optional } => format!("optional {optional}"),
    };
    format!("{kind}, label {}, heading {}", setting.label.replace(", ", " "), setting.heading.replace(", ", " "))
}

pub(super) fn presets(old: &Flow, new: &Flow) -> Vec<Change> {
    let told = |flow: &Flow| -> Told {
        let values = flow
            .presets
            .iter()
            .flat_map(|(preset, values)| values.iter().map(move |(name, value)| (format!("{preset}: {name}"), value.to_string())));
        values.collect()
    };
    compare("preset ", &told(old), &told(new), |name| name.rsplit(": ").next().is_some_and(guards))
}

pub(super) fn exits(old: &Flow, new: &Flow) -> Vec<Change> {
    let needs = |needs: Option<Needs>| match needs {
        Some(Needs::Verified) => "verified",
        Some(Needs::Consent) => "consent",
        None => "nothing",
    };
    let told =
        |flow: &Flow| -> Told { flow.exits.iter().map(|(name, exit)| (name.clone(), format!("needs {}", needs(exit.needs)))).collect() };
    let said = |flow: &Flow| -> Told {
        let say = flow.exits.iter().filter(|(name, _)| old.exits.contains_key(*name) && new.exits.contains_key(*name));
        say.map(|(name, exit)| (name.clone(), format!("saying {}", exit.say.as_ref().map_or("nothing", |say| say.text.as_str())))).collect()
    };
    let mut changes = compare("exit ", &told(old), &told(new), |_| true);
    changes.extend(compare("exit ", &said(old), &said(new), |_| false));
    changes
}

pub(super) fn outputs(old: &Flow, new: &Flow) -> Vec<Change> {
    let told = |flow: &Flow| -> Told { flow.outputs.iter().map(|(name, expression)| (name.clone(), expression.source.clone())).collect() };
    compare("output ", &told(old), &told(new), |_| false)
}

pub(super) fn keys(old: &Flow, new: &Flow) -> Vec<Change> {
    let told = |flow: &Flow| -> Told { flow.keys.iter().map(|(key, bound)| (words::key(*key), words::bound(bound))).collect() };
    compare("key ", &told(old), &told(new), |_| false)
}

pub(super) fn otherwise(old: &Flow, new: &Flow) -> Vec<Change> {
    let told =
        |flow: &Flow| -> Told { flow.otherwise.iter().map(|(outcome, (_, target))| (outcome.clone(), words::target(target))).collect() };
    ways("otherwise", &told(old), &told(new), |outcome| matches!(outcome, "locked" | "sends_exceeded" | "send_limited" | "checks_exceeded"))
}

/// Ways that lead elsewhere than before.
pub(super) fn ways(noun: &str, old: &Told, new: &Told, security: impl Fn(&str) -> bool) -> Vec<Change> {
    let quoted = |name: &str| if name.contains(' ') || name.contains('`') || name == "it" { name.to_owned() } else { format!("`{name}`") };
    let mut changes = Vec::new();
    for (name, before) in old {
        let words = match new.get(name) {
            None => format!("{noun} {} no longer leads to {before}", quoted(name)),
            Some(now) if now != before => format!("{noun} {} now leads to {now}; before to {before}", quoted(name)),
            Some(_) => continue,
        };
        changes.push(Change::new(security(name), words));
    }
    let added = new.iter().filter(|(name, _)| !old.contains_key(*name));
    changes.extend(added.map(|(name, now)| Change::new(security(name), format!("{noun} {} leads to {now}", quoted(name)))));
    changes
}

pub(super) fn wordings(old: &Flow, new: &Flow) -> Vec<Change> {
    let mut changes: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let languages = old.prompts.tables.iter().filter_map(|(language, table)| Some((language, table, new.prompts.tables.get(language)?)));
    for (language, before, now) in languages {
        let ids = before.keys().chain(now.keys().filter(|id| !before.contains_key(*id)));
        for id in ids {
            if let Some(what) = wording(before.get(id), now.get(id)) {
                changes.entry(format!("wording of {id} {what}")).or_default().push(language);
            }
        }
    }
    changes.into_iter().map(|(what, languages)| Change::new(false, format!("{what} in {}", languages.join(", ")))).collect()
}

fn wording(before: Option<&Prompt>, now: Option<&Prompt>) -> Option<&'static str> {
    match (before, now) {
        (Some(before), Some(now)) => (before.wordings != now.wordings).then_some("changed"),
        (Some(_), None) => Some("removed"),
        (None, Some(_)) => Some("added"),
        (None, None) => None,
    }
}
