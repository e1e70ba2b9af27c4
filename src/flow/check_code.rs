//! `check_code`: compares what the caller entered with the code; the only step that reads it.

use super::effect::Effect;
use super::reaching::Reaching;
use super::reading::{Fields, Reading};
use super::stage::{Next, Stage};

/// A step that checks the code.
#[derive(Debug, Clone)]
pub struct CheckCode {
    /// How long it may take; nothing can be said meanwhile.
    pub reaching: Reaching,
}

impl CheckCode {
    pub(super) const OUTCOMES: &'static [&'static str] =
        &["right", "wrong", "expired", "checks_exceeded", "sends_exceeded", "not_found", "locked", "service_error", "service_path"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Self {
        Self { reaching: Reaching::read_at_once(fields, reading) }
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        Next::Perform(Effect::CheckCode { entry: stage.entry.take() })
    }
}
