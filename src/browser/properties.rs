//! Properties: where they are looked up, and what holds when a page sets none (VoiceXML 2.0 §6.3).

use std::time::Duration;

use super::document::{Property, Surroundings};
use super::time::designation;

/// The properties in force at one place, innermost scope first.
pub(super) struct Properties<'d> {
    scopes: Vec<&'d [Property]>,
}

impl<'d> Properties<'d> {
    /// From the innermost surroundings outward.
    pub fn of(surroundings: impl Iterator<Item = &'d Surroundings>) -> Self {
        Self { scopes: surroundings.map(|surroundings| surroundings.properties.as_slice()).collect() }
    }

    /// The value of `name`; in one scope the last one written wins.
    pub fn value(&self, name: &str) -> Option<&'d str> {
        let mut scopes = self.scopes.iter();
        scopes.find_map(|scope| scope.iter().rev().find(|property| property.name == name)).map(|property| property.value.as_str())
    }

    /// A time; what cannot be read counts as not set.
    pub fn time(&self, name: &str, default: Duration) -> Duration {
        self.value(name).and_then(designation).unwrap_or(default)
    }

    /// `true` or `false`.
    pub fn is_on(&self, name: &str, default: bool) -> bool {
        self.value(name).map_or(default, |value| value == "true")
    }
}
