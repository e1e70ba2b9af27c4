//! Words without quotes that end where YAML sees a comment: callers would hear `press` where the designer wrote `press #1`.

use crate::finding::Finding;

use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let cut = roads.values.iter().filter(|value| loses_words(roads.text.get(value.span.end..).unwrap_or_default()));
    let findings = cut.map(|value| {
        Finding::warning("cut-words", value.span.clone(), "the text ends here, before the # that follows")
            .hint("\" #\" begins a comment: put the text into quotes, or leave a space behind # if a comment is meant")
    });
    findings.collect()
}

/// Whether what follows on the line looks more like words than like a comment: nothing stands between `#` and them.
fn loses_words(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or_default();
    let comment = line.trim_start_matches(' ').strip_prefix('#');
    line.starts_with(' ') && comment.is_some_and(|comment| comment.starts_with(|first: char| first.is_alphanumeric() || first == '*'))
}
