//! Keys a caller pressed, and codes: strings that no log, error or record can show.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// Digits that are nobody else's business. No `Display`, no `Serialize`, and `Debug` shows only how many there are.
#[derive(Clone)]
pub struct Digits(SecretString);

impl Digits {
    /// Takes the digits in; leading zeros stay (a code is a text, never a number).
    pub fn new(digits: impl Into<String>) -> Self {
        Self(SecretString::from(digits.into()))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.expose().chars().count()
    }

    /// The digits themselves: only for a hash, a message to the caller, or a customer's service.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Compares in a time that depends on the lengths alone.
impl PartialEq for Digits {
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

impl Eq for Digits {}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} keys]", self.count())
    }
}
