//! What bound keys do, as a condition in a page: a key alone in a menu, a digit and then `#` where digits are collected.

use std::fmt::{self, Display};

use crate::flow::{KeyMeaning, Listen, Takes};

use super::key_set::KeySet;

/// The bound keys of one question that have one meaning; displays as an ECMAScript condition on `pressed`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pressed {
    keys: KeySet,
    collects: bool,
}

impl Pressed {
    /// The answers of a menu win over bound keys; `*` gives more time where digits are collected, unless it is bound.
    pub fn of(listen: &Listen, meaning: KeyMeaning) -> Self {
        let answers: &[char] = match &listen.takes {
            Takes::OneOf(keys) => keys,
            Takes::Digits { .. } | Takes::Grammar { .. } => &[],
        };
        let collects = listen.takes.collects();
        let star = meaning == KeyMeaning::MoreTime && collects && !listen.keys.contains_key(&'*');
        let bound = listen.keys.iter().filter(|(key, bound)| **bound == meaning && !answers.contains(key));
        Self { keys: bound.map(|(key, _)| *key).chain(star.then_some('*')).collect(), collects }
    }

    pub fn is_possible(self) -> bool {
        self.keys.keys().next().is_some()
    }
}

impl Display for Pressed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, key) in self.keys.keys().enumerate() {
            let or = if place == 0 { "" } else { " || " };
            let end = if self.collects && key.is_ascii_digit() { "#" } else { "" };
            write!(f, "{or}pressed == '{key}{end}'")?;
        }
        Ok(())
    }
}
