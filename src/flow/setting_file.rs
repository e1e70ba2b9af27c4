//! Reads the settings of a flow file: heading, then name, then kind.

use std::ops::Range;

use crate::finding::nearest;

use super::node::{Name, Node};
use super::reading::{Fields, Located, Reading};
use super::rule::{RULES, RuleDefinition};
use super::setting::{Setting, SettingKind};

const KINDS: &[&str] = &["number", "text", "choice", "switch", "path", "service", "rule"];

pub(super) fn read_settings(node: Node, reading: &mut Reading) -> Vec<Setting> {
    let mut settings = Vec::new();
    for (heading, node) in reading.map(node, "settings") {
        for (name, node) in reading.map(node, "the settings under a heading") {
            settings.extend(read_setting(&heading.text, name, node, reading));
        }
    }
    settings
}

fn read_setting(heading: &str, name: Name, node: Node, reading: &mut Reading) -> Option<Setting> {
    let what = format!("the setting {}", name.text);
    let mut body = reading.fields(node, what.clone());
    let Some((kind, node)) = body.only() else {
        reading.fault("no-kind", &body.span, format!("{what} must have exactly one kind"), "write `name: { number: { default: 3, … } }`");
        return None;
    };
    let mut fields = reading.fields(node, what);
    let label = fields.text("label", reading).map_or_else(|| name.text.clone(), |label| label.text);
    let kind = read_kind(&kind, &name, &mut fields, reading);
    fields.finish(reading);
    let name = Located { text: name.text, span: name.span };
    Some(Setting { name, heading: heading.to_owned(), label, kind: kind? })
}

fn read_kind(kind: &Name, name: &Name, fields: &mut Fields, reading: &mut Reading) -> Option<SettingKind> {
    match kind.text.as_str() {
        "number" => read_number(fields, reading),
        "text" => Some(SettingKind::Text { default: fields.text("default", reading).map(|text| text.text).unwrap_or_default() }),
        "choice" => read_choice(fields, reading),
        "switch" => {
            let default = fields.need("default", reading).and_then(|node| reading.switch(node, "default"))?;
            Some(SettingKind::Switch { default })
        }
        "path" => Some(SettingKind::Path { default: fields.need_text("default", reading)?.text }),
        "service" => Some(SettingKind::Service { optional: fields.switch("optional", reading).unwrap_or(false) }),
        "rule" => read_rule(name, fields, reading),
        unknown => {
            let hint = match nearest(unknown, KINDS.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("kinds of settings are {}", KINDS.join(", ")),
            };
            reading.fault("unknown-kind", &kind.span, format!("there is no kind of setting called {unknown}"), hint);
            None
        }
    }
}

fn read_number(fields: &mut Fields, reading: &mut Reading) -> Option<SettingKind> {
    let default = fields.need("default", reading).and_then(|node| reading.number(node, "default"))?;
    let from = fields.number("from", reading).unwrap_or(i64::MIN);
    let to = fields.number("to", reading).unwrap_or(i64::MAX);
    Some(SettingKind::Number { default, from, to })
}

fn read_choice(fields: &mut Fields, reading: &mut Reading) -> Option<SettingKind> {
    let of = fields.need("of", reading).map(|node| reading.texts(node, "of")).unwrap_or_default();
    let default = fields.need_text("default", reading)?;
    let of: Vec<String> = of.into_iter().map(|word| word.text).collect();
    let kind = SettingKind::Choice { of, default: default.text.clone() };
    accept(&kind, &default.text.clone().into(), &default.span, reading);
    Some(kind)
}

/// A rule may be narrowed by the flow, never widened.
fn read_rule(name: &Name, fields: &mut Fields, reading: &mut Reading) -> Option<SettingKind> {
    let Some(rule) = RuleDefinition::named(&name.text) else {
        let hint = match nearest(&name.text, RULES.iter().map(|rule| rule.name)) {
            Some(near) => format!("did you mean {near}?"),
            None => "other settings are number, text, choice, switch, path or service".to_owned(),
        };
        reading.fault("unknown-rule", &name.span, format!("the engine knows no rule called {}", name.text), hint);
        for known in ["default", "from", "to"] {
            fields.take(known);
        }
        return None;
    };
    let widest = SettingKind::of_rule(rule);
    let default = fields.take("default");
    let kind = match widest {
        SettingKind::Number { default, from, to } => SettingKind::Number {
            default,
            from: read_bound(fields, "from", (from, to), reading).unwrap_or(from),
            to: read_bound(fields, "to", (from, to), reading).unwrap_or(to),
        },
        other => other,
    };
    let Some(node) = default else { return Some(kind) };
    let value = node.scalar()?;
    if rule.name == "web_service_timeout_ms" && value.as_i64().is_some_and(|number| number < 15_000) {
        let what = format!("{value} milliseconds look like the wait for a service; this is how long an external code is good for");
        reading.fault("bad-default", &node.span, what, "the wait for a service is http_timeout_ms; this one may be 15000 to 600000");
        return Some(kind);
    }
    accept(&kind, &value, &node.span, reading);
    Some(with_default(kind, &value))
}

fn read_bound(fields: &mut Fields, name: &'static str, (least, most): (i64, i64), reading: &mut Reading) -> Option<i64> {
    let node = fields.take(name)?;
    let span = node.span.clone();
    let number = reading.number(node, name)?;
    if !(least..=most).contains(&number) {
        let hint = format!("the engine allows {least} to {most}; a flow may only narrow that");
        reading.fault("beyond-ceiling", &span, format!("{name}: {number} is beyond what the engine allows"), hint);
    }
    Some(number.clamp(least, most))
}

fn with_default(kind: SettingKind, value: &serde_json::Value) -> SettingKind {
    match kind {
        SettingKind::Number { default, from, to } => SettingKind::Number { default: value.as_i64().unwrap_or(default), from, to },
        SettingKind::Choice { of, default } => SettingKind::Choice { of, default: value.as_str().map_or(default, str::to_owned) },
        SettingKind::Switch { default } => SettingKind::Switch { default: value.as_bool().unwrap_or(default) },
        SettingKind::Text { default } => SettingKind::Text { default: value.as_str().map_or(default, str::to_owned) },
        SettingKind::Path { .. } | SettingKind::Service { .. } => kind,
    }
}

fn accept(kind: &SettingKind, value: &serde_json::Value, span: &Range<usize>, reading: &mut Reading) {
    if let Err((what, hint)) = kind.accept(value, &[]) {
        reading.fault("bad-default", span, format!("the default does not fit: {what}"), hint);
    }
}
