//! What every store does, whatever keeps its rows.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::call::{CallRow, Claim, Claimed, Guard, Next};
use super::error::StoreError;
use super::keys::{CallKey, NoteKey};
use super::note::Note;
use super::record::Record;
use super::sweeping::{Retention, Swept};
use super::version_surface::VersionStore;

/// Keeps calls, notes, records and flow versions. What was answered is on disk: a node may be lost the moment after.
///
/// Leases, expiries and retention go by the store's own time. Every method fails with the words of [`StoreError`].
#[async_trait]
pub trait Store: VersionStore + Send + Sync {
    /// The store's time.
    async fn now(&self) -> Result<Timestamp, StoreError>;

    /// Opens a call on this flow version, with the records of its beginning; `false` when it is open already, and then nothing
    /// is written.
    async fn open_call(&self, key: CallKey, flow_version: &str, first: Next, records: Vec<Record>) -> Result<bool, StoreError>;

    /// The call, when there is one.
    async fn call(&self, key: CallKey) -> Result<Option<CallRow>, StoreError>;

    /// Claims a turn before its effects: of all who ask at the same time one gets it.
    async fn claim(&self, key: CallKey, turn: u32, claim: Claim) -> Result<Claimed, StoreError>;

    /// Saves a call and its records, all or nothing; `false` when the guard did not hold, and then nothing is written.
    async fn save(&self, key: CallKey, guard: Guard, next: Next, records: Vec<Record>) -> Result<bool, StoreError>;

    /// Waits until the call is no longer at `revision`, at most for `at_most`, and gives it as it is then.
    /// Saves of this node are seen at once, those of other nodes within a second.
    async fn changed(&self, key: CallKey, revision: i64, at_most: Duration) -> Result<Option<CallRow>, StoreError>;

    /// Calls that have not ended and that nobody touched for `untouched_for`: at most `most`, the longest untouched first.
    async fn idle_calls(&self, untouched_for: Duration, most: u32) -> Result<Vec<(CallKey, CallRow)>, StoreError>;

    /// The note, unless there is none or it has expired.
    async fn note(&self, key: NoteKey) -> Result<Option<Note>, StoreError>;

    /// Changes the note that was read at `version`, or makes it when none was read; `false` when somebody was quicker,
    /// and then nothing is written. Read again and try again until it is `true`.
    async fn swap_note(&self, key: NoteKey, version: Option<i64>, body: Vec<u8>, expires_at: Timestamp) -> Result<bool, StoreError>;

    /// The record with this id.
    async fn record(&self, id: &str) -> Result<Option<Record>, StoreError>;

    /// The records of a call, in the order of their times, whatever their tenants.
    async fn records_of_call(&self, call_id: &str) -> Result<Vec<Record>, StoreError>;

    /// Removes expired notes, calls that ended long ago, old records, and flow versions that nobody has used for as long as
    /// records are kept: a few at a time, so that callers get between.
    async fn sweep(&self, keep: Retention) -> Result<Swept, StoreError>;

    /// Writes something and sees it committed: whether the store can take calls.
    async fn ping(&self) -> Result<(), StoreError>;
}
