//! Somebody's phone number in a flow.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::Finding;

use super::roads::Roads;

/// A number in international form, with or without `tel:`; shorter ones are extensions and hotlines.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\+[1-9](?:[ ()./-]?[0-9]){7,14}\b|\btel:\+?[0-9]{6,}").ok());

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let Some(number) = NUMBER.as_ref() else { return Vec::new() };
    let found = roads.values.iter().filter(|value| number.is_match(&value.text));
    found
        .map(|value| {
            Finding::error("phone-number-in-flow", value.span.clone(), "a phone number stands in the flow")
                .hint("make it a setting of the kind `text` that each process fills in, or an input")
        })
        .collect()
}
