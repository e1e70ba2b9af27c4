//! Properties: where they are looked up, and what holds when a page sets none (VoiceXML 2.0 §6.3).

use std::time::Duration;

use super::document::{Property, Surroundings};
use super::thrown::{Run, Thrown};
use super::time::designation;

/// What a recogniser is told beside the timers that this browser keeps (§6.3.2): a value that it cannot have is an error all the same.
const FRACTIONS: [&str; 3] = ["confidencelevel", "sensitivity", "speedvsaccuracy"];
const SILENCES: [&str; 2] = ["completetimeout", "incompletetimeout"];
const TIME: &str = "a time such as 3s or 500ms";

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
        self.property(|property| property == name).map(|property| property.value.as_str())
    }

    /// A time.
    pub fn time(&self, name: &str, default: Duration) -> Run<Duration> {
        self.read(name, TIME, designation).map(|time| time.unwrap_or(default))
    }

    /// `true` or `false`.
    pub fn is_on(&self, name: &str, default: bool) -> Run<bool> {
        self.read(name, "true or false", |value| value.parse().ok()).map(|value| value.unwrap_or(default))
    }

    /// A key, or none where the value is empty.
    pub fn key(&self, name: &str, default: char) -> Run<Option<char>> {
        let read = |value: &str| {
            let mut keys = value.chars();
            let key = keys.next();
            (keys.next().is_none() && key.is_none_or(is_key)).then_some(key)
        };
        self.read(name, "one key, or nothing", read).map(|key| key.unwrap_or(Some(default)))
    }

    /// Whether keys, and whether speech are awaited (§6.3.6).
    pub fn input_modes(&self) -> Run<(bool, bool)> {
        let read = |value: &str| {
            let modes: Vec<&str> = value.split_whitespace().collect();
            let is_known = !modes.is_empty() && modes.iter().all(|mode| matches!(*mode, "dtmf" | "voice"));
            is_known.then(|| (modes.contains(&"dtmf"), modes.contains(&"voice")))
        };
        self.read("inputmodes", "dtmf, voice or both", read).map(|modes| modes.unwrap_or((true, true)))
    }

    /// Whether prompts wait for a hotword (§4.1.5.1).
    pub fn is_hotword(&self) -> Run<bool> {
        let read = |value: &str| matches!(value, "speech" | "hotword").then_some(value == "hotword");
        self.read("bargeintype", "speech or hotword", read).map(|is_hotword| is_hotword.unwrap_or(false))
    }

    /// Refuses what no recogniser could be told.
    pub fn check_recogniser(&self) -> Run {
        let fraction = |value: &str| value.parse::<f64>().ok().filter(|number| (0.0..=1.0).contains(number));
        FRACTIONS.iter().try_for_each(|name| self.read(name, "a number from 0.0 to 1.0", fraction).map(drop))?;
        SILENCES.iter().try_for_each(|name| self.read(name, TIME, designation).map(drop))?;
        let results = |value: &str| value.parse::<u32>().ok().filter(|most| *most > 0);
        self.read("maxnbest", "a whole number from 1 up", results).map(drop)
    }

    /// How old a copy of such a resource may be, in seconds, and whether it may be fetched before it is wanted (§6.3.5).
    pub fn age(&self, kind: &str, name: &str) -> Run<Option<u64>> {
        let named = |name: &str| self.property(|property| property.strip_prefix(kind) == Some(name));
        read(named("fetchhint"), "prefetch or safe", |hint| matches!(hint, "prefetch" | "safe").then_some(()))?;
        read(named(name), "a number of seconds", seconds)
    }

    fn read<T>(&self, name: &str, wanted: &str, meaning: impl Fn(&str) -> Option<T>) -> Run<Option<T>> {
        read(self.property(|property| property == name), wanted, meaning)
    }

    fn property(&self, is_meant: impl Fn(&str) -> bool) -> Option<&'d Property> {
        self.scopes.iter().find_map(|scope| scope.iter().rev().find(|property| is_meant(&property.name)))
    }
}

/// A value that is none of its property's is `error.semantic` where it is wanted (§6.3).
fn read<T>(property: Option<&Property>, wanted: &str, meaning: impl Fn(&str) -> Option<T>) -> Run<Option<T>> {
    let Some(Property { name, value }) = property else { return Ok(None) };
    match meaning(value) {
        Some(meaning) => Ok(Some(meaning)),
        None => Err(Thrown::semantic(format!("the property {name} is {value:?}, and must be {wanted}"))),
    }
}

/// A number of seconds, which some pages write with their unit.
pub(super) fn seconds(value: &str) -> Option<u64> {
    let value = value.trim();
    value.strip_suffix('s').unwrap_or(value).parse().ok()
}

/// Whether a telephone has this key.
pub(super) fn is_key(key: char) -> bool {
    matches!(key, '0'..='9' | '*' | '#' | 'A'..='D')
}
