//! A digit key beside an entry that may be one digit long: `8#` would be both.

use crate::finding::Finding;
use crate::flow::{Amount, Collected, Flow, Kind, SettingKind};

use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (step, _) in &roads.steps {
        let Kind::Collect(collect) = &step.kind else { continue };
        let Collected::Digits(range) = &collect.takes else { continue };
        let keys = roads.flow.keys.keys().chain(collect.listening.keys.keys());
        let digits: Vec<String> = keys.filter(|key| key.is_ascii_digit()).map(char::to_string).collect();
        if !digits.is_empty() && may_be_one(&range.from, roads.flow) {
            let what =
                format!("one digit is enough in the step {}, so {} and hash could be an entry or a key", step.id.text, digits.join(", "));
            let finding = Finding::error("digit-key-beside-short-entry", step.id.span.clone(), what);
            findings.push(finding.hint("take two digits at least, use a menu, or bind star instead of a digit"));
        }
    }
    findings
}

/// Whether fewest digits may be 1: written out, or as a setting allows.
fn may_be_one(from: &Amount, flow: &Flow) -> bool {
    let Some(expression) = from.expression() else { return *from.span().start() <= 1 };
    let Some(name) = expression.source.trim().strip_prefix("settings.") else { return false };
    let setting = flow.settings.iter().find(|setting| setting.name.text == name);
    setting.is_some_and(|setting| matches!(setting.kind, SettingKind::Number { from, .. } if from <= 1))
}
