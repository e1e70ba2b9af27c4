//! Input in the making: the keys so far, and the grammars that wait for more.

use super::action::Listening;
use super::collector::Collector;
use super::grammar_shelf::Active;
use crate::grammar::{Matcher, Mode, Verdict};

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

/// The keys of a caller who is bridged: only the transfer's own grammars listen, for a hotword (§2.3.7.2).
pub(super) struct Watch {
    keys: Vec<Active>,
    pressed: String,
    heard: Option<String>,
}

impl Watch {
    pub fn new(active: Vec<Active>) -> Self {
        let keys = active.into_iter().filter(|grammar| grammar.automaton.mode() == Mode::Dtmf).collect();
        Self { keys, pressed: String::new(), heard: None }
    }

    /// Whether there is a grammar to listen for.
    pub fn listens(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Takes a key; `true` when it completes what a grammar waits for. Other keys are the far end's.
    pub fn takes(&mut self, key: char) -> bool {
        self.pressed.push(key);
        let mut verdict = self.verdict();
        if verdict == Verdict::NoMatch {
            self.pressed = String::from(key);
            verdict = self.verdict();
        }
        match verdict {
            Verdict::NoMatch => self.pressed.clear(),
            Verdict::Partial => {}
            Verdict::Match | Verdict::MatchEnd if self.heard.is_none() => {
                self.heard = Some(std::mem::take(&mut self.pressed));
                return true;
            }
            Verdict::Match | Verdict::MatchEnd => {}
        }
        false
    }

    /// The keys that ended the bridge.
    pub fn heard(&self) -> Option<&str> {
        self.heard.as_deref()
    }

    fn verdict(&self) -> Verdict {
        matcher(&self.keys, self.pressed.chars().map(String::from)).verdict()
    }
}
