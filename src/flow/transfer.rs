//! `transfer`: puts the caller through.

use super::reading::{Fields, Located, Reading};
use super::stage::{Next, Stage};
use super::turn::{Transfer as TransferTurn, TransferKind};
use super::varying::Varying;

/// A step that puts the caller through.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// To whom: a `sip:` or `tel:` address.
    pub to: Varying,
    /// Said before.
    pub say: Option<Located>,
    /// How long it may ring, in milliseconds.
    pub ring_for_ms: u32,
    /// Whether the call comes back.
    pub kind: TransferKind,
}

impl Transfer {
    pub(super) const OUTCOMES: &'static [&'static str] = &["ended", "busy", "no_answer", "failed"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let say = fields.text("say", reading);
        let ring_for_ms = fields.duration("ring_for", reading).unwrap_or(30_000);
        let kind = fields.text("kind", reading).map_or(Some(TransferKind::Bridge), |kind| read_kind(&kind, reading));
        let to = fields.need("to", reading).and_then(|node| Varying::read(node, reading));
        Some(Self { to: to?, say, ring_for_ms, kind: kind? })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let to = self.to.text(stage);
        if !to.starts_with("sip:") && !to.starts_with("sips:") && !to.starts_with("tel:") {
            return Next::Outcome("failed");
        }
        if let Some(say) = &self.say {
            stage.say(&say.text);
        }
        Next::Transfer(TransferTurn { to, kind: self.kind, ring_for_ms: self.ring_for_ms })
    }
}

fn read_kind(kind: &Located, reading: &mut Reading) -> Option<TransferKind> {
    match kind.text.as_str() {
        "bridge" => Some(TransferKind::Bridge),
        "blind" => Some(TransferKind::Blind),
        other => {
            reading.fault(
                "unknown-kind",
                &kind.span,
                format!("there is no kind of transfer called {other}"),
                "kind: bridge, or kind: blind",
            );
            None
        }
    }
}
