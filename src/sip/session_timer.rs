//! Session-Expires: how long a session lives without a refresh, and who refreshes it (RFC 4028 §4).

use std::fmt;
use std::str::FromStr;

use super::malformed::Malformed;
use super::params::Params;
use super::token;

/// Who refreshes a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresher {
    /// The side that sent the request.
    Uac,
    /// The side that answered it.
    Uas,
}

/// How long a session lives without a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionExpires {
    /// In seconds.
    pub seconds: u32,
    /// Who refreshes it, when that is said.
    pub refresher: Option<Refresher>,
}

impl FromStr for SessionExpires {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (seconds, params) = text.split_once(';').unwrap_or((text, ""));
        let seconds = token::number(seconds.trim()).ok_or(Malformed("not a number"))?;
        let refresher = match Params::parse(params)?.get("refresher").map(str::to_ascii_lowercase).as_deref() {
            Some("uac") => Some(Refresher::Uac),
            Some("uas") => Some(Refresher::Uas),
            Some(_) | None => None,
        };
        Ok(Self { seconds: u32::try_from(seconds).unwrap_or(u32::MAX), refresher })
    }
}

impl fmt::Display for SessionExpires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.refresher {
            Some(Refresher::Uac) => write!(f, "{};refresher=uac", self.seconds),
            Some(Refresher::Uas) => write!(f, "{};refresher=uas", self.seconds),
            None => write!(f, "{}", self.seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_expires_is_read_and_written() {
        let read: SessionExpires = "1800 ; refresher = UAS".parse().unwrap();

        assert_eq!(read, SessionExpires { seconds: 1800, refresher: Some(Refresher::Uas) });
        assert_eq!(read.to_string(), "1800;refresher=uas");
        assert!("soon".parse::<SessionExpires>().is_err());
    }
}
