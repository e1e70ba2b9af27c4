//! `transfer`: puts the caller through.

use super::amount::{Amount, Bounds};
use super::reading::{Fields, Located, Reading};
use super::stage::{Next, Stage};
use super::turn::{Transfer as TransferTurn, TransferKind};
use super::varying::Varying;

const RING_FOR: Bounds = Bounds::time("ring_for", 1_000, 300_000, 30_000);

/// A step that puts the caller through.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// To whom: a `sip:` or `tel:` address.
    pub to: Varying,
    /// Said before.
    pub say: Option<Located>,
    /// How long it may ring.
    pub ring_for: Amount,
    /// Whether the call comes back.
    pub kind: TransferKind,
}

impl Transfer {
    pub(super) const OUTCOMES: &'static [&'static str] = &["ended", "busy", "no_answer", "failed"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let say = fields.text("say", reading);
        let ring_for = Amount::read(RING_FOR, fields, reading);
        let kind = fields.text("kind", reading).map_or(Some(TransferKind::Bridge), |kind| read_kind(&kind, reading));
        let to = fields.need("to", reading).and_then(|node| Varying::read(node, reading));
        Some(Self { to: to?, say, ring_for, kind: kind? })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let to = self.to.text(stage);
        if !to.starts_with("sip:") && !to.starts_with("sips:") && !to.starts_with("tel:") {
            return Next::Outcome("failed");
        }
        if let Some(say) = &self.say {
            stage.say(&say.text);
        }
        Next::Transfer(TransferTurn { to, kind: self.kind, ring_for_ms: stage.amount(&self.ring_for), results: Vec::new() })
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
