//! Keys that the environment sets: `CALLWARD_HTTP__LISTEN` is `http.listen`, whatever the case.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::source::Source;

const PREFIX: &str = "CALLWARD_";

/// Variables with our prefix that are no keys.
const NO_KEYS: [&str; 2] = ["CALLWARD_CONFORMANCE", "CALLWARD_MASTER_KEY"];

/// One level of a key, with where it stands.
type Level<'v> = (Range<usize>, &'v str);

/// Puts every key that the environment sets into the file's tables, over what the file says; variables that values
/// refer to by `env:` are left out.
pub(super) fn overlay(root: &mut DeTable<'_>, source: &mut Source, environment: &BTreeMap<String, String>, referred: &BTreeSet<String>) {
    for (variable, value) in environment {
        let Some(key) = key_of(variable).filter(|_| !referred.contains(variable)) else {
            continue;
        };
        let (start, value_span) = source.append(variable, value);
        source.hide(value_span.clone());
        let levels = levels(key, start + PREFIX.len());
        put(root, &levels, Spanned::new(value_span, DeValue::String(value.clone().into())));
    }
}

/// The variable that sets a key of a section.
pub(super) fn variable(section: &str, key: &str) -> String {
    let section = section.replace(['.', '['], "__").replace(']', "");
    let separator = if section.is_empty() { "" } else { "__" };
    format!("{PREFIX}{section}{separator}{key}").to_uppercase()
}

fn key_of(variable: &str) -> Option<&str> {
    let (prefix, key) = variable.split_at_checked(PREFIX.len())?;
    let is_key = prefix.eq_ignore_ascii_case(PREFIX) && !NO_KEYS.contains(&variable);
    is_key.then_some(key)
}

fn levels(key: &str, start: usize) -> Vec<Level<'_>> {
    let mut at = start;
    let level = |name| {
        let span = at..at + str::len(name);
        at = span.end + 2;
        (span, name)
    };
    key.split("__").map(level).collect()
}

fn put<'i>(table: &mut DeTable<'i>, levels: &[Level<'_>], value: Spanned<DeValue<'i>>) {
    let [(span, name), deeper @ ..] = levels else {
        return;
    };
    let written = table.keys().find(|key| key.get_ref().eq_ignore_ascii_case(name)).map(|key| key.get_ref().clone());
    let key = Spanned::new(span.clone(), written.unwrap_or_else(|| name.to_lowercase().into()));
    match deeper {
        [] => {
            table.remove(&key);
            table.insert(key, value);
        }
        [(_, next), ..] => {
            let inner = table.entry(key).or_insert_with(|| Spanned::new(span.clone(), empty(next)));
            put_into(inner.get_mut(), deeper, value);
        }
    }
}

/// Goes on below `inner`; a plain value that stands where a table should is left for the reader to find.
fn put_into<'i>(inner: &mut DeValue<'i>, levels: &[Level<'_>], value: Spanned<DeValue<'i>>) {
    match inner {
        DeValue::Table(table) => put(table, levels, value),
        DeValue::Array(array) => put_at(array, levels, value),
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}

/// `PROCESSES__0__CODE`: the element of that number, or the one behind the last.
fn put_at<'i>(array: &mut DeArray<'i>, levels: &[Level<'_>], value: Spanned<DeValue<'i>>) {
    let [(span, number), deeper @ ..] = levels else {
        return;
    };
    let number = number.parse().unwrap_or(usize::MAX).min(array.len());
    if number == array.len() {
        array.push(Spanned::new(span.clone(), DeValue::Table(DeTable::new())));
    }
    match (array.get_mut(number), deeper) {
        (Some(element), []) => *element = value,
        (Some(element), _) => put_into(element.get_mut(), deeper, value),
        (None, _) => {}
    }
}

/// What holds a level called `name`: a list when that is a number.
fn empty<'i>(name: &str) -> DeValue<'i> {
    match name.parse::<usize>() {
        Ok(_) => DeValue::Array(DeArray::new()),
        Err(_) => DeValue::Table(DeTable::new()),
    }
}
