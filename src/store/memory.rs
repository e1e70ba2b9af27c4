//! The store in memory: gone with the process, for demonstrations and tests.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use rustc_hash::FxHashMap;

use crate::clock::Clock;
use crate::session::Row;

use super::call::{CallRow, Claim, Claimed, Guard, Held, Next};
use super::changes::Changes;
use super::error::StoreError;
use super::instant::{after, before};
use super::keys::{CallKey, NoteKey};
use super::memory_versions::Versions;
use super::note::Note;
use super::record::Record;
use super::surface::Store;
use super::sweeping::{Retention, Swept};
use super::version::{FlowVersion, Release, Released, VersionEntry};
use super::version_surface::VersionStore;

/// How many calls are kept as they are; who was saved longest ago is encrypted, which takes less room.
const MOST_OPEN: usize = 2048;

/// Rows in maps.
pub(super) struct MemoryStore {
    tables: Mutex<Tables>,
    changes: Changes,
    clock: Clock,
}

#[derive(Default)]
struct Tables {
    /// Keys are MACs: nobody outside chooses some that collide.
    calls: FxHashMap<CallKey, CallRow>,
    /// Calls that were saved as they are, and the revision that was saved.
    open: VecDeque<(CallKey, i64)>,
    notes: HashMap<NoteKey, Note>,
    records: BTreeMap<String, Record>,
    versions: Versions,
}

impl MemoryStore {
    /// An empty store.
    pub(super) fn new(clock: Clock) -> Self {
        Self { tables: Mutex::default(), changes: Changes::default(), clock }
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Encrypts a call that has been open for long, where it is open still; not while everybody else waits.
    fn seal(&self, (key, revision, row): (CallKey, i64, Row)) {
        let mut sealed = row.sealed();
        sealed.0.shrink_to_fit();
        if let Some(row) = self.tables().calls.get_mut(&key).filter(|row| row.revision == revision) {
            row.body = Row::Sealed(sealed);
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok(self.clock.now())
    }

    async fn open_call(&self, key: CallKey, flow_version: &str, first: Next, records: Vec<Record>) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let opened = tables.open_call(key, first, records, self.clock.now());
        if opened {
            tables.versions.begin(key, flow_version);
        }
        let oldest = tables.take_oldest_open();
        drop(tables);
        oldest.into_iter().for_each(|open| self.seal(open));
        Ok(opened)
    }

    async fn call(&self, key: CallKey) -> Result<Option<CallRow>, StoreError> {
        Ok(self.tables().calls.get(&key).cloned())
    }

    async fn claim(&self, key: CallKey, turn: u32, claim: Claim) -> Result<Claimed, StoreError> {
        Ok(self.tables().claim(key, turn, claim, self.clock.now()))
    }

    async fn save(&self, key: CallKey, guard: Guard, next: Next, records: Vec<Record>) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let saved = tables.save(key, guard, next, records, self.clock.now());
        let oldest = tables.take_oldest_open();
        drop(tables);
        oldest.into_iter().for_each(|open| self.seal(open));
        if saved {
            self.changes.ring(key);
        }
        Ok(saved)
    }

    async fn changed(&self, key: CallKey, revision: i64, at_most: Duration) -> Result<Option<CallRow>, StoreError> {
        self.changes.wait(self, key, revision, at_most).await
    }

    async fn idle_calls(&self, untouched_for: Duration, most: u32) -> Result<Vec<(CallKey, CallRow)>, StoreError> {
        let touched = before(self.clock.now(), untouched_for);
        let idle = |row: &CallRow| row.ended_at.is_none() && row.touched_at <= touched;
        let mut calls: Vec<_> = self.tables().calls.iter().filter(|(_, row)| idle(row)).map(|(key, row)| (*key, row.clone())).collect();
        calls.sort_by_key(|(_, row)| row.touched_at);
        calls.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(calls)
    }

    async fn note(&self, key: NoteKey) -> Result<Option<Note>, StoreError> {
        Ok(self.tables().current_note(key, self.clock.now()).cloned())
    }

