//! The settings a flow declares, and what a process makes of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::finding::nearest;

use super::reading::Located;
use super::rule::{RuleDefinition, RuleKind, Rules};

/// A setting as the flow declares it.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its name.
    pub name: Located,
    /// The heading it stands under on a form.
    pub heading: String,
    /// What the form calls it.
    pub label: String,
    /// What it may hold.
    pub kind: SettingKind,
}

/// What a setting may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingKind {
    /// A whole number within bounds.
    Number {
        /// Where nobody says.
        default: i64,
        /// Smallest.
        from: i64,
        /// Largest.
        to: i64,
    },
    /// Any text.
    Text {
        /// Where nobody says.
        default: String,
    },
    /// One of some words.
    Choice {
        /// The words.
        of: Vec<String>,
        /// Where nobody says.
        default: String,
    },
    /// Yes or no.
    Switch {
        /// Where nobody says.
        default: bool,
    },
    /// An exit that needs nothing.
    Path {
        /// Where nobody says.
        default: String,
    },
    /// A web service with its test and production URL; the tenant's own.
    Service {
        /// Whether the flow can do without.
        optional: bool,
    },
}

/// The settings of one process: the flow's defaults, a preset and what the process says itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Every declared setting that holds a value.
    pub values: Map<String, Value>,
    /// The engine's own rules.
    pub rules: Rules,
    /// The exits that the tenant adds.
    pub paths: BTreeSet<String>,
    /// The web services that the process names, by setting.
    pub services: BTreeMap<String, ServiceUrls>,
}

/// The addresses of a web service of the customer's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUrls {
    /// For production calls.
    pub production: String,
    /// For test calls; empty where there is none.
    pub test: String,
}

/// A setting that a process may not have like this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingFault {
    /// The setting's name.
    pub name: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

/// What a process says beside the flow's defaults.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Name of a preset of the flow.
    pub preset: Option<String>,
    /// Values by name.
    pub values: Map<String, Value>,
    /// The exits that the tenant adds.
    pub paths: BTreeSet<String>,
}

impl SettingKind {
    /// The kind that a rule's definition amounts to, narrowed by nobody.
    pub(super) fn of_rule(rule: &RuleDefinition) -> Self {
        match rule.kind {
            RuleKind::Number { from, to, default } => SettingKind::Number { default, from, to },
            RuleKind::Choice { of, default } => {
                SettingKind::Choice { of: of.iter().map(|word| (*word).to_owned()).collect(), default: default.to_owned() }
            }
            RuleKind::Switch { default } => SettingKind::Switch { default },
            RuleKind::Text { default } => SettingKind::Text { default: default.to_owned() },
        }
    }

    /// What holds where nobody says.
    pub fn default(&self) -> Option<Value> {
        match self {
            SettingKind::Number { default, .. } => Some(json!(default)),
            SettingKind::Text { default } | SettingKind::Choice { default, .. } | SettingKind::Path { default } => Some(json!(default)),
            SettingKind::Switch { default } => Some(json!(default)),
            SettingKind::Service { .. } => Some(json!({ "given": false })),
        }
    }

    /// Checks a value; `Err` says what is wrong and what would be right.
    pub fn accept(&self, value: &Value, exits: &[&str]) -> Result<(), (String, String)> {
        match self {
            SettingKind::Number { from, to, .. } => match value.as_i64() {
                Some(number) if (*from..=*to).contains(&number) => Ok(()),
                Some(number) => Err((format!("{number} is out of bounds"), format!("it may be {from} to {to}"))),
                None => Err((format!("{value} is not a whole number"), format!("it may be {from} to {to}"))),
            },
            SettingKind::Text { .. } => match value.is_string() {
                true => Ok(()),
                false => Err((format!("{value} is not a text"), "put it in quotes".to_owned())),
            },
            SettingKind::Choice { of, .. } => {
                let of: Vec<&str> = of.iter().map(String::as_str).collect();
                accept_word(value, &of)
            }
            SettingKind::Switch { .. } => match value.is_boolean() {
                true => Ok(()),
                false => Err((format!("{value} is neither true nor false"), String::new())),
            },
            SettingKind::Path { .. } => accept_word(value, exits),
            SettingKind::Service { .. } => match ServiceUrls::of(value) {
                Some(_) => Ok(()),
                None => Err((format!("{value} names no service"), "{ production = \"https://…\", test = \"https://…\" }".to_owned())),
            },
        }
    }
}

