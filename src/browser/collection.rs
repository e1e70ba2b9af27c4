//! Input in the making: the keys so far, and the grammars that wait for more.

use super::action::Listening;
use super::collector::Collector;
use super::grammar_shelf::Active;
use crate::grammar::{Matcher, Mode, Verdict};

/// Input in the making.
pub(super) struct Collection {
    pub collector: Collector,
    pub keys: KeyMatcher,
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

/// Follows the keys of a caller through the active grammars, one by one.
pub(super) struct KeyMatcher {
    active: Vec<Active>,
    /// None until somebody presses a key.
    matcher: Option<Matcher>,
    /// What the matcher has taken.
    taken: String,
}

impl KeyMatcher {
    pub fn new(active: Vec<Active>) -> Self {
        Self { active, matcher: None, taken: String::new() }
    }

    /// The matcher when `keys` were pressed. It starts again only where they do not go on from those before.
    pub fn at(&mut self, keys: &str) -> &Matcher {
        if !keys.starts_with(&self.taken) {
            self.matcher = None;
            self.taken.clear();
        }
        let matcher = self.matcher.get_or_insert_with(|| matcher(&self.active, std::iter::empty()));
        for key in keys.chars().skip(self.taken.chars().count()) {
            matcher.push(key.encode_utf8(&mut [0; 4]));
            self.taken.push(key);
        }
        matcher
    }

    /// Whether no grammar listens.
    pub fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    /// The grammar at `place` among those that listen for keys.
    pub fn grammar(&self, place: usize) -> Option<&Active> {
        self.active.get(place)
    }
}

/// The keys of a caller who is bridged: only the transfer's own grammars listen, for a hotword (§2.3.7.2).
pub(super) struct Watch {
    keys: KeyMatcher,
    pressed: String,
    heard: Option<String>,
}

impl Watch {
    pub fn new(active: Vec<Active>) -> Self {
        let keys = active.into_iter().filter(|grammar| grammar.automaton.mode() == Mode::Dtmf).collect();
        Self { keys: KeyMatcher::new(keys), pressed: String::new(), heard: None }
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

    fn verdict(&mut self) -> Verdict {
        self.keys.at(&self.pressed).verdict()
    }
}
