//! The headers of a message: in order, found by name in any case of letters or by compact form (RFC 3261 §7.3).

use std::fmt::{self, Write};
use std::ops::Range;
use std::str::FromStr;

use super::header_name::{self, Known, is_same};
use super::malformed::Malformed;
use super::token;

/// Names and values in their order. Names have their usual spelling; values no line breaks, whatever is put in.
#[derive(Clone, Default)]
pub struct Headers {
    /// All values, and the names that we do not know, one behind the other. What was taken away stays in it, unseen.
    text: String,
    lines: Vec<Line>,
}

/// One header.
#[derive(Clone)]
struct Line {
    name: Name,
    /// Where its value stands in the text.
    value: Range<usize>,
}

#[derive(Clone)]
enum Name {
    Known(Known),
    /// Where one that we do not know stands in the text.
    Other(Range<usize>),
}

/// A header that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {malformed}")]
pub struct BadHeader {
    /// Its usual name.
    pub name: String,
    /// What is wrong with it.
    #[source]
    pub malformed: Malformed,
}

impl Headers {
    /// None, with room for these.
    pub(super) fn with_room(lines: usize, bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), lines: Vec::with_capacity(lines) }
    }

    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.position(name).map(|at| self.value(&self.lines[at]))
    }

    /// The first value of a name that we know.
    pub(super) fn first(&self, name: Known) -> Option<&str> {
        self.lines.iter().find(|line| line.bears(name)).map(|line| self.value(line))
    }

    /// The values of `name`, one for each line.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        let known = Known::of(name);
        self.lines.iter().filter(move |line| self.bears(line, known, name)).map(|line| self.value(line))
    }

    /// The values of `name` in all its lines, taken apart at commas.
    pub fn values<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.all(name).flat_map(|line| token::split(line, b',')).filter(|value| !value.is_empty())
    }

    /// Whether a list like Supported or Require names `word`.
    pub fn lists(&self, name: &str, word: &str) -> bool {
        self.values(name).any(|value| value.eq_ignore_ascii_case(word))
    }

    /// Whether there is any.
    pub fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// Adds a header at the end.
    pub fn push(&mut self, name: &str, value: impl fmt::Display) {
        let line = self.write(name, value);
        self.lines.push(line);
    }

    /// Adds a header before all others.
    pub fn push_front(&mut self, name: &str, value: impl fmt::Display) {
        let line = self.write(name, value);
        self.lines.insert(0, line);
    }

    /// Gives `name` this value alone, in the place of the first it had.
    pub fn set(&mut self, name: &str, value: impl fmt::Display) {
        let at = self.position(name).unwrap_or(self.lines.len());
        self.remove(name);
        let line = self.write(name, value);
        self.lines.insert(at.min(self.lines.len()), line);
    }

    /// Gives the first header of `name` this value, and leaves others of that name alone.
    pub fn set_first(&mut self, name: &str, value: impl fmt::Display) {
        let line = self.write(name, value);
        match self.position(name) {
            Some(at) => self.lines[at] = line,
            None => self.lines.push(line),
        }
    }

    /// Gives `name` its first value alone, with more written behind it, which has no line breaks.
    pub(super) fn extend(&mut self, name: Known, more: [&str; 2]) {
        let Some(line) = self.lines.iter().find(|line| line.bears(name)) else { return };
        let start = self.text.len();
        self.text.extend_from_within(line.value.clone());
        more.into_iter().for_each(|part| self.text.push_str(part));
        let mut extended = Some(start..self.text.len());
        self.lines.retain_mut(|line| !line.bears(name) || extended.take().map(|value| line.value = value).is_some());
    }

    /// Takes all headers of `name` away.
    pub fn remove(&mut self, name: &str) {
        while let Some(at) = self.position(name) {
            self.lines.remove(at);
        }
    }

    /// Takes the first header of `name` away.
    pub fn remove_first(&mut self, name: &str) -> Option<String> {
        let line = self.lines.remove(self.position(name)?);
        Some(self.value(&line).to_owned())
    }

    /// Adds all headers of `name` that `other` has.
    pub fn copy(&mut self, name: &str, other: &Self) {
        let known = Known::of(name);
        other.all(name).for_each(|value| self.append(known, name, value));
    }

    /// Adds all headers of a name that we know that `other` has.
    pub(super) fn copy_known(&mut self, name: Known, other: &Self) {
        let lines = other.lines.iter().filter(|line| line.bears(name));
        lines.for_each(|line| self.append(Some(name), name.spelling(), other.value(line)));
    }

    /// All names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines.iter().map(|line| (self.name(line), self.value(line)))
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The first value of `name`, read; `None` when there is none.
    pub fn read<T: FromStr<Err = Malformed>>(&self, name: &str) -> Result<Option<T>, BadHeader> {
        self.get(name).map(|value| value.parse().map_err(|malformed| bad(name, malformed))).transpose()
    }

    /// All values of `name`, read.
    pub fn read_all<T: FromStr<Err = Malformed>>(&self, name: &str) -> Result<Vec<T>, BadHeader> {
        let values = self.all(name).flat_map(|line| token::split(line, b','));
        values.map(|value| value.parse().map_err(|malformed| bad(name, malformed))).collect()
    }

    /// Whether the first value of `name` can be read, when there is one.
    pub(super) fn check(&self, name: Known, check: impl FnOnce(&str) -> Result<(), Malformed>) -> Result<(), BadHeader> {
        self.first(name).map_or(Ok(()), check).map_err(|malformed| bad(name.spelling(), malformed))
    }

    /// Whether all values of `name` can be read.
    pub(super) fn check_all(&self, name: Known, check: impl Fn(&str) -> Result<(), Malformed>) -> Result<(), BadHeader> {
        let lines = self.lines.iter().filter(|line| line.bears(name));
        let mut values = lines.flat_map(|line| token::split(self.value(line), b','));
        values.try_for_each(check).map_err(|malformed| bad(name.spelling(), malformed))
    }

    /// How often each of the headers that we know is there, by its place among them.
    pub(super) fn counts(&self) -> [u16; header_name::COUNT] {
        let mut counts = [0_u16; header_name::COUNT];
        for line in &self.lines {
            if let Name::Known(name) = &line.name {
                counts[name.place()] = counts[name.place()].saturating_add(1);
            }
        }
        counts
    }

    /// Adds a header at the end, which is `known` where we know its name, and whose value is written already, without line breaks.
    pub(super) fn append(&mut self, known: Option<Known>, name: &str, value: &str) {
        debug_assert!(!value.contains(['\r', '\n']), "a line break in a value would begin another header");
        let name = known.map_or_else(|| self.keep(name), Name::Known);
        let start = self.text.len();
        self.text.push_str(value);
        self.lines.push(Line { name, value: start..self.text.len() });
    }

    fn position(&self, name: &str) -> Option<usize> {
        let known = Known::of(name);
        self.lines.iter().position(|line| self.bears(line, known, name))
    }

    /// Whether a line bears a name, which is `known` where we know it.
    fn bears(&self, line: &Line, known: Option<Known>, name: &str) -> bool {
        match (&line.name, known) {
            (_, Some(known)) => line.bears(known),
            (Name::Other(place), None) => is_same(&self.text[place.clone()], name),
            (Name::Known(_), None) => false,
        }
    }

    fn name(&self, line: &Line) -> &str {
        match &line.name {
            Name::Known(name) => name.spelling(),
            Name::Other(place) => &self.text[place.clone()],
        }
    }

    fn value(&self, line: &Line) -> &str {
        &self.text[line.value.clone()]
    }

    /// A line break in a value would begin another header: it becomes a blank.
    fn write(&mut self, name: &str, value: impl fmt::Display) -> Line {
        let name = self.spell(name);
        let start = self.text.len();
        // A text takes all that is written to it.
        let _ = write!(self.text, "{value}");
        if self.text[start..].bytes().any(|byte| matches!(byte, b'\r' | b'\n')) {
            let bare = self.text.split_off(start).replace(['\r', '\n'], " ");
            self.text.push_str(&bare);
        }
        Line { name, value: start..self.text.len() }
    }

    fn spell(&mut self, name: &str) -> Name {
        Known::of(name).map_or_else(|| self.keep(name), Name::Known)
    }

    /// A name that we do not know stays as it is.
    fn keep(&mut self, name: &str) -> Name {
        let start = self.text.len();
        self.text.push_str(name);
        Name::Other(start..self.text.len())
    }
}

