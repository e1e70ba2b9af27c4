//! `say`: words on the way; they open the next turn.

use super::reading::{Fields, Located, Reading};
use super::stage::{Filling, Next, Stage};

/// A step that speaks.
#[derive(Debug, Clone)]
pub struct Say {
    /// The prompt.
    pub prompt: Located,
    /// Whether a key interrupts it.
    pub barge_in: bool,
}

impl Say {
    pub(super) const OUTCOMES: &'static [&'static str] = &["done"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let barge_in = fields.switch("barge_in", reading).unwrap_or(true);
        Some(Self { prompt: fields.need_text("prompt", reading)?, barge_in })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        if let Some(mut words) = stage.words(&self.prompt.text, &Filling::default()) {
            words.barge_in = self.barge_in;
            stage.said.push(words);
        }
        Next::Outcome("done")
    }
}
