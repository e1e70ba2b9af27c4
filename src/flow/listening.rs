//! What every kind of step that listens has in common: the question, its reprompts, its timers and its keys.

use super::keys::{BoundKey, Keys, read_keys};
use super::reading::{Fields, Located, Reading};
use super::stage::{Filling, Line, Next, Stage};
use super::turn::{Listen, Takes};

/// The common fields of a listening step.
#[derive(Debug, Clone)]
pub struct Listening {
    /// The family of prompts: `code` means `code.ask`, `code.no_input`, `code.no_match`.
    pub ask: Located,
    /// The step's own keys, on top of the flow's.
    pub keys: Keys,
    /// Wait for the first key, in milliseconds.
    pub first_key_ms: u32,
    /// Wait between keys, in milliseconds.
    pub between_keys_ms: u32,
    /// Silences, and wrong entries, until the outcome.
    pub tries: u8,
    /// Both together.
    pub tries_together: u8,
    /// Whether a key interrupts the question.
    pub barge_in: bool,
}

impl Listening {
    pub(super) fn read(fields: &mut Fields, first_key_ms: u32, reading: &mut Reading) -> Option<Self> {
        let keys = fields.take("keys").map(|node| read_keys(node, reading)).unwrap_or_default();
        let listening = Self {
            keys,
            first_key_ms: fields.duration("first_key", reading).unwrap_or(first_key_ms),
            between_keys_ms: fields.duration("between_keys", reading).unwrap_or(5_000),
            tries: read_tries(fields, "tries", 3, reading),
            tries_together: read_tries(fields, "tries_together", 6, reading),
            barge_in: fields.switch("barge_in", reading).unwrap_or(true),
            ask: fields.need_text("ask", reading)?,
        };
        Some(listening)
    }

    /// The question of a step that only holds: its words and keys.
    pub(super) fn read_held(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let keys = fields.take("keys").map(|node| read_keys(node, reading)).unwrap_or_default();
        let ask = fields.need_text("ask", reading)?;
        Some(Self { ask, keys, first_key_ms: 0, between_keys_ms: 0, tries: 1, tries_together: 1, barge_in: true })
    }

    /// Asks: with the words that the way here put in place, else with the family's own.
    pub(super) fn listen(&self, takes: Takes, lines: &[Line], stage: &mut Stage<'_, '_>) -> Listen {
        let family = &self.ask.text;
        let filling = Filling { lines, ..Filling::default() };
        let own = format!("{family}.ask");
        let id = stage.frame.ask.take().unwrap_or(own);
        let mut ask: Vec<_> = stage.words(&id, &filling).into_iter().collect();
        ask.iter_mut().for_each(|words| words.barge_in = self.barge_in);
        let keys = stage.keys.iter().chain(&self.keys).map(|(key, bound)| (*key, bound.meaning())).collect();
        Listen {
            ask,
            no_input: stage.wordings(&format!("{family}.no_input"), &filling),
            no_match: stage.wordings(&format!("{family}.no_match"), &filling),
            takes,
            keys,
            tries: self.tries,
            tries_together: self.tries_together,
            first_key_ms: self.first_key_ms,
            between_keys_ms: self.between_keys_ms,
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

fn read_tries(fields: &mut Fields, name: &'static str, default: u8, reading: &mut Reading) -> u8 {
    let Some(node) = fields.take(name) else { return default };
    let span = node.span.clone();
    match reading.number(node, name) {
        Some(number @ 1..=9) => u8::try_from(number).unwrap_or(default),
        Some(number) => {
            reading.fault("out-of-bounds", &span, format!("{name} may be 1 to 9, not {number}"), "");
            default
        }
        None => default,
    }
}
