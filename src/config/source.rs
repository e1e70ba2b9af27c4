//! The text that a configuration was read from, the file and then the environment, and places in it that show no secret.

use std::cell::RefCell;
use std::ops::Range;

use crate::finding;

use super::place::Place;

/// What a value's letters look like where they may not be read.
const MASK: char = '*';

/// The file's text, followed by one line `NAME=value` for each environment variable that sets a key: so one range of
/// bytes names a place in either.
///
/// Every value is hidden until it was read as something that may be shown: a misspelt password stays as dark as a right one.
#[derive(Debug)]
pub(super) struct Source {
    file: String,
    text: String,
    file_length: usize,
    hidden: RefCell<Vec<Range<usize>>>,
}

impl Source {
    /// The text of the file of this name; a line that belongs to no file begins behind it.
    pub(super) fn new(file: &str, text: &str) -> Self {
        let text = format!("{text}\n");
        Self { file: file.to_owned(), file_length: text.len(), text, hidden: RefCell::default() }
    }

    /// Adds an environment variable; gives where its name begins, and the range of its value.
    pub(super) fn append(&mut self, variable: &str, value: &str) -> (usize, Range<usize>) {
        let start = self.text.len();
        self.text.push_str(&format!("{variable}={value}\n"));
        let value_start = start + variable.len() + 1;
        (start, value_start..value_start + value.len())
    }

    /// Whether this place is an environment variable.
    pub(super) fn is_environment(&self, span: &Range<usize>) -> bool {
        span.start >= self.file_length
    }

    /// Lets no place show these bytes.
    pub(super) fn hide(&self, span: Range<usize>) {
        self.hidden.borrow_mut().push(span);
    }

    /// Lets places show these bytes.
    pub(super) fn reveal(&self, span: &Range<usize>) {
        self.hidden.borrow_mut().retain(|hidden| hidden.start < span.start || hidden.end > span.end);
    }

    /// Hides what may be a value on the line of a syntax error, where nothing tells keys from values.
    pub(super) fn hide_line(&self, at: usize) {
        let line = self.line(at);
        let text = self.text.get(line.clone()).unwrap_or_default();
        let header = if text.trim_start().starts_with('[') { text.len() } else { 0 };
        let shown = text.find('=').map_or(header, |sign| sign + 1);
        self.hide(line.start + shown..line.end);
    }

    /// The place of these bytes, with the line they begin on as it may be shown.
    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        let line = self.line(span.start);
        let environment = self.is_environment(span);
        let lines_before = if environment { 0 } else { self.text.get(..line.start).unwrap_or_default().matches('\n').count() };
        let path = if environment { "environment".to_owned() } else { self.file.clone() };
        let before = "\n".repeat(lines_before) + &self.masked(line.start..span.start);
        let meant = self.masked(span.start..span.end.min(line.end));
        let text = before.clone() + &self.masked(span.start..line.end);
        Place { source: finding::Source { path, text }, span: before.len()..before.len() + meant.len().max(1) }
    }

    fn line(&self, at: usize) -> Range<usize> {
        let (before, after) = self.text.split_at_checked(at).unwrap_or((&self.text, ""));
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let end = after.find('\n').map_or(self.text.len(), |length| before.len() + length);
        start..end
    }

    /// These bytes of one line, letter by letter.
    fn masked(&self, line: Range<usize>) -> String {
        let hidden = self.hidden.borrow();
        let text = self.text.get(line.clone()).unwrap_or_default();
        let is_hidden = |at: usize| hidden.iter().any(|span| span.contains(&(line.start + at)));
        text.char_indices().map(|(at, letter)| if is_hidden(at) { MASK } else { letter }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_value_is_masked_letter_by_letter_and_the_column_stays() {
        let source = Source::new("callward.toml", "first = 1\nkey = 'hüsh' # why\n");
        source.hide(16..23);

        let place = source.place(&(10..13));

        assert_eq!((place.source.text.as_str(), place.span), ("\nkey = ****** # why", 1..4));
    }

    #[test]
    fn an_environment_variable_is_a_line_of_its_own() {
        let mut source = Source::new("callward.toml", "first = 1");
        let (start, value) = source.append("CALLWARD_X", "y");

        assert_eq!(source.place(&(start..start + 10)).source.text, "CALLWARD_X=y");
        assert_eq!(source.place(&value).span, 11..12);
        assert!(source.is_environment(&value));
    }
}
