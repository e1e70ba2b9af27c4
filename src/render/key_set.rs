//! A set of telephone keys, and its spelling in the name of a grammar (SRGS 1.0 appendix E).

use std::fmt::{self, Write};

/// The keys a telephone has, in the order in which a set spells them.
const KEYS: [char; 12] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'];

/// Their spelling: `*` and `#` mean something to an address.
const SPELLINGS: [char; 12] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 's', 'h'];

/// Some of the twelve keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KeySet(u16);

impl KeySet {
    /// The keys in order.
    pub fn keys(self) -> impl Iterator<Item = char> {
        self.members().map(|(key, _)| key)
    }

    /// Reads the spelling, which has one form only; `None` for any other and for no keys at all.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut set = Self::default();
        for spelled in text.chars() {
            let place = SPELLINGS.iter().position(|spelling| *spelling == spelled)?;
            let in_order = set.0 >> place == 0;
            if !in_order {
                return None;
            }
            set.0 |= 1 << place;
        }
        (set.0 != 0).then_some(set)
    }

    fn members(self) -> impl Iterator<Item = (char, char)> {
        let places = KEYS.into_iter().zip(SPELLINGS).enumerate();
        places.filter(move |(place, _)| self.0 >> place & 1 == 1).map(|(_, member)| member)
    }
}

/// What no telephone can send is left out.
impl FromIterator<char> for KeySet {
    fn from_iter<T: IntoIterator<Item = char>>(keys: T) -> Self {
        let places = keys.into_iter().filter_map(|key| KEYS.iter().position(|known| *known == key));
        Self(places.fold(0, |set, place| set | 1 << place))
    }
}

impl fmt::Display for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.members().try_for_each(|(_, spelling)| f.write_char(spelling))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_spelled_in_order_and_read_back() {
        let set: KeySet = ['9', '#', '1', 'x', '1', '*', '0'].into_iter().collect();

        assert_eq!(set.to_string(), "019sh");
        assert_eq!(KeySet::read("019sh"), Some(set));
        assert!(set.keys().eq(['0', '1', '9', '*', '#']));
    }

    #[test]
    fn another_spelling_is_refused() {
        for text in ["", "10", "11", "1*", "x", "hs", "1é"] {
            assert_eq!(KeySet::read(text), None, "{text}");
        }
    }
}
