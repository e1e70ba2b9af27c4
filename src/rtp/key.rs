//! One key of a telephone, which no log may show (RFC 4733 §3.2, table 3).

use std::fmt;

/// The sixteen keys in the order of their event codes.
const KEYS: &[u8; 16] = b"0123456789*#ABCD";

/// A key that was pressed: `0`–`9`, `*`, `#`, `A`–`D`. No `Display`, and `Debug` does not say which.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key(u8);

impl Key {
    /// The key of an event code; `None` for flash, fax tones and what else is no key.
    pub fn from_event(event: u8) -> Option<Self> {
        (usize::from(event) < KEYS.len()).then_some(Self(event))
    }

    /// The key with this sign; small letters are taken too.
    pub fn from_symbol(symbol: char) -> Option<Self> {
        let symbol = u8::try_from(symbol).ok()?.to_ascii_uppercase();
        KEYS.iter().position(|key| *key == symbol).and_then(|event| u8::try_from(event).ok()).map(Self)
    }

    /// Its event code, 0–15.
    pub fn event(self) -> u8 {
        self.0
    }

    /// The sign on the key: only for whoever the keys are meant for.
    pub fn symbol(self) -> char {
        KEYS.get(usize::from(self.0)).copied().map_or('#', char::from)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_by_its_event_and_by_its_sign() {
        let signs: String = (0..16).filter_map(Key::from_event).map(Key::symbol).collect();

        assert_eq!(signs, "0123456789*#ABCD");
        assert!(signs.chars().all(|sign| Key::from_symbol(sign).map(Key::symbol) == Some(sign)));
        assert_eq!(Key::from_event(16), None);
        assert_eq!(Key::from_symbol('x'), None);
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", Key::from_symbol('7')), "Some([key])");
    }
}
