//! What every store promises, as tests that run against each of them.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use crate::clock::Clock;
use crate::secret::Sealed;
use crate::session::Row;

use super::call::{CallRow, Claim, Guard, Next};
use super::keys::{CallKey, ClaimId};
use super::open::open;
use super::postgres_cluster::{Cluster, Database};
use super::record::Record;
use super::surface::Store;

/// An empty store on the bench, and the clock that it goes by.
pub(super) struct Bench {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Clock,
    /// Where its file lies, as long as the bench stands.
    pub(super) folder: Option<TempDir>,
    database: Option<Database>,
}

impl Bench {
    pub(super) async fn in_memory() -> Self {
        let clock = standing_clock();
        let store = open("memory:", clock.clone()).await.unwrap();
        Self { store, clock, folder: None, database: None }
    }

    pub(super) async fn in_sqlite() -> Self {
        let clock = standing_clock();
        let folder = TempDir::new().unwrap();
        let store = open(&sqlite_url(&folder), clock.clone()).await.unwrap();
        Self { store, clock, folder: Some(folder), database: None }
    }

    pub(super) async fn in_postgres() -> Self {
        Self::on(Cluster::shared()).await
    }

    /// In a database of its own on this server.
    pub(super) async fn on(cluster: &Cluster) -> Self {
        let (clock, database) = (standing_clock(), cluster.database().await);
        let store = open(database.url(), Clock::system()).await.unwrap();
        database.stand_at(clock.now()).await;
        store.ping().await.unwrap();
        Self { store, clock, folder: None, database: Some(database) }
    }

    /// The same rows opened once more, as another node does whose clock is wrong.
    pub(super) async fn open_again(&self) -> Arc<dyn Store> {
        match (&self.folder, &self.database) {
            (Some(folder), _) => open(&sqlite_url(folder), self.clock.clone()).await.unwrap(),
            (None, Some(database)) => open(database.url(), Clock::by_hand(Timestamp::UNIX_EPOCH)).await.unwrap(),
            (None, None) => Arc::clone(&self.store),
        }
    }

    /// Lets time go by; a database has a clock of its own, and the store reads it when it is pinged.
    pub(super) async fn pass(&self, time: Duration) {
        self.clock.advance(time);
        if let Some(database) = &self.database {
            database.stand_at(self.clock.now()).await;
            self.store.ping().await.unwrap();
        }
    }

    /// The database in PostgreSQL.
    pub(super) fn database(&self) -> &Database {
        self.database.as_ref().unwrap()
    }

    /// The same file after an end and a start.
    pub(super) async fn restarted(self) -> Self {
        drop(self.store);
        let store = open(&sqlite_url(self.folder.as_ref().unwrap()), self.clock.clone()).await.unwrap();
        Self { store, ..self }
    }

    /// Opens [`KEY`] at turn 1, unclaimed.
    pub(super) async fn open_call(&self) {
        assert!(self.store.open_call(KEY, "v1", next(1, "opened"), vec![]).await.unwrap());
    }

    /// The row of [`KEY`].
    pub(super) async fn row(&self) -> CallRow {
        self.store.call(KEY).await.unwrap().unwrap()
    }

    /// Saves [`KEY`] without records.
    pub(super) async fn save(&self, guard: Guard, next: Next) -> bool {
        self.store.save(KEY, guard, next, vec![]).await.unwrap()
    }
}

/// The call that most tests are about.
pub(super) const KEY: CallKey = CallKey([7; 32]);

/// How long the claims of these tests hold.
pub(super) const LEASE: Duration = Duration::from_secs(30);

/// Runs each of these functions of the module against every back end.
macro_rules! on_every_store {
    ($($promise:ident),+ $(,)?) => {
        mod in_memory {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(super::Bench::in_memory().await).await;
            })+
        }

        mod in_sqlite {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(super::Bench::in_sqlite().await).await;
            })+
        }

        mod in_postgres {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(super::Bench::in_postgres().await).await;
            })+
        }
    };
}
pub(super) use on_every_store;

/// A claim by the asker with this number.
pub(super) fn claim(asker: u8) -> Claim {
    Claim { id: ClaimId([asker; 16]), lease: LEASE }
}

/// A row that awaits `turn` and is nobody's.
pub(super) fn next(turn: u32, body: &str) -> Next {
    Next { turn, body: sealed(body), claim: None, ended: false }
}

/// Stands for an encrypted body.
pub(super) fn sealed(body: &str) -> Row {
    Row::Sealed(Sealed(body.as_bytes().to_vec()))
}

/// A record of this time.
pub(super) fn record(id: &str, call_id: &str, at: Timestamp) -> Record {
    Record { id: id.to_owned(), tenant: "acme".to_owned(), call_id: call_id.to_owned(), at, body: "{}".to_owned() }
}

fn standing_clock() -> Clock {
    Clock::by_hand(Timestamp::UNIX_EPOCH + Duration::from_secs(1_000_000))
}

fn sqlite_url(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("callward.db").display())
}
