//! A call as the store keeps it, and what its turns are claimed and saved with.
//!
//! ```text
//! open_call ─→ awaits turn n ───────── save, Unchanged ─────────→ awaits turn n + 1     nothing done outside
//!                   │                                                    ↑
//!                 claim                                             save, HeldBy
//!                   ↓                                                    │
//!               held for n ── save with the claim kept ─→ held for n: the effect is begun, then done
//!                   ↑                                            │
//!                   └────── the lease runs out: claim, takeover ─┘
//! ```

use std::time::Duration;

use jiff::Timestamp;

use crate::secret::Sealed;
use crate::session::Row;

use super::keys::ClaimId;

/// A call's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    /// The turn that is awaited; once the call has ended, the one after its last.
    pub turn: u32,
    /// Grows with every save; claims leave it alone.
    pub revision: i64,
    /// The session.
    pub body: Row,
    /// Who works on the awaited turn, or did when it was lost.
    pub held: Option<Held>,
    /// When the call ended.
    pub ended_at: Option<Timestamp>,
    /// When the call was last claimed or saved.
    pub touched_at: Timestamp,
}

/// A claim that stands in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Who holds it.
    pub by: ClaimId,
    /// From this time on anybody may take it over.
    pub until: Timestamp,
}

/// A claim that is asked for, or renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Who asks.
    pub id: ClaimId,
    /// How long it holds, counted from the store's time.
    pub lease: Duration,
}

/// What came of asking for a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// The turn is the asker's.
    Taken {
        /// The row, with the claim in it.
        row: CallRow,
        /// The claim of somebody who was lost was taken over: an effect of theirs may have happened.
        takeover: bool,
    },
    /// Somebody else works on this turn; wait with [`Store::changed`](super::Store::changed).
    Busy(CallRow),
    /// The call awaits another turn, or has ended.
    OtherTurn(CallRow),
    /// There is no such call.
    Unknown,
}

/// What a row must still be like for a save to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Nobody has saved since this revision was read, and nobody holds a claim that runs.
    Unchanged {
        /// The revision that was read.
        revision: i64,
    },
    /// This claim still stands. One that has run out stands until somebody takes it over.
    HeldBy(ClaimId),
}

/// What a row becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next<B = Row> {
    /// The turn that is awaited from here on.
    pub turn: u32,
    /// The session.
    pub body: B,
    /// The claim that stands after the save: a new one, the old one renewed, or none.
    pub claim: Option<Claim>,
    /// Whether the call ends; the time of the first end stays.
    pub ended: bool,
}

impl Next {
    /// What is written down of it.
    pub(super) fn sealed(self) -> Next<Sealed> {
        Next { turn: self.turn, body: self.body.sealed(), claim: self.claim, ended: self.ended }
    }
}

impl CallRow {
    /// Whether somebody holds a claim that runs at `now`.
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.held.is_some_and(|held| held.until > now)
    }

    /// The guard of a save that changes just what this row was when it was read.
    pub fn unchanged(&self) -> Guard {
        Guard::Unchanged { revision: self.revision }
    }
}
