//! Parameters after a semicolon, of headers and of URIs, in their order (RFC 3261 §7.3.1, §19.1.1).

use std::fmt;

use super::malformed::Malformed;
use super::token;

/// Names with their values as written (a quoted string keeps its marks); names are the same in any case of letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, Option<String>)>);

impl Params {
    /// Reads `a=1;b`, the semicolon in front not included; nothing at all gives none.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        token::split(text, ';').map(parameter).collect::<Result<_, _>>().map(Self)
    }

    /// The value as written; of a name without value the empty text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_deref().unwrap_or_default())
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
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.put(name, Some(value.into()));
    }

    /// Puts a name without value.
    pub fn flag(&mut self, name: &str) {
        self.put(name, None);
    }

    /// Takes a name away.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// All names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_deref()))
    }

    fn put(&mut self, name: &str, value: Option<String>) {
        match self.0.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, value)| match value {
            Some(value) => write!(f, ";{name}={value}"),
            None => write!(f, ";{name}"),
        })
    }
}

fn parameter(text: &str) -> Result<(String, Option<String>), Malformed> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name.trim_end(), Some(value.trim_start())),
        None => (text, None),
    };
    if name.is_empty() || name.chars().any(separates) {
        return Err(Malformed("parameter without name"));
    }
    if let Some(value) = value {
        check_value(value)?;
    }
    Ok((name.to_owned(), value.map(str::to_owned)))
}

fn check_value(value: &str) -> Result<(), Malformed> {
    if value.starts_with('"') {
        let (_, rest) = token::take_quoted(value)?;
        return if rest.is_empty() { Ok(()) } else { Err(Malformed("text after a quoted value")) };
    }
    if value.chars().any(separates) { Err(Malformed("separator in a parameter's value")) } else { Ok(()) }
}

fn separates(character: char) -> bool {
    character.is_ascii_whitespace() || matches!(character, '"' | '<' | '>' | ',')
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
