//! The store in PostgreSQL, shared by any number of nodes; leases and expiries go by the server's clock.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::Connection;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnection;

use super::call::{CallRow, Claim, Claimed, Guard, Next};
use super::changes::Changes;
use super::error::StoreError;
use super::jobs::{ClaimTurn, OpenCall, Ping, Save, SwapNote, SweepSome};
use super::keys::{CallKey, NoteKey};
use super::note::Note;
use super::postgres_errors::explain_migration;
use super::postgres_jobs::{IdleCalls, ReadCall, ReadNote, ReadRecord, RecordsOfCall};
use super::postgres_link::Link;
use super::postgres_news::News;
use super::postgres_time::StoreTime;
use super::record::Record;
use super::rows::StoredCall;
use super::sql::{self, Timed};
use super::surface::Store;
use super::sweeping::{Retention, Swept};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How many rows one step of a sweep removes.
const SWEEP_STEP: u32 = 200;

/// Rows in a PostgreSQL database.
pub(super) struct PostgresStore {
    pub(super) link: Arc<Link>,
    time: StoreTime,
    changes: Arc<Changes>,
    news: News,
}

impl PostgresStore {
    /// Reaches the database, and brings its tables to what this program knows.
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        let link = Arc::new(Link::new(url)?);
        migrate(&link).await?;
        let changes = Arc::new(Changes::default());
        let news = News::start(Arc::clone(&link), Arc::clone(&changes));
        let time = StoreTime::default();
        time.read(&link).await?;
        Ok(Self { link, time, changes, news })
    }

    async fn sweep_all(&self, statement: &'static Timed, due_for: Duration) -> Result<u64, StoreError> {
        let mut swept = 0;
        loop {
            let step = self.link.run(&SweepSome { statement, due_for, most: SWEEP_STEP }).await?;
            swept += step;
            if step < u64::from(SWEEP_STEP) {
                return Ok(swept);
            }
        }
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        match self.time.carried() {
            Some(now) => Ok(now),
            None => self.time.read(&self.link).await,
        }
    }

    async fn open_call(&self, key: CallKey, flow_version: &str, first: Next, records: Vec<Record>) -> Result<bool, StoreError> {
        self.link.run(&OpenCall { key, flow_version: flow_version.to_owned(), first: first.sealed(), records }).await
    }

    async fn call(&self, key: CallKey) -> Result<Option<CallRow>, StoreError> {
        let row = self.link.run(&ReadCall(key)).await?;
        self.link.explained(row.map(StoredCall::read).transpose()).map(|read| read.map(|(_, row, _)| row))
    }

    async fn claim(&self, key: CallKey, turn: u32, claim: Claim) -> Result<Claimed, StoreError> {
        self.link.run(&ClaimTurn { key, turn, claim }).await
    }

    async fn save(&self, key: CallKey, guard: Guard, next: Next, records: Vec<Record>) -> Result<bool, StoreError> {
        // Others wait for a turn that is held, and for nothing else: only its end is news to other nodes.
        let lets_go = matches!(guard, Guard::HeldBy(_)) && next.claim.is_none();
        let saved = self.link.run(&Save { key, guard, next: next.sealed(), records }).await?;
        if saved {
            self.changes.ring(key);
        }
        if saved && lets_go {
            self.news.tell(key);
        }
        Ok(saved)
    }

    async fn changed(&self, key: CallKey, revision: i64, at_most: Duration) -> Result<Option<CallRow>, StoreError> {
        self.changes.wait(self, key, revision, at_most).await
    }

    async fn idle_calls(&self, untouched_for: Duration, most: u32) -> Result<Vec<(CallKey, CallRow)>, StoreError> {
        let rows = self.link.run(&IdleCalls { untouched_for, most }).await?;
        let calls = rows.into_iter().map(|row| row.read().map(|(key, row, _)| (key, row)));
        self.link.explained(calls.collect())
    }

    async fn note(&self, key: NoteKey) -> Result<Option<Note>, StoreError> {
        self.link.run(&ReadNote(key)).await
    }

    async fn swap_note(&self, key: NoteKey, version: Option<i64>, body: Vec<u8>, expires_at: Timestamp) -> Result<bool, StoreError> {
        self.link.run(&SwapNote { key, version, body, expires_at }).await
    }

    async fn record(&self, id: &str) -> Result<Option<Record>, StoreError> {
        self.link.run(&ReadRecord(id.to_owned())).await
    }

    async fn records_of_call(&self, call_id: &str) -> Result<Vec<Record>, StoreError> {
        self.link.run(&RecordsOfCall(call_id.to_owned())).await
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
        self.link.run(&Ping).await?;
        self.time.read(&self.link).await.map(drop)
    }
}

/// One node at a time: sqlx takes an advisory lock before it looks what is to be done.
async fn migrate(link: &Link) -> Result<(), StoreError> {
    let mut connection: PgConnection = link.connect().await?;
    MIGRATIONS.run(&mut connection).await.map_err(|error| explain_migration(link.name(), error))?;
    link.explained(connection.close().await)
}
