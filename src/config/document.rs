//! A configuration's text as a whole: parsed, overruled by the environment, and walked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::environment::overlay;
use super::place::Found;
use super::reading::Reading;
use super::section::Section;
use super::source::Source;

/// Reads `text`, the contents of `file`, and the environment by what `read` asks for; relative paths are below `folder`.
/// Gives what was read, to be thrown away unless nothing is wrong, and everything that is wrong.
///
/// The tree of spans that `toml` parses is walked by hand, not deserialized by serde: serde stops at the first fault, knows
/// no place once a value is in a struct, and cannot ask the environment.
pub(super) fn walk<T>(
    file: &Path,
    text: &str,
    folder: &Path,
    environment: &BTreeMap<String, String>,
    read: impl FnOnce(&Section<'_>) -> T,
) -> (T, Vec<Found>) {
    let (mut root, faults) = DeTable::parse_recoverable(text);
    let mut source = Source::new(&file.display().to_string(), text);
    let mut referred = BTreeSet::new();
    survey(root.get_ref(), &source, &mut referred);
    overlay(root.get_mut(), &mut source, environment, &referred);
    let syntax = syntax_findings(&source, &faults);
    let reading = Reading::new(source, folder, environment);
    let value = read(&Section::root(&reading, root.get_ref()));
    let (_, findings) = reading.finish();
    (value, if syntax.is_empty() { findings } else { syntax })
}

fn syntax_findings(source: &Source, faults: &[Error]) -> Vec<Found> {
    let finding = |fault: &Error| {
        let span = fault.span().unwrap_or_default();
        source.hide_line(span.start);
        source.place(&span).finding(format!("not TOML: {}", fault.message()), "")
    };
    faults.iter().map(finding).collect()
}

/// Hides every value, and collects the variables that texts refer to.
fn survey(table: &DeTable<'_>, source: &Source, referred: &mut BTreeSet<String>) {
    for value in table.values() {
        survey_value(value, source, referred);
    }
}

fn survey_value(value: &Spanned<DeValue<'_>>, source: &Source, referred: &mut BTreeSet<String>) {
    match value.get_ref() {
        DeValue::Table(table) => survey(table, source, referred),
        DeValue::Array(array) => array.iter().for_each(|element| survey_value(element, source, referred)),
        DeValue::String(text) => {
            referred.extend(text.strip_prefix("env:").map(str::to_owned));
            source.hide(value.span());
        }
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => source.hide(value.span()),
    }
}
