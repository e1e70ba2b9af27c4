//! Access tokens of the consent API: who may get one and what it opens (RFC 6749 §4.4, RFC 6750).

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use jiff::Timestamp;
use subtle::ConstantTimeEq;

use crate::clock::Chance;
use crate::secret::SecretText;

/// Opens reading (T3).
pub const READ: &str = "voicebiometrics-consent:read";
/// Opens setting (T3).
pub const WRITE: &str = "voicebiometrics-consent:write";

/// The one client that may have tokens.
#[derive(Debug, Clone)]
pub struct Client {
    /// Client id.
    pub id: String,
    /// Client secret.
    pub secret: SecretText,
    /// Scopes that the client may ask for.
    pub scopes: BTreeSet<String>,
    /// How long a token is good.
    pub token_lifetime: Duration,
}

/// Tokens that were given out, by their text.
#[derive(Default)]
pub struct Tokens(HashMap<String, Grant>);

struct Grant {
    scopes: BTreeSet<String>,
    until: Timestamp,
}

/// A token with what its holder is told about it.
#[derive(Debug)]
pub struct Granted {
    /// The token.
    pub token: SecretText,
    /// Its scopes.
    pub scopes: BTreeSet<String>,
    /// How long it is good.
    pub lifetime: Duration,
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// No token, an unknown or an old one.
    Unauthorized,
    /// A good token that lacks the scope.
    InsufficientScope,
}

impl Client {
    /// Whether these are the client's id and secret.
    pub fn is(&self, id: &str, secret: &SecretText) -> bool {
        let same = secret.expose().as_bytes().ct_eq(self.secret.expose().as_bytes());
        self.id == id && bool::from(same)
    }
}

/// The client of the demo: `callward` with both scopes and tokens of an hour.
impl Default for Client {
    fn default() -> Self {
        let scopes = [READ, WRITE].map(str::to_owned).into();
        let secret = SecretText::new("callward-demo");
        Self { id: "callward".to_owned(), secret, scopes, token_lifetime: Duration::from_secs(3600) }
    }
}

impl Tokens {
    /// Gives a token with the scopes asked for, all that the client may have when none are; `None` when one is not the client's.
    pub fn grant(&mut self, client: &Client, asked: &str, now: Timestamp, chance: &Chance) -> Option<Granted> {
        let asked: BTreeSet<String> = asked.split_whitespace().map(str::to_owned).collect();
        let scopes = if asked.is_empty() { client.scopes.clone() } else { asked };
        if !scopes.is_subset(&client.scopes) {
            return None;
        }
        let token = format!("{:032x}", u128::from_le_bytes(chance.bytes()));
        let until = now.saturating_add(client.token_lifetime).unwrap_or(Timestamp::MAX);
        self.0.retain(|_, grant| now < grant.until);
        self.0.insert(token.clone(), Grant { scopes: scopes.clone(), until });
        Some(Granted { token: SecretText::new(token), scopes, lifetime: client.token_lifetime })
    }

    /// Whether a token opens what needs `scope`.
    pub fn check(&self, token: &SecretText, scope: &str, now: Timestamp) -> Result<(), Denied> {
        let grant = self.0.get(token.expose()).filter(|grant| now < grant.until).ok_or(Denied::Unauthorized)?;
        if grant.scopes.contains(scope) { Ok(()) } else { Err(Denied::InsufficientScope) }
    }

    /// Makes every token void.
    pub fn revoke_all(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_scopes_until_it_is_old() {
        let (mut tokens, client, chance) = (Tokens::default(), Client::default(), Chance::seeded(1));
        let (start, late) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(3600).unwrap());

        let granted = tokens.grant(&client, READ, start, &chance).unwrap();

        assert_eq!(tokens.check(&granted.token, READ, start), Ok(()));
        assert_eq!(tokens.check(&granted.token, WRITE, start), Err(Denied::InsufficientScope));
        assert_eq!(tokens.check(&granted.token, READ, late), Err(Denied::Unauthorized));
        assert!(tokens.grant(&client, "everything", start, &chance).is_none());
    }
}
