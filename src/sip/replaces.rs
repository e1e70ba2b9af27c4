//! Replaces: the dialog whose place an INVITE takes (RFC 3891 §6.1).

use std::fmt;
use std::str::FromStr;

use super::malformed::Malformed;
use super::params::Params;

/// Which dialog is replaced; tags as the receiver sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaces {
    /// Its Call-ID.
    pub call_id: String,
    /// The receiver's own tag.
    pub to_tag: String,
    /// The tag of the side that is replaced.
    pub from_tag: String,
    /// Whether the dialog may be replaced only before it is answered.
    pub early_only: bool,
}

impl FromStr for Replaces {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (call_id, params) = text.split_once(';').ok_or(Malformed("tags missing"))?;
        let params = Params::parse(params)?;
        let tag = |name| params.get(name).map(str::to_owned).ok_or(Malformed("tags missing"));
        Ok(Self {
            call_id: call_id.trim().to_owned(),
            to_tag: tag("to-tag")?,
            from_tag: tag("from-tag")?,
            early_only: params.has("early-only"),
        })
    }
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};to-tag={};from-tag={}", self.call_id, self.to_tag, self.from_tag)?;
        if self.early_only { f.write_str(";early-only") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_is_read_and_written() {
        let text = "98732@sip.example.com;to-tag=1;from-tag=2;early-only";

        assert_eq!(text.parse::<Replaces>().unwrap().to_string(), text);
        assert!("98732@sip.example.com;to-tag=1".parse::<Replaces>().is_err());
    }
}