impl Line {
    fn bears(&self, name: Known) -> bool {
        matches!(self.name, Name::Known(known) if known == name)
    }
}

impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Headers {}

/// Shows names only: values may be nobody else's business.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Display for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|(name, value)| write!(f, "{name}: {value}\r\n"))
    }
}

fn bad(name: &str, malformed: Malformed) -> BadHeader {
    let spelling = Known::of(name).map(Known::spelling);
    BadHeader { name: spelling.unwrap_or(name).to_owned(), malformed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Headers {
        let mut headers = Headers::default();
        headers.push("v", "SIP/2.0/UDP a");
        headers.push("Via", "SIP/2.0/UDP b");
        headers.push("supported", "100rel, timer");
        headers
    }

    #[test]
    fn headers_are_found_by_any_spelling_of_their_name() {
        let headers = some();

        assert_eq!(headers.get("VIA"), Some("SIP/2.0/UDP a"));
        assert_eq!(headers.all("v").count(), 2);
        assert!(headers.lists("k", "Timer"));
        assert!(!headers.lists("Require", "timer"));
    }

    #[test]
    fn setting_keeps_the_place() {
        let mut headers = some();

        headers.set_first("Via", "c");
        headers.set("Supported", "x");
        headers.set("Via", "d");

        assert_eq!(headers.to_string(), "Via: d\r\nSupported: x\r\n");
    }

    #[test]
    fn a_value_cannot_begin_another_header() {
        let mut headers = Headers::default();

        headers.push("X-Own", "a\r\nVia: evil");

        assert_eq!(headers.to_string(), "X-Own: a  Via: evil\r\n");
    }
}
