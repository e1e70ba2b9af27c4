//! The services that stand-ins stand in for, and how tests, forms and addresses name them.

use std::fmt;

/// A service of the customer's that the gateway reaches out to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// *Check Verified Contact Methods* (G22).
    CheckVerifiedContactMethods,
    /// *Send Authentication Code* (G26).
    SendAuthenticationCode,
    /// *Code Authentication* (G27).
    CodeAuthentication,
    /// The SMS gateway.
    SmsGateway,
    /// The mail server.
    MailServer,
    /// Reading a consent (T6).
    ConsentRead,
    /// Setting a consent (T5).
    ConsentSet,
    /// The OAuth2 token endpoint (T4).
    Token,
    /// Any other web service, by its name in snake case (`find_account`).
    Other(String),
}

impl Service {
    /// Those that every installation has.
    pub const FIXED: [Self; 8] = [
        Self::CheckVerifiedContactMethods,
        Self::SendAuthenticationCode,
        Self::CodeAuthentication,
        Self::SmsGateway,
        Self::MailServer,
        Self::ConsentRead,
        Self::ConsentSet,
        Self::Token,
    ];

    /// The service that is called so: `sms gateway`, `check_verified_contact_methods` and `checkVerifiedContactMethods` all do.
    pub fn named(name: &str) -> Self {
        let name = snake_case(name);
        Self::FIXED.into_iter().find(|service| service.name() == name).unwrap_or(Self::Other(name))
    }

    /// Its name in snake case.
    pub fn name(&self) -> &str {
        match self {
            Self::CheckVerifiedContactMethods => "check_verified_contact_methods",
            Self::SendAuthenticationCode => "send_authentication_code",
            Self::CodeAuthentication => "code_authentication",
            Self::SmsGateway => "sms_gateway",
            Self::MailServer => "mail_server",
            Self::ConsentRead => "consent_read",
            Self::ConsentSet => "consent_set",
            Self::Token => "token",
            Self::Other(name) => name,
        }
    }

    /// Its name in words, for people.
    pub fn title(&self) -> String {
        let words = match self {
            Self::SmsGateway => "SMS gateway".to_owned(),
            Self::Token => "OAuth token".to_owned(),
            named => named.name().replace('_', " "),
        };
        let mut letters = words.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `findAccount`, `Find account` and `find-account` give `find_account`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut follows_small = false;
    for letter in name.trim().chars() {
        let word = letter.is_alphanumeric();
        if letter.is_uppercase() && follows_small || !word && !snake.ends_with('_') {
            snake.push('_');
        }
        if word {
            snake.extend(letter.to_lowercase());
        }
        follows_small = letter.is_lowercase() || letter.is_ascii_digit();
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_name_finds_its_service() {
        for name in ["sms gateway", "SMS gateway", "sms_gateway"] {
            assert_eq!(Service::named(name), Service::SmsGateway, "{name}");
        }
        for name in ["checkVerifiedContactMethods", "check_verified_contact_methods", "Check Verified Contact Methods"] {
            assert_eq!(Service::named(name), Service::CheckVerifiedContactMethods, "{name}");
        }
        assert_eq!(Service::named("findAccount"), Service::Other("find_account".into()));
        assert_eq!(Service::named("consent set").title(), "Consent set");
    }
}
