//! One change, and how two lists of named things are compared.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// One thing that has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What, in words.
    pub what: String,
    /// Whether it bears on who is let through, and how easily.
    pub security: bool,
}

impl Change {
    pub(super) fn new(security: bool, what: impl Into<String>) -> Self {
        Self { what: what.into(), security }
    }

    /// The change as one JSON object.
    pub fn json(&self) -> Value {
        json!({ "change": self.what, "security": self.security })
    }
}

/// Things by name, each told in words.
pub(super) type Told = BTreeMap<String, String>;

/// What was added to, removed from and changed in a list; `noun` says what its things are.
pub(super) fn compare(noun: &str, old: &Told, new: &Told, security: impl Fn(&str) -> bool) -> Vec<Change> {
    let mut changes = Vec::new();
    for (name, told) in old {
        match new.get(name) {
            None => changes.push(Change::new(security(name), format!("{noun}{name} removed"))),
            Some(now) if now != told => changes.push(Change::new(security(name), format!("{noun}{name}: {}", turned(told, now)))),
            Some(_) => {}
        }
    }
    let added = new.keys().filter(|name| !old.contains_key(*name));
    changes.extend(added.map(|name| Change::new(security(name), format!("{noun}{name} added"))));
    changes
}

/// `3 → 5`; only the parts that differ, where both are told in as many parts.
pub(super) fn turned(old: &str, new: &str) -> String {
    let (olds, news): (Vec<&str>, Vec<&str>) = (old.split(", ").collect(), new.split(", ").collect());
    if olds.len() != news.len() {
        return format!("{old} → {new}");
    }
    let differing = olds.iter().zip(&news).filter(|(old, new)| old != new);
    differing
        .map(|(old, new)| match (old.split_once(' '), new.split_once(' ')) {
            (Some((name, old)), Some((same, new))) if name == same => format!("{name} {old} → {new}"),
            _ => format!("{old} → {new}"),
        })
        .collect::<Vec<_>>()
        .join(", ")
}
