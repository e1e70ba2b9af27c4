//! One reading of a configuration: what all its sections share, and what is found wrong on the way.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::finding::nearest;

use super::environment::variable;
use super::place::{Found, Place};
use super::source::Source;

/// A configuration being read. What is asked for is what is known: no list of keys is kept beside the reading.
pub(super) struct Reading<'r> {
    source: Source,
    environment: &'r BTreeMap<String, String>,
    folder: &'r Path,
    findings: RefCell<Vec<(usize, Found)>>,
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
    /// A reading of `source`, in which relative paths are below `folder`.
    pub(super) fn new(source: Source, folder: &'r Path, environment: &'r BTreeMap<String, String>) -> Self {
        let (findings, known, unknown) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { source, environment, folder, findings, known, unknown }
    }

    /// Ends the reading: the names of all keys that were asked for, and everything that was found wrong, in its order.
    pub(super) fn finish(self) -> (BTreeSet<String>, Vec<Found>) {
        self.judge_unknown();
        let mut findings = self.findings.into_inner();
        findings.sort_by_key(|(at, _)| *at);
        (self.known.into_inner(), findings.into_iter().map(|(_, finding)| finding).collect())
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        self.source.place(span)
    }

    /// Notes what is wrong at `span`, and what to do.
    pub(super) fn complain(&self, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let finding = self.place(span).finding(message, help);
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

    /// Says for each unknown key what was probably meant: a neighbour, or the same key elsewhere.
    fn judge_unknown(&self) {
        let known = self.known.borrow();
        for Unknown { section, name, span } in self.unknown.take() {
            let within = |known: &'_ str| known.rsplit_once('.').map_or(section.is_empty(), |(parent, _)| parent == section);
            let here: Vec<&str> = known.iter().filter(|known| within(known)).map(|known| last(known)).collect();
            let elsewhere = || known.iter().find(|known| last(known) == name);
            let help = match nearest(&name, here.iter().copied()) {
                Some(meant) if self.source.is_environment(&span) => format!("did you mean `{}`?", variable(&section, meant)),
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

fn last(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

fn without_line_end(mut contents: String) -> String {
    let length = contents.strip_suffix("\r\n").or_else(|| contents.strip_suffix('\n')).map_or(contents.len(), str::len);
    contents.truncate(length);
    contents
}
