//! A method on offer: which, and where it leads.

use serde::{Deserialize, Serialize};

use crate::flow::{Method, MethodFacts};

/// A method on offer, with its number or address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Which method.
    pub kind: Method,
    /// E.164 digits or mail address; empty for an authenticator.
    pub target: String,
}

impl Offer {
    /// What may be said of it: the last two digits of a number, nothing of an address.
    pub(super) fn facts(&self) -> MethodFacts {
        let mask = match self.kind {
            Method::Sms => self.target.get(self.target.len().saturating_sub(2)..).unwrap_or_default().to_owned(),
            Method::Email | Method::Authenticator => String::new(),
        };
        MethodFacts { kind: self.kind, mask }
    }
}

impl std::fmt::Debug for Offer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind.name(), crate::secret::mask(&self.target))
    }
}
