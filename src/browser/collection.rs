//! Input in the making: the keys so far, and the grammars that wait for more.

use super::action::Listening;
use super::collector::Collector;
use super::grammar_shelf::Active;
use crate::grammar::Matcher;

/// Input in the making.
pub(super) struct Collection {
    pub collector: Collector,
    pub keys: Vec<Active>,
    pub words: Vec<Active>,
    pub listening: Listening,
}

/// A matcher of the active grammars that has taken `tokens`.
pub(super) fn matcher(active: &[Active], tokens: impl Iterator<Item = String>) -> Matcher {
    let mut matcher = Matcher::new(active.iter().map(|grammar| grammar.automaton.clone()));
    for token in tokens {
        matcher.push(&token);
    }
    matcher
}
