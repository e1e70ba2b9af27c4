//! The one task that writes: everybody who waits goes into the same transaction, and hears of it after COMMIT.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;

use super::error::StoreError;
use super::sqlite_errors::explain;
use super::sqlite_saves::{self, PlainSave, save_plainly};

/// How many may wait before others wait to wait.
const QUEUE: usize = 1024;

/// How many go into one transaction.
const BATCH: usize = 256;

/// Something to write. It may run twice: its transaction is undone and tried again when another job's fault spoilt it.
#[async_trait]
pub(super) trait Job: Send + Sync + 'static {
    /// What its caller wants to know.
    type Answer: Send + 'static;

    /// Writes inside the transaction that is open on `connection`.
    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<Self::Answer, sqlx::Error>;
}

/// The way to the task.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Entry>,
    path: Arc<PathBuf>,
}

/// What the task owns.
struct WriterTask {
    connection: SqliteConnection,
    clock: Clock,
    path: Arc<PathBuf>,
}

/// What somebody waits for.
enum Entry {
    /// A save that can share a statement with others.
    Save(QueuedSave),
    /// Anything else.
    Job(Box<dyn AnyJob>),
}

struct QueuedSave {
    save: PlainSave,
    saved: bool,
    reply: oneshot::Sender<Result<bool, StoreError>>,
}

/// What is written together.
#[derive(Default)]
struct Batch {
    saves: Vec<QueuedSave>,
    jobs: Vec<Box<dyn AnyJob>>,
}

/// A job of any kind, with somebody who waits for its answer.
#[async_trait]
trait AnyJob: Send {
    async fn run(&mut self, connection: &mut SqliteConnection, now: Timestamp) -> Result<(), sqlx::Error>;

    fn report(self: Box<Self>, outcome: Result<(), StoreError>);
}

struct Queued<J: Job> {
    job: J,
    answer: Option<J::Answer>,
    reply: oneshot::Sender<Result<J::Answer, StoreError>>,
}

/// Why nothing of a batch was written.
enum Undone {
    /// A job failed; the others may do well without it.
    ByJob(StoreError),
    /// The transaction could not begin, or not be committed.
    AsAWhole(StoreError),
}

impl Writer {
    /// Starts the task; it ends when the last `Writer` is dropped and everybody has been answered.
    pub(super) fn start(connection: SqliteConnection, clock: Clock, path: PathBuf) -> Self {
        let path = Arc::new(path);
        let (queue, entries) = mpsc::channel(QUEUE);
        tokio::spawn(WriterTask { connection, clock, path: Arc::clone(&path) }.serve(entries));
        Self { queue, path }
    }

