//! `return`: leaves the flow by an exit.

use super::reading::{Fields, Located, Reading};
use super::stage::Next;
use super::target::Go;

/// A step that leaves the flow.
#[derive(Debug, Clone)]
pub struct Leave {
    /// The exit.
    pub path: Go,
    /// Said on the way out.
    pub say: Option<Located>,
    /// The reason, where it is not the last outcome's.
    pub reason: Option<Located>,
}

impl Leave {
    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let say = fields.text("say", reading);
        let reason = fields.text("reason", reading);
        Some(Self { path: Go::read(fields.need_text("path", reading)?), say, reason })
    }

    pub(super) fn enter(&self) -> Next<'_> {
        Next::Leave { go: &self.path, say: self.say.as_ref(), reason: self.reason.as_ref() }
    }
}
