//! The way to the server: a few connections, lent to one job at a time, and patience while the server restarts.

use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout_at};
use tracing::debug;

use super::error::StoreError;
use super::postgres_errors::{explain, is_passing};

/// How many jobs run at once; the others queue.
const CONNECTIONS: usize = 16;

/// How long a job may take, with all that it waits for: a connection, a lock, a server that restarts.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two tries; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// What the server ends by itself: waits for a lock while we are still there to hear of it, the rest should we be gone.
const SESSION: [(&str, &str); 3] = [("lock_timeout", "4s"), ("statement_timeout", "10s"), ("idle_in_transaction_session_timeout", "10s")];

/// Something to ask of the server. It may run twice, when nobody can tell what came of the first time: whatever it writes is
/// guarded, and the second time finds the guard gone.
#[async_trait]
pub(super) trait Job: Sync {
    /// What its caller wants to know.
    type Answer: Send;

    /// Asks on this connection, outside any transaction.
    async fn run(&self, connection: &mut PgConnection) -> Result<Self::Answer, sqlx::Error>;
}

/// The connections to one database.
pub(super) struct Link {
    options: PgConnectOptions,
    name: String,
    places: Semaphore,
    idle: Mutex<Vec<PgConnection>>,
}

/// A connection that was lent; dropped in the middle of a job, it is closed and the server undoes what was not committed.
struct Lent<'l> {
    connection: PgConnection,
    _place: Option<SemaphorePermit<'l>>,
}

impl Link {
    /// A link that no connection has been made on.
    pub(super) fn new(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url).map_err(|source| StoreError::BadPostgresUrl { source: Arc::new(source) })?;
        let name = name(&options);
        let options = options.application_name("callward").options(SESSION).disable_statement_logging();
        Ok(Self { options, name, places: Semaphore::new(CONNECTIONS), idle: Mutex::default() })
    }

    /// The database's name in errors: neither user nor password.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// How to connect.
    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// A connection of the caller's own.
    pub(super) async fn connect(&self) -> Result<PgConnection, StoreError> {
        self.patiently(|| async { self.options.connect().await }).await
    }

    /// Has a job done, and gives its answer when that is on disk.
    pub(super) async fn run<J: Job>(&self, job: &J) -> Result<J::Answer, StoreError> {
        self.patiently(|| self.attempt(job)).await
    }

    /// The outcome, with words for who runs the store.
    pub(super) fn explained<T>(&self, outcome: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        outcome.map_err(|error| explain(&self.name, error))
    }

    /// Tries again while the server restarts, and no longer than [`PATIENCE`].
    async fn patiently<T, F: Future<Output = Result<T, sqlx::Error>>>(&self, attempt: impl Fn() -> F) -> Result<T, StoreError> {
        let deadline = Instant::now() + PATIENCE;
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match timeout_at(deadline, attempt()).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => error,
                Err(_) => return Err(StoreError::Slow { store: self.name.clone() }),
            };
            if !is_passing(&error) || Instant::now() + pause > deadline {
                return self.explained(Err(error));
            }
            debug!("the store {} is asked again: {error}", self.name);
            sleep(pause).await;
            pause *= 2;
        }
    }

    async fn attempt<J: Job>(&self, job: &J) -> Result<J::Answer, sqlx::Error> {
        let mut lent = self.lend().await?;
        let outcome = job.run(&mut lent.connection).await;
        match &outcome {
            // What happened to one connection has happened to all that stood idle.
            Err(error) if is_passing(error) => self.idle().clear(),
            Ok(_) | Err(_) => self.idle().push(lent.connection),
        }
        outcome
    }

    async fn lend(&self) -> Result<Lent<'_>, sqlx::Error> {
        // It is never closed, and who gets no place will queue in the server.
        let place = self.places.acquire().await.ok();
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        Ok(Lent { connection, _place: place })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<PgConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name(options: &PgConnectOptions) -> String {
    let place = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    format!("postgres://{place}/{}", options.get_database().unwrap_or(options.get_username()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_neither_user_nor_password() {
        let name = |url| Link::new(url).unwrap().name().to_owned();

        assert_eq!(name("postgres://callward:hunter2@db.example:5433/calls"), "postgres://db.example:5433/calls");
        assert_eq!(name("postgres://callward@localhost/calls?host=/run/postgresql"), "postgres:///run/postgresql/calls");
    }

    #[test]
    fn an_address_that_cannot_be_read_is_not_shown() {
        let refusal = Link::new("postgres://callward:hunter2@db:port/calls").err().unwrap().to_string();

        assert!(refusal.contains("postgres://USER:PASSWORD@HOST/DATABASE"), "{refusal}");
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
}
