//! What stands below the picture: where outcomes go that no step names, the keys that are live everywhere, and what lines mean.

use crate::flow::{BoundKey, Flow, Go, Target};

/// The lines below the picture: headings and what belongs to them; `pale` when something in it is.
pub(super) fn legend(flow: &Flow, pale: bool) -> Vec<(&'static str, Vec<String>)> {
    let mut otherwise: Vec<_> = flow.otherwise.values().collect();
    otherwise.sort_by_key(|(place, _)| place.span.start);
    let otherwise = otherwise.into_iter().map(|(outcome, target)| format!("{} → {}", outcome.text, words(flow, target))).collect();
    let keys = flow.keys.iter().map(|(key, bound)| format!("{} → {}", key_words(*key), bound_words(flow, bound))).collect();
    let lines = [
        "solid: onwards",
        "dashed: back to an earlier step",
        "dotted: a setting says which exit; drawn is its default",
        "red: something went wrong",
        "pale, untested: no transcript comes here",
    ];
    let shown = if pale { &lines[..] } else { &lines[..lines.len() - 1] };
    let blocks = [
        ("otherwise (+n): outcomes that a step does not name", otherwise),
        ("keys, wherever the flow listens", keys),
        ("lines", shown.iter().map(|line| (*line).to_owned()).collect::<Vec<String>>()),
    ];
    blocks.into_iter().filter(|(_, lines)| !lines.is_empty()).collect()
}

fn words(flow: &Flow, target: &Target) -> String {
    match &target.go {
        Go::Name(name) => name.text.clone(),
        Go::AnswerPath => "the exit that the service names".to_owned(),
        Go::Setting(name) => {
            let setting = flow.settings.iter().find(|setting| setting.name.text == name.text);
            let default = setting.and_then(|setting| setting.kind.default()).and_then(|default| default.as_str().map(str::to_owned));
            format!("{} (setting {})", default.unwrap_or_default(), name.text)
        }
    }
}

fn bound_words(flow: &Flow, bound: &BoundKey) -> String {
    match bound {
        BoundKey::Repeat => "repeat".to_owned(),
        BoundKey::MoreTime => "more time".to_owned(),
        BoundKey::Target(target) => words(flow, target),
    }
}

fn key_words(key: char) -> String {
    match key {
        '*' => "star".to_owned(),
        '#' => "hash".to_owned(),
        digit => digit.to_string(),
    }
}
