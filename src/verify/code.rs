//! Codes of our own: made uniformly, kept as a keyed hash only, compared in constant time (REQUIREMENTS, Default 1).

use serde::{Deserialize, Serialize};

use crate::clock::Chance;
use crate::secret::{Digits, MasterKey, Purpose};

/// The keyed hash of a code; it says nothing about the code without the master key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeHash(Vec<u8>);

/// What a code belongs to: the same digits in another call or as another code of this call have another hash.
#[derive(Debug, Clone, Copy)]
pub struct CodeContext<'a> {
    /// Id of the authentication.
    pub auth_id: &'a str,
    /// Which code of the call it is.
    pub number: u8,
}

/// A code of `digits` digits, every one as likely as any other, leading zeros included.
pub fn make_code(digits: u8, chance: &Chance) -> Digits {
    let mut code = String::with_capacity(usize::from(digits));
    while code.len() < usize::from(digits) {
        let drawn: [u8; 32] = chance.bytes();
        // 250 is the largest multiple of 10 in a byte: what lies above would favour small digits.
        let fair = drawn.iter().filter(|byte| **byte < 250).map(|byte| char::from(b'0' + byte % 10));
        code.extend(fair.take(usize::from(digits) - code.len()));
    }
    Digits::new(code)
}

impl CodeHash {
    /// Hashes a code under the master key.
    pub fn of(code: &Digits, context: CodeContext<'_>, key: &MasterKey) -> Self {
        let number = [context.number];
        Self(key.hash(Purpose::Code, &[context.auth_id.as_bytes(), &number, code.expose().as_bytes()]).to_vec())
    }

    /// Whether `entry` is the code.
    pub fn matches(&self, entry: &Digits, context: CodeContext<'_>, key: &MasterKey) -> bool {
        let number = [context.number];
        key.matches(Purpose::Code, &[context.auth_id.as_bytes(), &number, entry.expose().as_bytes()], &self.0)
    }
}

impl std::fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeHash")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: CodeContext<'_> = CodeContext { auth_id: "a", number: 1 };

    #[test]
    fn every_digit_is_as_likely_as_any_other() {
        let chance = Chance::seeded(1);
        let mut seen = [0u32; 10];

        for _ in 0..10_000 {
            make_code(6, &chance).expose().bytes().for_each(|digit| seen[usize::from(digit - b'0')] += 1);
        }

        assert!(seen.iter().all(|count| (5_700..6_300).contains(count)), "{seen:?}");
    }

    #[test]
    fn a_code_matches_in_its_own_place_only() {
        let key = MasterKey::new([7; 32]);
        let code = Digits::new("012345");
        let hash = CodeHash::of(&code, FIRST, &key);

        assert!(hash.matches(&code, FIRST, &key));
        assert!(!hash.matches(&Digits::new("12345"), FIRST, &key));
        assert!(!hash.matches(&code, CodeContext { number: 2, ..FIRST }, &key));
        assert!(!hash.matches(&code, CodeContext { auth_id: "b", number: 1 }, &key));
        assert!(!hash.matches(&code, FIRST, &MasterKey::new([8; 32])));
    }
}