    async fn swap_note(&self, key: NoteKey, version: Option<i64>, body: Vec<u8>, expires_at: Timestamp) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut tables = self.tables();
        if tables.current_note(key, now).map(|note| note.version) != version {
            return Ok(false);
        }
        let version = tables.notes.get(&key).map_or(now.as_millisecond(), |note| note.version + 1);
        tables.notes.insert(key, Note { version, body, expires_at });
        Ok(true)
    }

    async fn record(&self, id: &str) -> Result<Option<Record>, StoreError> {
        Ok(self.tables().records.get(id).cloned())
    }

    async fn records_of_call(&self, call_id: &str) -> Result<Vec<Record>, StoreError> {
        let mut records: Vec<_> = self.tables().records.values().filter(|record| record.call_id == call_id).cloned().collect();
        records.sort_by_key(|record| record.at);
        Ok(records)
    }

    async fn sweep(&self, keep: Retention) -> Result<Swept, StoreError> {
        Ok(self.tables().sweep(keep, self.clock.now()))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[async_trait]
impl VersionStore for MemoryStore {
    async fn keep_version(&self, version: FlowVersion) -> Result<(), StoreError> {
        self.tables().versions.keep(version, self.clock.now());
        Ok(())
    }

    async fn version(&self, id: &str) -> Result<Option<FlowVersion>, StoreError> {
        Ok(self.tables().versions.version(id))
    }

    async fn versions(&self, flow: &str) -> Result<Vec<VersionEntry>, StoreError> {
        let tables = self.tables();
        Ok(tables.versions.of_flow(flow, &tables.calls))
    }

    async fn release(&self, release: Release) -> Result<(), StoreError> {
        self.tables().versions.release(release, self.clock.now());
        Ok(())
    }

    async fn releases(&self, flow: &str) -> Result<Vec<Released>, StoreError> {
        Ok(self.tables().versions.releases(flow))
    }

    async fn published(&self) -> Result<Vec<Released>, StoreError> {
        Ok(self.tables().versions.published())
    }
}

impl Tables {
    fn open_call(&mut self, key: CallKey, first: Next, records: Vec<Record>, now: Timestamp) -> bool {
        if self.calls.contains_key(&key) {
            return false;
        }
        self.open.push_back((key, 1));
        self.calls.insert(key, row(first, 1, None, now));
        self.put_records(records);
        true
    }

    fn claim(&mut self, key: CallKey, turn: u32, claim: Claim, now: Timestamp) -> Claimed {
        let Some(row) = self.calls.get_mut(&key) else { return Claimed::Unknown };
        if row.turn != turn || row.ended_at.is_some() {
            return Claimed::OtherTurn(row.clone());
        }
        if let Some(held) = row.held.filter(|held| held.until > now) {
            let row = row.clone();
            return if held.by == claim.id { Claimed::Taken { row, takeover: false } } else { Claimed::Busy(row) };
        }
        let takeover = row.held.replace(held(claim, now)).is_some();
        row.touched_at = now;
        Claimed::Taken { row: row.clone(), takeover }
    }

    fn save(&mut self, key: CallKey, guard: Guard, next: Next, records: Vec<Record>, now: Timestamp) -> bool {
        let Some(standing) = self.calls.get_mut(&key) else { return false };
        let holds = match guard {
            Guard::Unchanged { revision } => standing.revision == revision && !standing.is_held(now),
            Guard::HeldBy(claim) => standing.held.is_some_and(|held| held.by == claim),
        };
        if holds {
            *standing = row(next, standing.revision + 1, standing.ended_at, now);
            self.open.push_back((key, standing.revision));
            self.put_records(records);
        }
        holds
    }

    /// The call that has been open for longest, when there are too many.
    fn take_oldest_open(&mut self) -> Option<(CallKey, i64, Row)> {
        let (key, revision) = if self.open.len() > MOST_OPEN { self.open.pop_front()? } else { return None };
        let row = self.calls.get(&key).filter(|row| row.revision == revision)?;
        Some((key, revision, row.body.clone()))
    }

    fn put_records(&mut self, records: Vec<Record>) {
        self.records.extend(records.into_iter().map(|record| (record.id.clone(), record)));
    }

    fn current_note(&self, key: NoteKey, now: Timestamp) -> Option<&Note> {
        self.notes.get(&key).filter(|note| note.expires_at > now)
    }

    fn sweep(&mut self, keep: Retention, now: Timestamp) -> Swept {
        let (ended, old) = (before(now, keep.ended_calls), before(now, keep.records));
        let counts = |tables: &Self| (tables.notes.len(), tables.calls.len(), tables.records.len());
        let had = counts(self);
        self.notes.retain(|_, note| note.expires_at > now);
        self.calls.retain(|_, call| call.ended_at.is_none_or(|at| at > ended));
        self.records.retain(|_, record| record.at > old);
        let versions = self.versions.sweep(&self.calls, old);
        let has = counts(self);
        let gone = |had: usize, has: usize| u64::try_from(had - has).unwrap_or(u64::MAX);
        Swept { notes: gone(had.0, has.0), calls: gone(had.1, has.1), records: gone(had.2, has.2), versions }
    }
}

fn row(next: Next, revision: i64, ended_at: Option<Timestamp>, now: Timestamp) -> CallRow {
    CallRow {
        turn: next.turn,
        revision,
        body: next.body,
        held: next.claim.map(|claim| held(claim, now)),
        ended_at: ended_at.or(next.ended.then_some(now)),
        touched_at: now,
    }
}

fn held(claim: Claim, now: Timestamp) -> Held {
    Held { by: claim.id, until: after(now, claim.lease) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::clock::Chance;
    use crate::secret::MasterKey;
    use crate::session::{CallBody, Ended, Results};

    use super::*;

    #[tokio::test]
    async fn of_many_calls_those_saved_last_are_kept_as_they_are() {
        let store = MemoryStore::new(Clock::by_hand(Timestamp::UNIX_EPOCH));
        let (key, chance) = (Arc::new(MasterKey::new([1; 32])), Chance::seeded(1));
        let ended =
            Ended { at: Timestamp::UNIX_EPOCH, say: Vec::new(), language: "en".to_owned(), results: Results::unavailable("internal") };
        let body = CallBody::Ended(Arc::new(ended));
        let call = |number: usize| CallKey(std::array::from_fn(|place| (number >> (8 * place.min(3))) as u8));
        for number in 0..MOST_OPEN + 2 {
            let first = Next { turn: 0, body: Row::open(body.clone(), call(number).0, &key, &chance), claim: None, ended: false };
            assert!(store.open_call(call(number), "", first, Vec::new()).await.unwrap());
        }

        for number in 0..MOST_OPEN + 2 {
            let row = store.call(call(number)).await.unwrap().unwrap();
            assert_eq!(matches!(row.body, Row::Sealed(_)), number < 2, "{number}");
            assert_eq!(row.body.read(&call(number).0, &key), Ok(body.clone()));
        }
    }
}
