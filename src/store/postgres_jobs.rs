//! How PostgreSQL does a store's jobs: one statement each, which is its own transaction; with records beside it, two or more in one.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{Acquire, Postgres, query::Query};

use super::call::{Claimed, Guard};
use super::instant::milliseconds;
use super::jobs::{ClaimTurn, OpenCall, Ping, Save, SwapNote, SweepSome};
use super::keys::{CallKey, NoteKey};
use super::note::Note;
use super::postgres_link::Job;
use super::record::Record;
use super::rows::{StoredCall, StoredNote, StoredRecord};
use super::sql;

/// Reads a call.
pub(super) struct ReadCall(pub(super) CallKey);

/// Reads calls that nobody touched.
pub(super) struct IdleCalls {
    pub(super) untouched_for: Duration,
    pub(super) most: u32,
}

/// Reads a note.
pub(super) struct ReadNote(pub(super) NoteKey);

/// Reads the record with this id.
pub(super) struct ReadRecord(pub(super) String);

/// Reads the records of this call.
pub(super) struct RecordsOfCall(pub(super) String);

type Statement<'q> = Query<'q, Postgres, <Postgres as sqlx::Database>::Arguments>;

#[async_trait]
impl Job for OpenCall {
    type Answer = bool;

    async fn run(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let open = sqlx::query(sql::OPEN_CALL.postgres)
            .bind(&self.key.0[..])
            .bind(i64::from(self.first.turn))
            .bind(&self.first.body.0[..])
            .bind(self.first.claim.as_ref().map(|claim| &claim.id.0[..]))
            .bind(self.first.lease())
            .bind(self.first.ended)
            .bind(&self.flow_version);
        write(open, &self.records, connection).await
    }
}

#[async_trait]
impl Job for ClaimTurn {
    type Answer = Claimed;

    async fn run(&self, connection: &mut PgConnection) -> Result<Claimed, sqlx::Error> {
        let taken: Option<StoredCall> = sqlx::query_as(sql::CLAIM.postgres)
            .bind(&self.key.0[..])
            .bind(i64::from(self.turn))
            .bind(&self.claim.id.0[..])
            .bind(milliseconds(self.claim.lease))
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(taken) = taken {
            let (_, row, takeover) = taken.read()?;
            return Ok(Claimed::Taken { row, takeover });
        }
        self.missed(ReadCall(self.key).run(connection).await?)
    }
}

#[async_trait]
impl Job for Save {
    type Answer = bool;

    async fn run(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let guarded = match &self.guard {
            Guard::Unchanged { revision } => sqlx::query(sql::SAVE_UNCHANGED.postgres).bind(&self.key.0[..]).bind(*revision),
            Guard::HeldBy(claim) => sqlx::query(sql::SAVE_HELD.postgres).bind(&self.key.0[..]).bind(&claim.0[..]),
        };
        let save = guarded
            .bind(i64::from(self.next.turn))
            .bind(&self.next.body.0[..])
            .bind(self.next.claim.as_ref().map(|claim| &claim.id.0[..]))
            .bind(self.next.lease())
            .bind(self.next.ended);
        write(save, &self.records, connection).await
    }
}

#[async_trait]
impl Job for SwapNote {
    type Answer = bool;

    async fn run(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let swap = sqlx::query(self.statement().postgres);
        let mut swap = swap.bind(&self.key.0[..]).bind(&self.body[..]).bind(self.expires_at.as_millisecond());
        if let Some(version) = self.version {
            swap = swap.bind(version);
        }
        Ok(swap.execute(connection).await?.rows_affected() == 1)
    }
}

#[async_trait]
impl Job for SweepSome {
    type Answer = u64;

    async fn run(&self, connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
        let sweep = sqlx::query(self.statement.postgres).bind(milliseconds(self.due_for)).bind(i64::from(self.most));
        Ok(sweep.execute(connection).await?.rows_affected())
    }
}

#[async_trait]
impl Job for Ping {
    type Answer = ();

    async fn run(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        sqlx::query(sql::PING.postgres).execute(connection).await.map(drop)
    }
}

#[async_trait]
impl Job for ReadCall {
    type Answer = Option<StoredCall>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Option<StoredCall>, sqlx::Error> {
        sqlx::query_as(sql::CALL).bind(&self.0.0[..]).fetch_optional(connection).await
    }
}

#[async_trait]
impl Job for IdleCalls {
    type Answer = Vec<StoredCall>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Vec<StoredCall>, sqlx::Error> {
        let idle = sqlx::query_as(sql::IDLE_CALLS.postgres).bind(milliseconds(self.untouched_for)).bind(i64::from(self.most));
        idle.fetch_all(connection).await
    }
}

#[async_trait]
impl Job for ReadNote {
    type Answer = Option<Note>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Option<Note>, sqlx::Error> {
        let note: Option<StoredNote> = sqlx::query_as(sql::NOTE.postgres).bind(&self.0.0[..]).fetch_optional(connection).await?;
        Ok(note.map(StoredNote::read))
    }
}

#[async_trait]
impl Job for ReadRecord {
    type Answer = Option<Record>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Option<Record>, sqlx::Error> {
        let record: Option<StoredRecord> = sqlx::query_as(sql::RECORD).bind(&self.0).fetch_optional(connection).await?;
        Ok(record.map(StoredRecord::read))
    }
}

#[async_trait]
impl Job for RecordsOfCall {
    type Answer = Vec<Record>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Vec<Record>, sqlx::Error> {
        let records: Vec<StoredRecord> = sqlx::query_as(sql::RECORDS_OF_CALL).bind(&self.0).fetch_all(connection).await?;
        Ok(records.into_iter().map(StoredRecord::read).collect())
    }
}

/// Writes a row and, where it was written, the records beside it, all or nothing; tells whether it was.
async fn write(statement: Statement<'_>, records: &[Record], connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    if records.is_empty() {
        return Ok(statement.execute(connection).await?.rows_affected() == 1);
    }
    let mut transaction = connection.begin().await?;
    let written = statement.execute(&mut *transaction).await?.rows_affected() == 1;
    for record in records.iter().filter(|_| written) {
        put(record, &mut transaction).await?;
    }
    transaction.commit().await?;
    Ok(written)
}

async fn put(record: &Record, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let put = sqlx::query(sql::PUT_RECORD).bind(&record.id).bind(&record.tenant).bind(&record.call_id);
    put.bind(record.at.as_millisecond()).bind(&record.body).execute(connection).await.map(drop)
}
