//! A name and an address: From, To, Contact, Route, Record-Route, Refer-To (RFC 3261 §20.10, §25.1).

use std::fmt;
use std::str::FromStr;

use super::malformed::Malformed;
use super::params::Params;
use super::token;
use super::uri::Uri;

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

impl FromStr for NameAddr {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let text = text.trim();
        if text.starts_with('"') {
            let (display, rest) = token::take_quoted(text)?;
            return bracketed(Some(display), rest.trim_start());
        }
        let Some(start) = text.find('<') else { return bare(text) };
        let (display, rest) = text.split_at(start);
        let display = display.trim();
        if !display.split_whitespace().all(is_word) {
            return Err(Malformed("name that needs quotation marks"));
        }
        bracketed((!display.is_empty()).then(|| display.to_owned()), rest)
    }
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = &self.display {
            write!(f, "{} ", token::quote(display))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}

impl FromStr for Contact {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        if text.trim() == "*" { Ok(Self::All) } else { text.parse().map(Self::One) }
    }
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::One(address) => write!(f, "{address}"),
        }
    }
}

/// `<uri>;params`.
fn bracketed(display: Option<String>, text: &str) -> Result<NameAddr, Malformed> {
    let (uri, rest) = text.strip_prefix('<').and_then(|text| text.split_once('>')).ok_or(Malformed("address without <>"))?;
    let rest = rest.trim();
    let params = match rest.strip_prefix(';') {
        Some(params) if !params.trim().is_empty() => Params::parse(params)?,
        None if rest.is_empty() => Params::default(),
        Some(_) | None => return Err(Malformed("text after an address")),
    };
    Ok(NameAddr { display, uri: uri.parse()?, params })
}

/// `uri;params`, where the URI can have neither parameters nor headers.
fn bare(text: &str) -> Result<NameAddr, Malformed> {
    let (uri, params) = text.split_once(';').map_or((text, None), |(uri, params)| (uri, Some(params)));
    if uri.contains(['?', ',']) {
        return Err(Malformed("address that needs <>"));
    }
    let params = match params {
        Some(params) if params.trim().is_empty() => return Err(Malformed("parameter without name")),
        Some(params) => Params::parse(params)?,
        None => Params::default(),
    };
    Ok(NameAddr { display: None, uri: uri.trim_end().parse()?, params })
}

/// Letters beyond ASCII are let in: many telephones send names without quotation marks.
fn is_word(word: &str) -> bool {
    let ascii: String = word.chars().filter(char::is_ascii).collect();
    ascii.is_empty() || token::is_token(&ascii)
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