fn accept_word(value: &Value, known: &[&str]) -> Result<(), (String, String)> {
    let Some(word) = value.as_str() else {
        return Err((format!("{value} is not a text"), format!("it may be {}", known.join(", "))));
    };
    if known.contains(&word) {
        return Ok(());
    }
    let hint = match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("it may be {}", known.join(", ")),
    };
    Err((format!("{word:?} is not known"), hint))
}

impl ServiceUrls {
    /// A table with `production`, and `test` where test calls may use it.
    fn of(value: &Value) -> Option<Self> {
        let table = value.as_object().filter(|table| table.keys().all(|key| matches!(key.as_str(), "production" | "test")))?;
        let url = |key: &str| table.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let production = url("production");
        (!production.is_empty()).then(|| Self { production, test: url("test") })
    }
}

impl Settings {
    /// Puts flow, preset and process together.
    pub(super) fn resolve(
        declared: &[Setting],
        presets: &BTreeMap<String, Map<String, Value>>,
        exits: &[&str],
        overrides: &Overrides,
    ) -> Result<Self, Vec<SettingFault>> {
        let mut faults = Vec::new();
        let mut values: Map<String, Value> =
            declared.iter().filter_map(|setting| Some((setting.name.text.clone(), setting.kind.default()?))).collect();
        if let Some(preset) = &overrides.preset {
            match presets.get(preset) {
                Some(preset) => values.extend(preset.clone()),
                None => faults.push(SettingFault {
                    name: "preset".to_owned(),
                    what: format!("there is no preset {preset:?}"),
                    hint: format!("presets of this flow: {}", presets.keys().cloned().collect::<Vec<_>>().join(", ")),
                }),
            }
        }
        let exits: Vec<&str> = exits.iter().copied().chain(overrides.paths.iter().map(String::as_str)).collect();
        let mut services = BTreeMap::new();
        for (name, value) in &overrides.values {
            match check_override(declared, name, value, &exits) {
                Ok(()) => match ServiceUrls::of(value) {
                    Some(urls) => {
                        services.insert(name.clone(), urls);
                        values.insert(name.clone(), json!({ "given": true }));
                    }
                    None => {
                        values.insert(name.clone(), value.clone());
                    }
                },
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let rules = Rules::from_values(&values);
        Ok(Self { values, rules, paths: overrides.paths.clone(), services })
    }
}

fn check_override(declared: &[Setting], name: &str, value: &Value, exits: &[&str]) -> Result<(), SettingFault> {
    let kind = match declared.iter().find(|setting| setting.name.text == name) {
        Some(setting) => setting.kind.clone(),
        None => match RuleDefinition::named(name) {
            Some(rule) => SettingKind::of_rule(rule),
            None => return Err(unknown_setting(declared, name)),
        },
    };
    kind.accept(value, exits).map_err(|(what, hint)| SettingFault { name: name.to_owned(), what, hint })
}

fn unknown_setting(declared: &[Setting], name: &str) -> SettingFault {
    let hint = match nearest(name, declared.iter().map(|setting| setting.name.text.as_str())) {
        Some(near) => format!("did you mean {near}?"),
        None => "`settings` of the flow file lists what there is".to_owned(),
    };
    SettingFault { name: name.to_owned(), what: "the flow has no such setting".to_owned(), hint }
}
