//! The ways of finding out who is calling, and how much each is worth.

use serde::{Deserialize, Serialize};

/// A way of verifying a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// A code by e-mail.
    Email,
    /// A code by text message.
    Sms,
    /// A code that an app of the customer's shows.
    Authenticator,
}

/// How much a method is worth (AMB-22).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// E-mail.
    Low,
    /// Text message.
    Medium,
    /// Authenticator.
    High,
}

impl Method {
    /// Every method.
    pub const ALL: [Method; 3] = [Method::Email, Method::Sms, Method::Authenticator];

    /// The name in prompts, results and records.
    pub fn name(self) -> &'static str {
        match self {
            Method::Email => "email",
            Method::Sms => "sms",
            Method::Authenticator => "authenticator",
        }
    }

    /// How much it is worth.
    pub fn strength(self) -> Strength {
        match self {
            Method::Email => Strength::Low,
            Method::Sms => Strength::Medium,
            Method::Authenticator => Strength::High,
        }
    }

    /// The method of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

impl Strength {
    /// The name in results and settings.
    pub fn name(self) -> &'static str {
        match self {
            Strength::Low => "low",
            Strength::Medium => "medium",
            Strength::High => "high",
        }
    }
}
