//! What every kind of step that listens has in common: the question, its reprompts, its timers and its keys.

use super::amount::{Amount, Bounds};
use super::keys::{BoundKey, Keys, read_keys};
use super::reading::{Fields, Located, Reading};
use super::stage::{Filling, Line, Next, Stage};
use super::turn::{Listen, Takes};

/// How long a caller may take for the first key, where the step's kind does not say otherwise.
pub(super) const FIRST_KEY: Bounds = Bounds::time("first_key", 500, 60_000, 7_000).hint(PATIENCE_HINT);
const BETWEEN_KEYS: Bounds = Bounds::time("between_keys", 500, 60_000, 5_000).hint(PATIENCE_HINT);
const TRIES: Bounds = Bounds::count("tries", 1, 9, 3);
const TRIES_TOGETHER: Bounds = Bounds::count("tries_together", 1, 9, 6);
const PATIENCE_HINT: &str = "nobody is silent for longer and still there; bind `more_time` for callers who need it";

/// The common fields of a listening step.
#[derive(Debug, Clone)]
pub struct Listening {
    /// The family of prompts: `code` means `code.ask`, `code.no_input`, `code.no_match`.
    pub ask: Located,
    /// The step's own keys, on top of the flow's.
    pub keys: Keys,
    /// Wait for the first key.
    pub first_key: Amount,
    /// Wait between keys.
    pub between_keys: Amount,
    /// Silences, and wrong entries, until the outcome.
    pub tries: Amount,
    /// Both together.
    pub tries_together: Amount,
    /// Whether a key interrupts the question.
    pub barge_in: bool,
}

impl Listening {
    pub(super) fn read(fields: &mut Fields, first_key: Bounds, reading: &mut Reading) -> Option<Self> {
        let keys = fields.take("keys").map(|node| read_keys(node, reading)).unwrap_or_default();
        let listening = Self {
            keys,
            first_key: Amount::read(first_key, fields, reading),
            between_keys: Amount::read(BETWEEN_KEYS, fields, reading),
            tries: Amount::read(TRIES, fields, reading),
            tries_together: Amount::read(TRIES_TOGETHER, fields, reading),
            barge_in: fields.switch("barge_in", reading).unwrap_or(true),
            ask: fields.need_text("ask", reading)?,
        };
        Some(listening)
    }

    /// The question of a step that only holds: its words and keys.
    pub(super) fn read_held(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let keys = fields.take("keys").map(|node| read_keys(node, reading)).unwrap_or_default();
        let ask = fields.need_text("ask", reading)?;
        let (first_key, between_keys) = (FIRST_KEY.fixed(0), BETWEEN_KEYS.fixed(0));
        let (tries, tries_together) = (TRIES.fixed(1), TRIES_TOGETHER.fixed(1));
        Some(Self { ask, keys, first_key, between_keys, tries, tries_together, barge_in: true })
    }

    /// What may vary of it.
    pub(super) fn amounts(&self) -> [&Amount; 4] {
        [&self.first_key, &self.between_keys, &self.tries, &self.tries_together]
    }

    /// Asks: with the words that the way here put in place, else with the family's own.
    pub(super) fn listen(&self, takes: Takes, lines: &[Line], stage: &mut Stage<'_, '_>) -> Listen {
        let family = self.ask.text.as_str();
        let filling = Filling { lines, ..Filling::default() };
        let own = [family, ".ask"].concat();
        let id = stage.frame.ask.take().unwrap_or(own);
        let mut ask: Vec<_> = stage.words(&id, &filling).into_iter().collect();
        ask.iter_mut().for_each(|words| words.barge_in = self.barge_in);
        let keys = stage.keys.iter().chain(&self.keys).map(|(key, bound)| (*key, bound.meaning())).collect();
        Listen {
            ask,
            no_input: stage.wordings(&[family, ".no_input"].concat(), &filling),
            no_match: stage.wordings(&[family, ".no_match"].concat(), &filling),
            takes,
            keys,
            tries: small(stage, &self.tries),
            tries_together: small(stage, &self.tries_together),
            first_key_ms: stage.amount(&self.first_key),
            between_keys_ms: stage.amount(&self.between_keys),
        }
    }

    /// The bound key that was pressed: the key alone, or key and `#` where digits are collected.
    pub(super) fn bound<'f>(&'f self, pressed: &str, collects: bool, flow_keys: &'f Keys) -> Option<&'f BoundKey> {
        let mut characters = pressed.chars();
        let key = characters.next()?;
        let ended = match characters.next() {
            None => !collects || !key.is_ascii_digit(),
            Some('#') => collects && key.is_ascii_digit() && characters.next().is_none(),
            Some(_) => false,
        };
        if ended { self.keys.get(&key).or_else(|| flow_keys.get(&key)) } else { None }
    }
}

/// What a key that leads somewhere makes of the step; the page itself repeats and gives time, so those are just asked anew.
pub(super) fn follow<'f>(bound: &'f BoundKey) -> Next<'f> {
    match bound {
        BoundKey::Target(target) => Next::Key(target),
        BoundKey::Repeat | BoundKey::MoreTime => Next::Outcome("no_match"),
    }
}

/// An amount that fits a byte.
pub(super) fn small(stage: &Stage<'_, '_>, amount: &Amount) -> u8 {
    u8::try_from(stage.amount(amount)).unwrap_or(u8::MAX)
}
