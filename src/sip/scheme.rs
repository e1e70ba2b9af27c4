//! What a URI begins with (RFC 3986 §3.1).

use std::fmt;
use std::str::FromStr;

use super::malformed::Malformed;

/// What a URI begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// `sip:`.
    Sip,
    /// `sips:`, TLS on every hop.
    Sips,
    /// `tel:`, a telephone number.
    Tel,
    /// Any other, in lower case.
    Other(String),
}

impl Scheme {
    /// Whether it names a host: `sip` and `sips`.
    pub(super) fn is_sip(&self) -> bool {
        matches!(self, Self::Sip | Self::Sips)
    }

    /// As it is written.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Sip => "sip",
            Self::Sips => "sips",
            Self::Tel => "tel",
            Self::Other(name) => name,
        }
    }
}

impl FromStr for Scheme {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        if text.eq_ignore_ascii_case("sip") {
            return Ok(Self::Sip);
        }
        let known = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        if !known || !text.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return Err(Malformed("URI without scheme"));
        }
        Ok(match text.to_ascii_lowercase().as_str() {
            "sips" => Self::Sips,
            "tel" => Self::Tel,
            other => Self::Other(other.to_owned()),
        })
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
