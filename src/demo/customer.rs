//! The customers whom the stand-ins know, and the ways in which each can be reached.

use std::fmt;
use std::str::FromStr;

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The account number.
    pub id: String,
    /// Verified ways to reach the person, in the order in which they are offered.
    pub methods: Vec<ContactMethod>,
}

/// A verified way to reach somebody (G24); without a target the web service answers no `value` (AMB-9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactMethod {
    /// Mail to this address.
    Email(Option<String>),
    /// A text message to this number.
    Sms(Option<String>),
    /// An authenticator app, which makes codes by itself.
    Authenticator,
}

/// A contact method that nobody understands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no contact method; write `email ADDRESS`, `sms NUMBER` or `authenticator`")]
pub struct UnknownMethod(pub String);

/// Customers as a table for the terminal.
#[derive(Debug, Clone, Copy)]
pub struct CustomerTable<'c>(pub &'c [Customer]);

impl Customer {
    /// The number of the demo's that the SMS gateway takes no message for.
    pub const REFUSED_NUMBER: &str = "+491701234566";

    /// A customer with these methods.
    pub fn new(id: impl Into<String>, methods: impl Into<Vec<ContactMethod>>) -> Self {
        Self { id: id.into(), methods: methods.into() }
    }

    /// The customers of the demo.
    pub fn of_the_demo() -> Vec<Self> {
        let sms = |number: &str| ContactMethod::Sms(Some(number.to_owned()));
        let email = |address: &str| ContactMethod::Email(Some(address.to_owned()));
        vec![
            Self::new("1001", [email("ana@example.org"), sms("+491701234521")]),
            Self::new("1002", [sms("+491701234533")]),
            Self::new("1003", [ContactMethod::Authenticator]),
            Self::new("1004", []),
            Self::new("1005", [email("eva@example.org")]),
            Self::new("1006", [sms(Self::REFUSED_NUMBER)]),
        ]
    }

    /// Whether an authenticator app is among the methods.
    pub fn has_authenticator(&self) -> bool {
        self.methods.contains(&ContactMethod::Authenticator)
    }
}

impl ContactMethod {
    /// Its name as the web service writes it (G22).
    pub fn name(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::Sms(_) => "SMS",
            Self::Authenticator => "authenticator",
        }
    }

    /// The address or number, where there is one.
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Email(target) | Self::Sms(target) => target.as_deref(),
            Self::Authenticator => None,
        }
    }
}

/// Reads `email ana@example.org`, `sms +491701234521`, `sms`, `authenticator`.
impl FromStr for ContactMethod {
    type Err = UnknownMethod;

    fn from_str(text: &str) -> Result<Self, UnknownMethod> {
        let mut words = text.split_whitespace();
        let (name, target) = (words.next().unwrap_or_default(), words.next().map(str::to_owned));
        match (name.to_lowercase().as_str(), target, words.next()) {
            ("email", target, None) => Ok(Self::Email(target)),
            ("sms", target, None) => Ok(Self::Sms(target)),
            ("authenticator", None, None) => Ok(Self::Authenticator),
            _ => Err(UnknownMethod(text.to_owned())),
        }
    }
}

impl fmt::Display for ContactMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.target() {
            Some(target) => write!(f, "{} {target}", self.name()),
            None => f.write_str(self.name()),
        }
    }
}

impl fmt::Display for CustomerTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|customer| customer.id.chars().count()).max().unwrap_or(0);
        for customer in self.0 {
            let methods: Vec<String> = customer.methods.iter().map(ContactMethod::to_string).collect();
            let methods = if methods.is_empty() { "no way to be reached".to_owned() } else { methods.join(", ") };
            let refused = customer.methods.iter().any(|method| method.target() == Some(Customer::REFUSED_NUMBER));
            let note = if refused { " (the SMS gateway refuses this number)" } else { "" };
            writeln!(f, "  {:width$}  {methods}{note}", customer.id)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_read_as_call_files_write_them() {
        assert_eq!("sms +491701234521".parse(), Ok(ContactMethod::Sms(Some("+491701234521".into()))));
        assert_eq!("SMS".parse(), Ok(ContactMethod::Sms(None)));
        assert_eq!("authenticator".parse(), Ok(ContactMethod::Authenticator));
        assert!("pigeon coop".parse::<ContactMethod>().is_err());
    }

    #[test]
    fn the_table_has_a_line_for_each_customer() {
        let table = CustomerTable(&Customer::of_the_demo()).to_string();

        assert!(table.starts_with("  1001  email ana@example.org, SMS +491701234521\n"), "{table}");
        assert!(table.contains("  1004  no way to be reached\n"), "{table}");
        assert!(table.ends_with("(the SMS gateway refuses this number)\n"), "{table}");
    }
}
