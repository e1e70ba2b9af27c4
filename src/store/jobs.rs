//! What a database can be asked to write: each job is one guarded statement, some with records beside it.

use std::time::Duration;

use jiff::Timestamp;

use crate::secret::Sealed;

use super::call::{CallRow, Claim, Claimed, Guard, Next};
use super::instant::milliseconds;
use super::keys::{CallKey, NoteKey};
use super::record::Record;
use super::rows::StoredCall;
use super::sql::{self, Timed};

/// Opens a call.
pub(super) struct OpenCall {
    pub(super) key: CallKey,
    pub(super) flow_version: String,
    pub(super) first: Next<Sealed>,
    pub(super) records: Vec<Record>,
}

/// Claims a turn.
pub(super) struct ClaimTurn {
    pub(super) key: CallKey,
    pub(super) turn: u32,
    pub(super) claim: Claim,
}

/// Saves a call.
pub(super) struct Save {
    pub(super) key: CallKey,
    pub(super) guard: Guard,
    pub(super) next: Next<Sealed>,
    pub(super) records: Vec<Record>,
}

/// Changes a note.
pub(super) struct SwapNote {
    pub(super) key: NoteKey,
    pub(super) version: Option<i64>,
    pub(super) body: Vec<u8>,
    pub(super) expires_at: Timestamp,
}

/// Removes some rows that are due.
#[derive(Clone, Copy)]
pub(super) struct SweepSome {
    /// One of the `SWEEP_…` statements.
    pub(super) statement: &'static Timed,
    pub(super) due_for: Duration,
    pub(super) most: u32,
}

/// Writes down that writing works.
pub(super) struct Ping;

impl<B> Next<B> {
    /// The lease of the claim that stands after the save, as a parameter.
    pub(super) fn lease(&self) -> Option<i64> {
        self.claim.map(|claim| milliseconds(claim.lease))
    }
}

impl ClaimTurn {
    /// What it means that the row `standing` could not be claimed.
    pub(super) fn missed(&self, standing: Option<StoredCall>) -> Result<Claimed, sqlx::Error> {
        let Some(standing) = standing else { return Ok(Claimed::Unknown) };
        let (_, row, takeover) = standing.read()?;
        Ok(match row {
            row if row.turn != self.turn || row.ended_at.is_some() => Claimed::OtherTurn(row),
            row if self.has(&row) => Claimed::Taken { row, takeover },
            row => Claimed::Busy(row),
        })
    }

    /// Whether the claim is in the row: asked for twice, because nobody could tell what came of the first time.
    fn has(&self, row: &CallRow) -> bool {
        row.held.is_some_and(|held| held.by == self.claim.id)
    }
}

impl SwapNote {
    /// The statement that does it.
    pub(super) fn statement(&self) -> &'static Timed {
        if self.version.is_some() { &sql::SWAP_NOTE } else { &sql::NEW_NOTE }
    }
}
