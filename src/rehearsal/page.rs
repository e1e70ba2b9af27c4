//! A question's page while a caller is on it: its counts, and what it says next.

use std::time::Duration;

use crate::flow::{Listen, Takes, Words};

use super::moment::Heard;
use super::spoken::spoken;

/// How long a page waits after `*`.
pub(super) const MORE_TIME: Duration = Duration::from_secs(60);

/// A page that listens.
pub(super) struct Page {
    said: Vec<Words>,
    pub listen: Listen,
    silences: u8,
    wrong: u8,
    say: Say,
    /// Pressed since it listens.
    pub entry: String,
    /// It has begun to listen since the caller acted last.
    pub anew: bool,
}

/// What is said when the page listens again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Say {
    All,
    Question,
    AfterSilence,
    AfterWrong { count: usize },
    MoreTime,
    Nothing,
}

impl Page {
    pub fn new(said: Vec<Words>, listen: Listen) -> Self {
        Self { said, listen, silences: 0, wrong: 0, say: Say::All, entry: String::new(), anew: true }
    }

    /// Listens again, and gives what is said before.
    pub fn listen(&mut self, say: Say) -> Vec<Heard> {
        self.say = say;
        self.entry.clear();
        self.anew = true;
        self.heard()
    }

    /// Counts a silence; `true` when there have been enough.
    pub fn count_silence(&mut self) -> bool {
        self.silences += 1;
        self.is_over(self.silences)
    }

    /// Counts a wrong entry; `true` when there have been enough.
    pub fn count_wrong(&mut self) -> bool {
        self.wrong += 1;
        self.is_over(self.wrong)
    }

    /// How long it waits for the caller.
    pub fn patience(&self) -> Duration {
        match (self.entry.is_empty(), self.say) {
            (false, _) => Duration::from_millis(u64::from(self.listen.between_keys_ms)),
            (true, Say::MoreTime) => MORE_TIME,
            (true, Say::All | Say::Question | Say::AfterSilence | Say::AfterWrong { .. } | Say::Nothing) => {
                Duration::from_millis(u64::from(self.listen.first_key_ms))
            }
        }
    }

    /// What was pressed, without the `#` in front that is a habit.
    pub fn pressed(&self) -> String {
        match (self.listen.takes.collects(), self.listen.keys.contains_key(&'#')) {
            (true, false) => self.entry.strip_prefix('#').unwrap_or(&self.entry).to_owned(),
            (true, true) | (false, _) => self.entry.clone(),
        }
    }

    /// Fewest digits of an entry.
    pub fn fewest(&self) -> usize {
        match &self.listen.takes {
            Takes::Digits { from, .. } => usize::from(*from),
            Takes::OneOf(_) | Takes::Grammar { .. } => 0,
        }
    }

    fn is_over(&self, tries: u8) -> bool {
        tries >= self.listen.tries || self.silences + self.wrong >= self.listen.tries_together
    }

    /// What is said now.
    fn heard(&self) -> Vec<Heard> {
        let Page { said, listen, .. } = self;
        let question = || listen.ask.iter().map(|words| spoken(words, None)).collect();
        let by_count = |reprompts: &[Words], times: u8, count| match reprompts.get(usize::from(times) - 1).or(reprompts.last()) {
            Some(words) => vec![spoken(words, count)],
            None => question(),
        };
        match self.say {
            Say::All => said.iter().chain(&listen.ask).map(|words| spoken(words, None)).collect(),
            Say::Question => question(),
            Say::AfterSilence => by_count(&listen.no_input, self.silences.max(1), None),
            Say::AfterWrong { count } => by_count(&listen.no_match, self.wrong.max(1), Some(count)),
            Say::MoreTime | Say::Nothing => Vec::new(),
        }
    }
}
