//! One reading of a configuration: what all its sections share, and what is found wrong on the way.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::environment;
use super::finding::{Finding, Place, nearest};
use super::section::Section;
use super::source::Source;

/// A configuration being read.
///
/// It is walked by hand over `toml`'s tree of spans, not deserialized by serde: serde stops at the first fault, knows no
/// place once a value is in a struct, and cannot ask the environment. What a section asks for is what is known, so no
/// second list of keys is kept.
pub(super) struct Reading<'r> {
    source: Source,
    environment: &'r BTreeMap<String, String>,
    folder: &'r Path,
    findings: RefCell<Vec<(usize, Finding)>>,
    known: RefCell<BTreeSet<String>>,
    unknown: RefCell<Vec<Unknown>>,
}

/// A key that nobody asked for.
pub(super) struct Unknown {
    /// Name of the section, empty for the top.
    pub section: String,
    /// The key.
    pub name: String,
    /// Where the key stands.
    pub span: Range<usize>,
}

impl<'r> Reading<'r> {
    /// Reads `text`, the contents of `file`, and then the environment, by what `read` asks for; relative paths are below
    /// `folder`. Gives what was read, the names of all known keys, and everything that was found wrong.
    pub(super) fn run<T>(
        file: &str,
        text: &str,
        folder: &Path,
        environment: &BTreeMap<String, String>,
        read: impl FnOnce(&Section<'_>) -> T,
    ) -> (T, BTreeSet<String>, Vec<Finding>) {
        let (mut root, faults) = DeTable::parse_recoverable(text);
        let mut source = Source::new(file, text);
        let mut referred = BTreeSet::new();
        survey(root.get_ref(), &source, &mut referred);
        environment::overlay(root.get_mut(), &mut source, environment, &referred);
        let reading =
            Reading { source, environment, folder, findings: RefCell::default(), known: RefCell::default(), unknown: RefCell::default() };
        let value = read(&Section::root(&reading, root.get_ref()));
        if !faults.is_empty() {
            return (value, reading.known.take(), reading.syntax_findings(&faults));
        }
        reading.judge_unknown();
        let mut findings = reading.findings.take();
        findings.sort_by_key(|(at, _)| *at);
        (value, reading.known.take(), findings.into_iter().map(|(_, finding)| finding).collect())
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        self.source.place(span)
    }

    /// Notes what is wrong at `span`, and what to do.
    pub(super) fn complain(&self, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let finding = Finding::new(self.place(span), message).with_help(help);
        self.findings.borrow_mut().push((span.start, finding));
    }

    pub(super) fn know(&self, name: String) {
        self.known.borrow_mut().insert(name);
    }

    pub(super) fn doubt(&self, unknown: Unknown) {
        self.unknown.borrow_mut().push(unknown);
    }

    /// A path as written, below the configuration's folder.
    pub(super) fn path(&self, written: &str) -> PathBuf {
        self.folder.join(written)
    }

    /// What `env:NAME` or `file:PATH` refers to; `None` for any other text.
    pub(super) fn refer(&self, written: &str) -> Option<Result<String, String>> {
        if let Some(name) = written.strip_prefix("env:") {
            let value = self.environment.get(name).cloned();
            return Some(value.ok_or_else(|| format!("the environment variable {name} is not set")));
        }
        let path = self.path(written.strip_prefix("file:")?);
        let contents = std::fs::read_to_string(&path).map_err(|fault| format!("{} cannot be read: {fault}", path.display()));
        Some(contents.map(without_line_end))
    }

    fn syntax_findings(&self, faults: &[toml::de::Error]) -> Vec<Finding> {
        let finding = |fault: &toml::de::Error| {
            let span = fault.span().unwrap_or_default();
            self.source.hide_line(span.start);
            Finding::new(self.place(&span), format!("not TOML: {}", fault.message()))
        };
        faults.iter().map(finding).collect()
    }

    /// Says for each unknown key what was probably meant: a neighbour, or the same key elsewhere.
    fn judge_unknown(&self) {
        let known = self.known.borrow();
        for Unknown { section, name, span } in self.unknown.take() {
            let within = |known: &'_ str| known.rsplit_once('.').map_or(section.is_empty(), |(parent, _)| parent == section);
            let here: Vec<&str> = known.iter().filter(|known| within(known)).map(|known| last(known)).collect();
            let elsewhere = || known.iter().find(|known| last(known) == name);
            let help = match nearest(&name, here.iter().copied()) {
                Some(meant) if self.source.is_environment(&span) => format!("did you mean `{}`?", meant.to_uppercase()),
                Some(meant) => format!("did you mean `{meant}`?"),
                None => match elsewhere() {
                    Some(there) => format!("there is `{there}`"),
                    None => format!("known here: {}", here.join(", ")),
                },
            };
            let table = if section.is_empty() { "at the top".to_owned() } else { format!("in [{section}]") };
            self.complain(&span, format!("unknown key `{name}` {table}"), help);
        }
    }
}

/// Hides every value, and collects the variables that texts refer to.
fn survey(table: &DeTable<'_>, source: &Source, referred: &mut BTreeSet<String>) {
    for value in table.values() {
        survey_value(value, source, referred);
    }
}

fn survey_value(value: &toml::Spanned<DeValue<'_>>, source: &Source, referred: &mut BTreeSet<String>) {
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

fn last(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

fn without_line_end(mut contents: String) -> String {
    let length = contents.strip_suffix("\r\n").or_else(|| contents.strip_suffix('\n')).map_or(contents.len(), str::len);
    contents.truncate(length);
    contents
}
