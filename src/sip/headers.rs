//! The headers of a message: in order, found by name in any case of letters or by compact form (RFC 3261 §7.3).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::header_name;
use super::malformed::Malformed;
use super::token;

/// Names and values in their order. Names have their usual spelling; values no line breaks, whatever is put in.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(Cow<'static, str>, String)>);

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
    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The values of `name`, one for each line.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        let name = header_name::spelled_out(name);
        self.0.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The values of `name` in all its lines, taken apart at commas.
    pub fn values<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.all(name).flat_map(|line| token::split(line, ',')).filter(|value| !value.is_empty())
    }

    /// Whether a list like Supported or Require names `word`.
    pub fn lists(&self, name: &str, word: &str) -> bool {
        self.values(name).any(|value| value.eq_ignore_ascii_case(word))
    }

    /// Whether there is any.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Adds a header at the end.
    pub fn push(&mut self, name: &str, value: impl fmt::Display) {
        self.0.push(line(name, value));
    }

    /// Adds a header before all others.
    pub fn push_front(&mut self, name: &str, value: impl fmt::Display) {
        self.0.insert(0, line(name, value));
    }

    /// Gives `name` this value alone, in the place of the first it had.
    pub fn set(&mut self, name: &str, value: impl fmt::Display) {
        let line = line(name, value);
        let at = self.0.iter().position(|(known, _)| known.eq_ignore_ascii_case(&line.0)).unwrap_or(self.0.len());
        self.remove(name);
        self.0.insert(at.min(self.0.len()), line);
    }

    /// Gives the first header of `name` this value, and leaves others of that name alone.
    pub fn set_first(&mut self, name: &str, value: impl fmt::Display) {
        let line = line(name, value);
        match self.0.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&line.0)) {
            Some(old) => *old = line,
            None => self.0.push(line),
        }
    }

    /// Takes all headers of `name` away.
    pub fn remove(&mut self, name: &str) {
        let name = header_name::spelled_out(name);
        self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// Takes the first header of `name` away.
    pub fn remove_first(&mut self, name: &str) -> Option<String> {
        let name = header_name::spelled_out(name);
        let at = self.0.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(self.0.remove(at).1)
    }

    /// Adds all headers of `name` that `other` has.
    pub fn copy(&mut self, name: &str, other: &Self) {
        let name = header_name::spelled_out(name);
        self.0.extend(other.0.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).cloned());
    }

    /// All names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_str()))
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first value of `name`, read; `None` when there is none.
    pub fn read<T: FromStr<Err = Malformed>>(&self, name: &str) -> Result<Option<T>, BadHeader> {
        self.get(name).map(|value| value.parse().map_err(|malformed| bad(name, malformed))).transpose()
    }

    /// All values of `name`, read.
    pub fn read_all<T: FromStr<Err = Malformed>>(&self, name: &str) -> Result<Vec<T>, BadHeader> {
        let values = self.all(name).flat_map(|line| token::split(line, ','));
        values.map(|value| value.parse().map_err(|malformed| bad(name, malformed))).collect()
    }
}

/// Shows names only: values may be nobody else's business.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Display for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, value)| write!(f, "{name}: {value}\r\n"))
    }
}

fn bad(name: &str, malformed: Malformed) -> BadHeader {
    BadHeader { name: header_name::usual(name).into_owned(), malformed }
}

/// A line break in a value would begin another header: it becomes a blank.
fn line(name: &str, value: impl fmt::Display) -> (Cow<'static, str>, String) {
    let mut value = value.to_string();
    if value.contains(['\r', '\n']) {
        value = value.replace(['\r', '\n'], " ");
    }
    (header_name::usual(name), value)
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
