//! A name and an address: From, To, Contact, Route, Record-Route, Refer-To (RFC 3261 §20.10, §25.1).

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::str::FromStr;

use super::malformed::Malformed;
use super::params::{self, Params};
use super::token;
use super::uri::Uri;
use super::uri_parts::UriParts;

/// Whom a header names. Parameters after an address without brackets belong to the header (RFC 3261 §20.10).
#[derive(Debug, Clone, PartialEq)]
pub struct NameAddr {
    /// The name to show, without quotation marks.
    pub display: Option<String>,
    /// The address.
    pub uri: Uri,
    /// The header's parameters.
    pub params: Params,
}

/// A name and an address, taken apart and checked, nothing of them copied.
pub(super) struct NameAddrParts<'a> {
    /// As written, with its quotation marks.
    pub display: &'a str,
    pub uri: UriParts<'a>,
    pub params: Cow<'a, str>,
}

/// A Contact: an address, or the `*` of a REGISTER that takes all back (RFC 3261 §10.2.2).
#[derive(Debug, Clone, PartialEq)]
pub enum Contact {
    /// All there are.
    All,
    /// One address.
    One(NameAddr),
}

impl NameAddr {
    /// An address without name and parameters.
    pub fn new(uri: Uri) -> Self {
        Self { display: None, uri, params: Params::default() }
    }

    /// The same with a name to show.
    pub fn with_display(mut self, display: impl Into<String>) -> Self {
        self.display = Some(display.into());
        self
    }

    /// The same with a tag.
    pub fn with_tag(mut self, tag: &str) -> Self {
        self.params.set("tag", tag);
        self
    }

    /// The tag, which tells dialogs apart (RFC 3261 §19.3).
    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag").filter(|tag| !tag.is_empty())
    }
}

impl Contact {
    /// The address, unless it is `*`.
    pub fn address(&self) -> Option<&NameAddr> {
        match self {
            Self::All => None,
            Self::One(address) => Some(address),
        }
    }
}

impl<'a> NameAddrParts<'a> {
    /// Takes `text` apart.
    pub fn read(text: &'a str) -> Result<Self, Malformed> {
        let text = token::trim(text);
        if text.starts_with('"') {
            let (display, rest) = text.split_at(token::quoted_length(text)?);
            return Self::bracketed(display, token::trim(rest));
        }
        let Some(start) = text.bytes().position(|byte| byte == b'<') else { return Self::bare(text) };
        let (display, rest) = text.split_at(start);
        if !display.split_whitespace().all(is_word) {
            return Err(Malformed("name that needs quotation marks"));
        }
        Self::bracketed(token::trim(display), rest)
    }

    /// `<uri>;params`.
    fn bracketed(display: &'a str, text: &'a str) -> Result<Self, Malformed> {
        let Some((uri, Some(rest))) = text.strip_prefix('<').map(|text| token::split_once(text, b'>')) else {
            return Err(Malformed("address without <>"));
        };
        let rest = token::trim(rest);
        let params = match rest.strip_prefix(';') {
            Some(params) if !token::trim(params).is_empty() => params::checked(params)?,
            None if rest.is_empty() => Cow::Borrowed(""),
            Some(_) | None => return Err(Malformed("text after an address")),
        };
        Ok(Self { display, uri: UriParts::read(uri)?, params })
    }

    /// `uri;params`, where the URI can have neither parameters nor headers.
    fn bare(text: &'a str) -> Result<Self, Malformed> {
        let (uri, params) = token::split_once(text, b';');
        if uri.contains(['?', ',']) {
            return Err(Malformed("address that needs <>"));
        }
        let params = match params {
            Some(params) if token::trim(params).is_empty() => return Err(Malformed("parameter without name")),
            Some(params) => params::checked(params)?,
            None => Cow::Borrowed(""),
        };
        Ok(Self { display: "", uri: UriParts::read(token::trim_end(uri))?, params })
    }
}

impl From<NameAddrParts<'_>> for NameAddr {
    fn from(parts: NameAddrParts<'_>) -> Self {
        let display = (!parts.display.is_empty()).then(|| token::unquote(parts.display));
        Self { display, uri: parts.uri.into(), params: parts.params.into() }
    }
}

impl FromStr for NameAddr {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        NameAddrParts::read(text).map(Self::from)
    }
}

impl Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = &self.display {
            write!(f, "{} ", token::quote(display))?;
        }
        f.write_str("<")?;
        self.uri.fmt(f)?;
        f.write_str(">")?;
        self.params.fmt(f)
    }
}

impl FromStr for Contact {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        if is_star(text) { Ok(Self::All) } else { text.parse().map(Self::One) }
    }
}

impl Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::One(address) => write!(f, "{address}"),
        }
    }
}

/// Whether a Contact can be read.
pub(super) fn check_contact(text: &str) -> Result<(), Malformed> {
    if is_star(text) { Ok(()) } else { NameAddrParts::read(text).map(drop) }
}

fn is_star(text: &str) -> bool {
    token::trim(text) == "*"
}

/// Letters beyond ASCII are let in: many telephones send names without quotation marks.
fn is_word(word: &str) -> bool {
    word.bytes().all(|byte| token::is_token_byte(byte) || !byte.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> NameAddr {
        text.parse().unwrap_or_else(|malformed| panic!("{text}: {malformed}"))
    }

    #[test]
    fn parameters_belong_to_what_the_brackets_say() {
        let (bare, bracketed) = (read("sip:a@b;tag=1"), read("<sip:a@b;tag=1>"));

        assert_eq!((bare.tag(), bare.uri.params.get("tag")), (Some("1"), None));
        assert_eq!((bracketed.tag(), bracketed.uri.params.get("tag")), (None, Some("1")));
    }

    #[test]
    fn names_are_read_with_and_without_quotation_marks() {
        assert_eq!(read(r#""Bell, \"Al\"" <sip:a@b>;tag=x"#).display.as_deref(), Some(r#"Bell, "Al""#));
        assert_eq!(read("Anna Müller <sip:a@b>").display.as_deref(), Some("Anna Müller"));
        assert_eq!(read(r#""a" <sip:a@b>  ;  tag = 7"#).to_string(), r#""a" <sip:a@b>;tag=7"#);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in [
            "",
            "\"Mr. J. User <sip:a@b>",
            "Watson, Thomas <sip:a@b>",
            "\"W\" < sip:a@b >",
            "sip:a@b?Route=%3Csip:b%3E",
            "<sip:a@b>;;;;",
            "<sip:a@b",
            "<sip:a@b>x",
            "sip:a@b;",
        ] {
            assert!(wrong.parse::<NameAddr>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_star_is_a_contact_of_its_own() {
        assert_eq!(" * ".parse(), Ok(Contact::All));
        assert!("<sip:a@b>".parse::<Contact>().unwrap().address().is_some());
    }
}
