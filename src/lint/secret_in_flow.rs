//! A password, key or token in a flow file, where every designer and every repository would read it.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::Finding;

use super::roads::Roads;

/// Names that promise a secret with something behind them, and the looks of well-known tokens; comments are read too.
static SECRETS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let patterns = [
        r#"(?i)\b(?:password|passwd|secret|client_secret|api[_-]?key|access[_-]?key|auth[_-]?token)["']?\s*[:=]\s*["']?[^\s"',{}]{6,}"#,
        r"(?i)\b(?:bearer|basic)\s+[a-z0-9._~+/=-]{12,}",
        r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
        r"\b(?:AKIA[0-9A-Z]{12,}|gh[pousr]_[A-Za-z0-9]{20,}|sk_(?:live|test)_[A-Za-z0-9]{8,}|xox[abp]-[A-Za-z0-9-]{10,})",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
        r"\b[a-z]+://[^\s/:@]+:[^\s/@]+@",
    ];
    patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
});

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let spans = SECRETS.iter().flat_map(|pattern| pattern.find_iter(roads.text)).map(|found| found.range());
    let findings = spans.map(|span| {
        Finding::error("secret-in-flow", span, "this looks like a secret")
            .hint("take it out, change it where it is used, and keep it in callward.toml as env:NAME or file:PATH")
    });
    findings.collect()
}
