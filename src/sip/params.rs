//! Parameters after a semicolon, of headers and of URIs, in their order (RFC 3261 §7.3.1, §19.1.1).

use std::borrow::Cow;
use std::fmt;

use super::malformed::Malformed;
use super::token;

/// Names with their values as written (a quoted string keeps its marks); names are the same in any case of letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(
    /// As they are written behind the first semicolon, without blanks.
    String,
);

impl Params {
    /// Reads `a=1;b`, the semicolon in front not included; nothing at all gives none.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        checked(text).map(Self::from)
    }

    /// The value as written; of a name without value the empty text.
    pub fn get(&self, name: &str) -> Option<&str> {
        value_of(&self.0, name)
    }

    /// The value without quotation marks.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(token::unquote)
    }

    /// Whether the name is there, with or without value.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Gives a name its value, in its old place when it had one.
    pub fn set(&mut self, name: &str, value: impl AsRef<str>) {
        self.put(name, Some(value.as_ref()));
    }

    /// Puts a name without value.
    pub fn flag(&mut self, name: &str) {
        self.put(name, None);
    }

    /// Takes a name away.
    pub fn remove(&mut self, name: &str) {
        if self.has(name) {
            self.0 = self.iter().filter(|(known, _)| !known.eq_ignore_ascii_case(name)).collect::<Self>().0;
        }
    }

    /// All names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        parts(&self.0).map(|part| token::split_once(part, b'='))
    }

    fn put(&mut self, name: &str, value: Option<&str>) {
        let Some(first) = self.iter().position(|(known, _)| known.eq_ignore_ascii_case(name)) else {
            return push(&mut self.0, name, value);
        };
        let all = self.iter().enumerate();
        self.0 = all.map(|(at, (known, old))| (known, if at == first { value } else { old })).collect::<Self>().0;
    }
}

impl<'a> FromIterator<(&'a str, Option<&'a str>)> for Params {
    fn from_iter<I: IntoIterator<Item = (&'a str, Option<&'a str>)>>(all: I) -> Self {
        let mut params = Self::default();
        all.into_iter().for_each(|(name, value)| push(&mut params.0, name, value));
        params
    }
}

/// From what [`checked`] gives.
impl From<Cow<'_, str>> for Params {
    fn from(checked: Cow<'_, str>) -> Self {
        Self(checked.into_owned())
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        f.write_str(";")?;
        f.write_str(&self.0)
    }
}

/// Checks `a = 1 ; b`, and gives it without blanks.
pub(super) fn checked(text: &str) -> Result<Cow<'_, str>, Malformed> {
    if token::trim(text).is_empty() {
        return Ok(Cow::Borrowed(""));
    }
    let mut length = 0;
    for part in token::split(text, b';') {
        let (name, value) = parameter(part)?;
        length += 1 + name.len() + value.map_or(0, |value| 1 + value.len());
    }
    // One byte less than counted: no semicolon stands in front.
    if length == text.len() + 1 {
        return Ok(Cow::Borrowed(text));
    }
    let mut bare = String::with_capacity(length);
    for part in token::split(text, b';') {
        let (name, value) = parameter(part)?;
        push(&mut bare, name, value);
    }
    Ok(Cow::Owned(bare))
}

/// The value of a name among parameters that [`checked`] has given; of a name without value the empty text.
pub(super) fn value_of<'a>(checked: &'a str, name: &str) -> Option<&'a str> {
    let mut all = parts(checked).map(|part| token::split_once(part, b'='));
    all.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.unwrap_or_default())
}

fn parts(checked: &str) -> impl Iterator<Item = &str> {
    token::split(checked, b';').filter(|part| !part.is_empty())
}

fn push(text: &mut String, name: &str, value: Option<&str>) {
    if !text.is_empty() {
        text.push(';');
    }
    text.push_str(name);
    if let Some(value) = value {
        text.push('=');
        text.push_str(value);
    }
}

fn parameter(text: &str) -> Result<(&str, Option<&str>), Malformed> {
    let (name, value) = match token::split_once(text, b'=') {
        (name, Some(value)) => (token::trim_end(name), Some(token::trim(value))),
        (name, None) => (name, None),
    };
    if name.is_empty() || name.bytes().any(separates) {
        return Err(Malformed("parameter without name"));
    }
    if let Some(value) = value {
        check_value(value)?;
    }
    Ok((name, value))
}

fn check_value(value: &str) -> Result<(), Malformed> {
    if value.starts_with('"') {
        let whole = token::quoted_length(value)? == value.len();
        return if whole { Ok(()) } else { Err(Malformed("text after a quoted value")) };
    }
    if value.bytes().any(separates) { Err(Malformed("separator in a parameter's value")) } else { Ok(()) }
}

fn separates(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'<' | b'>' | b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_in_any_case_and_keep_their_order() {
        let mut params = Params::parse(r#" a = 1 ; B ; c="x;y" "#).unwrap();

        params.set("A", "2");
        params.flag("d");

        assert_eq!(params.get("b"), Some(""));
        assert_eq!(params.text("C").as_deref(), Some("x;y"));
        assert_eq!(params.to_string(), r#";a=2;B;c="x;y";d"#);
    }

    #[test]
    fn stray_semicolons_and_open_quotes_are_refused() {
        for wrong in [";", "a;;b", "=1", "a=\"x", "a=\"x\"y", "a=b c"] {
            assert!(Params::parse(wrong).is_err(), "{wrong}");
        }
    }
}
