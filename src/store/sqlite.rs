//! The store in one SQLite file: a few connections read, one writes.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::ConnectOptions;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::clock::Clock;

use super::call::{CallRow, Claim, Claimed, Guard, Next};
use super::changes::Changes;
use super::error::StoreError;
use super::instant::milliseconds;
use super::jobs::{ClaimTurn, OpenCall, Ping, Save, SwapNote, SweepSome};
use super::keys::{CallKey, NoteKey};
use super::note::Note;
use super::record::Record;
use super::rows::{StoredCall, StoredNote, StoredRecord};
use super::sql::{self, Timed};
use super::sqlite_errors::{explain, explain_migration};
use super::sqlite_saves::PlainSave;
use super::sqlite_writer::Writer;
use super::surface::Store;
use super::sweeping::{Retention, Swept};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long to wait for another program that has the file.
const BUSY: Duration = Duration::from_secs(5);

const READERS: u32 = 4;

/// How many rows one step of a sweep removes.
const SWEEP_STEP: u32 = 200;

/// Rows in an SQLite file (WAL, `synchronous=FULL`).
pub(super) struct SqliteStore {
    pub(super) readers: SqlitePool,
    pub(super) writer: Writer,
    changes: Changes,
    clock: Clock,
    path: PathBuf,
}

impl SqliteStore {
    /// Opens the file, makes it when it is missing, and brings its tables to what this program knows.
    pub(super) async fn open(url: &str, clock: Clock) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|source| StoreError::BadUrl { url: url.to_owned(), source: Arc::new(source) })?
            .create_if_missing(true)
            .busy_timeout(BUSY);
        let path = options.get_filename().to_owned();
        require_folder(&path).await?;
        let connection = writing_connection(&options, &path).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .acquire_timeout(BUSY)
            .connect_lazy_with(options.pragma("query_only", "ON"));
        let writer = Writer::start(connection, clock.clone(), path.clone());
        Ok(Self { readers, writer, changes: Changes::default(), clock, path })
    }

    async fn sweep_all(&self, statement: &'static Timed, due_for: Duration) -> Result<u64, StoreError> {
        let mut swept = 0;
        loop {
            let step = self.writer.write(SweepSome { statement, due_for, most: SWEEP_STEP }).await?;
            swept += step;
            if step < u64::from(SWEEP_STEP) {
                return Ok(swept);
            }
        }
    }

    pub(super) fn explained<T>(&self, outcome: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        outcome.map_err(|error| explain(&self.path, error))
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok(self.clock.now())
    }

    async fn open_call(&self, key: CallKey, flow_version: &str, first: Next, records: Vec<Record>) -> Result<bool, StoreError> {
        self.writer.write(OpenCall { key, flow_version: flow_version.to_owned(), first: first.sealed(), records }).await
    }

    async fn call(&self, key: CallKey) -> Result<Option<CallRow>, StoreError> {
        let row: Option<StoredCall> = self.explained(sqlx::query_as(sql::CALL).bind(&key.0[..]).fetch_optional(&self.readers).await)?;
        Ok(self.explained(row.map(StoredCall::read).transpose())?.map(|(_, row, _)| row))
    }

    async fn claim(&self, key: CallKey, turn: u32, claim: Claim) -> Result<Claimed, StoreError> {
        self.writer.write(ClaimTurn { key, turn, claim }).await
    }

    async fn save(&self, key: CallKey, guard: Guard, next: Next, records: Vec<Record>) -> Result<bool, StoreError> {
        let saved = match (guard, &next) {
            (Guard::Unchanged { revision }, Next { turn, claim: None, ended: false, .. }) if records.is_empty() => {
                self.writer.save(PlainSave { key, revision, turn: *turn, body: next.body.sealed().0 }).await?
            }
            _ => self.writer.write(Save { key, guard, next: next.sealed(), records }).await?,
        };
        if saved {
            self.changes.ring(key);
        }
        Ok(saved)
    }

    async fn changed(&self, key: CallKey, revision: i64, at_most: Duration) -> Result<Option<CallRow>, StoreError> {
        self.changes.wait(self, key, revision, at_most).await
    }

    async fn idle_calls(&self, untouched_for: Duration, most: u32) -> Result<Vec<(CallKey, CallRow)>, StoreError> {
        let now = self.clock.now().as_millisecond();
        let query = sqlx::query_as(sql::IDLE_CALLS.sqlite).bind(milliseconds(untouched_for)).bind(i64::from(most)).bind(now);
        let rows: Vec<StoredCall> = self.explained(query.fetch_all(&self.readers).await)?;
        let calls = rows.into_iter().map(|row| row.read().map(|(key, row, _)| (key, row)));
        self.explained(calls.collect())
    }

    async fn note(&self, key: NoteKey) -> Result<Option<Note>, StoreError> {
        let query = sqlx::query_as(sql::NOTE.sqlite).bind(&key.0[..]).bind(self.clock.now().as_millisecond());
        let row: Option<StoredNote> = self.explained(query.fetch_optional(&self.readers).await)?;
        Ok(row.map(StoredNote::read))
    }

    async fn swap_note(&self, key: NoteKey, version: Option<i64>, body: Vec<u8>, expires_at: Timestamp) -> Result<bool, StoreError> {
        self.writer.write(SwapNote { key, version, body, expires_at }).await
    }

    async fn record(&self, id: &str) -> Result<Option<Record>, StoreError> {
        let row: Option<StoredRecord> = self.explained(sqlx::query_as(sql::RECORD).bind(id).fetch_optional(&self.readers).await)?;
        Ok(row.map(StoredRecord::read))
    }

    async fn records_of_call(&self, call_id: &str) -> Result<Vec<Record>, StoreError> {
        let query = sqlx::query_as(sql::RECORDS_OF_CALL).bind(call_id);
        let rows: Vec<StoredRecord> = self.explained(query.fetch_all(&self.readers).await)?;
        Ok(rows.into_iter().map(StoredRecord::read).collect())
    }

    async fn sweep(&self, keep: Retention) -> Result<Swept, StoreError> {
        let swept = Swept {
            notes: self.sweep_all(&sql::SWEEP_NOTES, Duration::ZERO).await?,
            calls: self.sweep_all(&sql::SWEEP_CALLS, keep.ended_calls).await?,
            records: self.sweep_all(&sql::SWEEP_RECORDS, keep.records).await?,
            versions: self.sweep_all(&sql::SWEEP_VERSIONS, keep.records).await?,
        };
        self.sweep_all(&sql::SWEEP_RELEASES, keep.records).await?;
        Ok(swept)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.writer.write(Ping).await
    }
}

async fn require_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    if tokio::fs::try_exists(folder).await.unwrap_or(false) {
        return Ok(());
    }
    Err(StoreError::NoFolder { folder: folder.to_owned() })
}

async fn writing_connection(options: &SqliteConnectOptions, path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = options.clone().journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let mut connection = options.connect().await.map_err(|error| explain(path, error))?;
    MIGRATIONS.run(&mut connection).await.map_err(|error| explain_migration(path, error))?;
    Ok(connection)
}