    /// Writes, and answers when it is on disk.
    pub(super) async fn write<J: Job>(&self, job: J) -> Result<J::Answer, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue(Entry::Job(Box::new(Queued { job, answer: None, reply })), answer).await
    }

    /// Saves a call, and answers when it is on disk; `false` when its row is not what was read.
    pub(super) async fn save(&self, save: PlainSave) -> Result<bool, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue(Entry::Save(QueuedSave { save, saved: false, reply }), answer).await
    }

    async fn queue<A>(&self, entry: Entry, answer: oneshot::Receiver<Result<A, StoreError>>) -> Result<A, StoreError> {
        let stopped = || StoreError::Stopped { path: self.path.as_ref().clone() };
        self.queue.send(entry).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

impl WriterTask {
    async fn serve(mut self, mut entries: mpsc::Receiver<Entry>) {
        loop {
            let mut batch = Vec::new();
            if entries.recv_many(&mut batch, BATCH).await == 0 {
                return;
            }
            self.settle(Batch::of(batch)).await;
        }
    }

    async fn settle(&mut self, mut batch: Batch) {
        match self.commit(&mut batch).await {
            Ok(()) => batch.report(&Ok(())),
            Err(Undone::AsAWhole(error)) => batch.report(&Err(error)),
            Err(Undone::ByJob(error)) if batch.is_single() => batch.report(&Err(error)),
            Err(Undone::ByJob(_)) => self.settle_one_by_one(batch).await,
        }
    }

    async fn settle_one_by_one(&mut self, batch: Batch) {
        for mut single in batch.singly() {
            let outcome = self.commit(&mut single).await;
            single.report(&outcome.map_err(Undone::into_error));
        }
    }

    async fn commit(&mut self, batch: &mut Batch) -> Result<(), Undone> {
        if batch.is_one_statement() {
            // One statement is a transaction by itself.
            return self.save(&mut batch.saves).await;
        }
        let outcome = self.transact(batch).await;
        if outcome.is_err() {
            // SQLite has undone some failed transactions by itself, and then there is none to roll back.
            let _ = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
        }
        outcome
    }

    async fn transact(&mut self, batch: &mut Batch) -> Result<(), Undone> {
        self.execute("BEGIN IMMEDIATE").await?;
        self.save(&mut batch.saves).await?;
        for job in &mut batch.jobs {
            let now = self.clock.now();
            job.run(&mut self.connection, now).await.map_err(|error| Undone::ByJob(explain(&self.path, error)))?;
        }
        self.execute("COMMIT").await
    }

    /// Of two saves that read one call alike only one can hold: the first.
    async fn save(&mut self, saves: &mut [QueuedSave]) -> Result<(), Undone> {
        let mut keys = HashSet::with_capacity(saves.len());
        let firsts: Vec<_> = saves.iter().map(|queued| &queued.save).filter(|save| keys.insert(save.key)).collect();
        let outcome = save_plainly(&firsts, &mut self.connection, self.clock.now()).await;
        let mut saved = outcome.map_err(|error| Undone::ByJob(explain(&self.path, error)))?;
        saves.iter_mut().for_each(|queued| queued.saved = saved.remove(&queued.save.key));
        Ok(())
    }

    async fn execute(&mut self, statement: &'static str) -> Result<(), Undone> {
        let outcome = sqlx::query(statement).execute(&mut self.connection).await;
        outcome.map(drop).map_err(|error| Undone::AsAWhole(explain(&self.path, error)))
    }
}

impl Batch {
    fn of(entries: Vec<Entry>) -> Self {
        let mut batch = Self::default();
        for entry in entries {
            match entry {
                Entry::Save(save) => batch.saves.push(save),
                Entry::Job(job) => batch.jobs.push(job),
            }
        }
        batch
    }

    fn is_single(&self) -> bool {
        self.saves.len() + self.jobs.len() == 1
    }

    fn is_one_statement(&self) -> bool {
        self.jobs.is_empty() && self.saves.len() <= sqlite_saves::MOST
    }

    fn singly(self) -> impl Iterator<Item = Self> {
        let saves = self.saves.into_iter().map(|save| Self { saves: vec![save], jobs: Vec::new() });
        saves.chain(self.jobs.into_iter().map(|job| Self { saves: Vec::new(), jobs: vec![job] }))
    }

    fn report(self, outcome: &Result<(), StoreError>) {
        for QueuedSave { saved, reply, .. } in self.saves {
            // Whoever has stopped waiting needs no answer.
            let _ = reply.send(outcome.clone().map(|()| saved));
        }
        self.jobs.into_iter().for_each(|job| job.report(outcome.clone()));
    }
}

impl Undone {
    fn into_error(self) -> StoreError {
        match self {
            Self::ByJob(error) | Self::AsAWhole(error) => error,
        }
    }
}

#[async_trait]
impl<J: Job> AnyJob for Queued<J> {
    async fn run(&mut self, connection: &mut SqliteConnection, now: Timestamp) -> Result<(), sqlx::Error> {
        self.answer = Some(self.job.run(connection, now).await?);
        Ok(())
    }

    fn report(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Self { answer, reply, .. } = *self;
        if let Some(outcome) = outcome.map(|()| answer).transpose() {
            // Whoever has stopped waiting needs no answer.
            let _ = reply.send(outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::ConnectOptions;
    use sqlx::sqlite::SqliteConnectOptions;

    use super::*;

    /// Puts this many bytes into a table that has room for few, and tells how many rows there are then.
    struct Put(i64);

    #[async_trait]
    impl Job for Put {
        type Answer = i64;

        async fn run(&self, connection: &mut SqliteConnection, _now: Timestamp) -> Result<i64, sqlx::Error> {
            sqlx::query("INSERT INTO t VALUES (zeroblob($1))").bind(self.0).execute(&mut *connection).await?;
            sqlx::query_scalar("SELECT count(*) FROM t").fetch_one(connection).await
        }
    }

    async fn writer_with_little_room() -> Writer {
        let mut connection = SqliteConnectOptions::new().in_memory(true).connect().await.unwrap();
        sqlx::query("CREATE TABLE t (body BLOB)").execute(&mut connection).await.unwrap();
        sqlx::query("PRAGMA max_page_count = 4").execute(&mut connection).await.unwrap();
        Writer::start(connection, Clock::system(), PathBuf::from("callward.db"))
    }

    #[tokio::test]
    async fn one_job_that_fails_leaves_the_others_of_its_batch_alone() {
        let writer = writer_with_little_room().await;

        let (first, too_big, last) = tokio::join!(writer.write(Put(10)), writer.write(Put(100_000)), writer.write(Put(10)));

        assert!(matches!(too_big, Err(StoreError::DiskFull { .. })));
        assert_eq!((first.unwrap(), last.unwrap()), (1, 2));
    }

    #[tokio::test]
    async fn writing_goes_on_after_a_failure() {
        let writer = writer_with_little_room().await;

        assert!(writer.write(Put(100_000)).await.is_err());

        assert_eq!(writer.write(Put(10)).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn jobs_whose_callers_left_are_done_all_the_same() {
        let writer = writer_with_little_room().await;

        let abandoned = tokio::spawn({
            let writer = writer.clone();
            async move { writer.write(Put(10)).await }
        });
        tokio::task::yield_now().await;
        abandoned.abort();

        assert_eq!(writer.write(Put(10)).await.unwrap(), 2);
    }
}
