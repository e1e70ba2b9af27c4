//! The grammar of a question: its name says all that is in it, so its address can be cached for ever (SRGS 1.0 §3, §4).

use std::fmt;

use askama::Template;

use crate::flow::{Listen, Takes};

use super::frame::fill;
use super::key_set::KeySet;

/// The most digits that one entry can have.
const MOST_DIGITS: u8 = 40;

/// What may be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrammarName {
    /// One of these keys: `keys-129s`.
    Keys(KeySet),
    /// Bound keys beside a grammar of the flow's own, a digit with `#`: `actions-0s`.
    Actions(KeySet),
    /// Digits, or their beginning and then `#` or `*`: `digits-6`, and `digits-6-hash` where `#` alone has a meaning.
    ///
    /// Where it has none, a `#` that comes first is the habit of a caller whose code had already ended.
    Digits {
        /// Most.
        to: u8,
        /// Whether `#` alone has a meaning.
        hash_acts: bool,
    },
}

/// Where the pages take their grammars from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grammars<'a> {
    /// From `{base}/grammars/{name}.grxml`.
    Served {
        /// What stands before `/grammars`; may be empty.
        base: &'a str,
    },
    /// They stand in the page.
    Inline,
}

/// The rules as they stand in a document of their own and, in VoiceXML's namespace, in a page; the first one is called `answer`.
#[derive(Template)]
#[template(path = "rules.grxml")]
pub(super) struct Rules {
    name: GrammarName,
}

#[derive(Template)]
#[template(path = "grammar.grxml")]
struct GrammarDocument {
    rules: Rules,
}

impl GrammarName {
    /// The grammar of what `listen` awaits.
    pub fn of(listen: &Listen) -> Self {
        match &listen.takes {
            Takes::OneOf(keys) => GrammarName::Keys(keys.iter().chain(listen.keys.keys()).copied().collect()),
            Takes::Digits { to, .. } => GrammarName::Digits { to: (*to).clamp(1, MOST_DIGITS), hash_acts: listen.keys.contains_key(&'#') },
            Takes::Grammar { .. } => GrammarName::Actions(listen.keys.keys().copied().chain(['*']).collect()),
        }
    }

    /// Reads a name; `None` for every name that [`Display`](fmt::Display) would not write.
    pub fn read(name: &str) -> Option<Self> {
        if let Some(keys) = name.strip_prefix("keys-") {
            return KeySet::read(keys).map(GrammarName::Keys);
        }
        if let Some(keys) = name.strip_prefix("actions-") {
            return KeySet::read(keys).map(GrammarName::Actions);
        }
        let digits = name.strip_prefix("digits-")?;
        let (digits, hash_acts) = digits.strip_suffix("-hash").map_or((digits, false), |digits| (digits, true));
        let to = digits.parse().ok().filter(|to| (1..=MOST_DIGITS).contains(to))?;
        let grammar = GrammarName::Digits { to, hash_acts };
        (grammar.to_string() == name).then_some(grammar)
    }

    /// The grammar as a document of its own.
    pub fn render(self) -> String {
        fill(&GrammarDocument { rules: self.rules() }, 1024)
    }

    pub(super) fn rules(self) -> Rules {
        Rules { name: self }
    }
}

impl fmt::Display for GrammarName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GrammarName::Keys(keys) => f.write_str("keys-").and_then(|()| keys.fmt(f)),
            GrammarName::Actions(keys) => f.write_str("actions-").and_then(|()| keys.fmt(f)),
            GrammarName::Digits { to, hash_acts: false } => write!(f, "digits-{to}"),
            GrammarName::Digits { to, hash_acts: true } => write!(f, "digits-{to}-hash"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::grammar::{Grammar, Library, Matcher, Surroundings, Verdict};

    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for name in ["keys-0129sh", "digits-1", "digits-6", "digits-40", "digits-8-hash"] {
            assert_eq!(GrammarName::read(name).map(|grammar| grammar.to_string()).as_deref(), Some(name));
        }
    }

    #[test]
    fn any_other_name_is_unknown() {
        for name in [
            "",
            "keys-",
            "keys-21",
            "digits-",
            "digits-0",
            "digits-41",
            "digits-06",
            "digits-+6",
            "digits-6-",
            "digits-6-6",
            "../x",
            "keys-1.grxml",
        ] {
            assert_eq!(GrammarName::read(name), None, "{name}");
        }
    }

    #[test]
    fn an_action_beside_a_grammar_is_a_digit_and_hash() {
        assert_eq!(verdict("actions-08s", "8"), Verdict::Partial);
        assert_eq!(verdict("actions-08s", "8#"), Verdict::MatchEnd);
        assert_eq!(verdict("actions-08s", "*"), Verdict::MatchEnd);
        assert_eq!(verdict("actions-08s", "1"), Verdict::NoMatch);
    }

    #[test]
    fn a_key_of_a_menu_acts_at_once() {
        assert_eq!(verdict("keys-12s", "1"), Verdict::MatchEnd);
        assert_eq!(verdict("keys-12s", "*"), Verdict::MatchEnd);
        assert_eq!(verdict("keys-12s", "3"), Verdict::NoMatch);
    }

    #[test]
    fn the_last_possible_digit_a_hash_and_a_star_end_an_entry() {
        for keys in ["123456", "8#", "12345#", "*", "12*", "12345*", "#123456", "#8#", "#*"] {
            assert_eq!(verdict("digits-6", keys), Verdict::MatchEnd, "{keys}");
        }
    }

    #[test]
    fn fewer_digits_wait_for_more() {
        for keys in ["1", "12345", "#", "#12345"] {
            assert_eq!(verdict("digits-6", keys), Verdict::Match, "{keys}");
        }
    }

    #[test]
    fn nothing_follows_an_end() {
        for keys in ["1234567", "123456#", "##", "8##", "**", "1*2"] {
            assert_eq!(verdict("digits-6", keys), Verdict::NoMatch, "{keys}");
        }
    }

    #[test]
    fn a_hash_with_a_meaning_ends_an_entry_alone() {
        assert_eq!(verdict("digits-6-hash", "#"), Verdict::MatchEnd);
        assert_eq!(verdict("digits-6-hash", "123456"), Verdict::MatchEnd);
    }

    #[test]
    fn one_digit_can_be_all() {
        assert_eq!(verdict("digits-1", "7"), Verdict::MatchEnd);
        assert_eq!(verdict("digits-1", "*"), Verdict::MatchEnd);
    }

    fn verdict(name: &str, keys: &str) -> Verdict {
        let document = GrammarName::read(name).unwrap().render();
        let grammar = Grammar::parse(document.as_bytes(), &Surroundings::default()).unwrap();
        Matcher::new([Arc::new(grammar.link(&Library::default()).unwrap())]).push(keys)
    }
}
