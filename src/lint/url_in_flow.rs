//! A web address in a flow: it differs from tenant to tenant, and from test to production.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::Finding;

use super::roads::Roads;

static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\b(?:https?|ftp|ldaps?|smtps?)://|\bwww\.").ok());

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let Some(address) = ADDRESS.as_ref() else { return Vec::new() };
    let found = roads.values.iter().filter(|value| address.is_match(&value.text));
    found
        .map(|value| {
            Finding::error("url-in-flow", value.span.clone(), "a web address stands in the flow")
                .hint("make it a setting of the kind `service`, and name its test and production URL in the process")
        })
        .collect()
}
