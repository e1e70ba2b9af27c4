//! How SQLite's writer does its jobs.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::call::{Claimed, Guard};
use super::instant::milliseconds;
use super::jobs::{ClaimTurn, OpenCall, Ping, Save, SwapNote, SweepSome};
use super::record::Record;
use super::rows::StoredCall;
use super::sql;
use super::sqlite_writer::Job;

#[async_trait]
impl Job for OpenCall {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<bool, sqlx::Error> {
        let opened = sqlx::query(sql::OPEN_CALL.sqlite)
            .bind(&self.key.0[..])
            .bind(i64::from(self.first.turn))
            .bind(&self.first.body.0[..])
            .bind(self.first.claim.as_ref().map(|claim| &claim.id.0[..]))
            .bind(self.first.lease())
            .bind(self.first.ended)
            .bind(&self.flow_version)
            .bind(now.as_millisecond())
            .execute(&mut *connection)
            .await?;
        put_records_if(opened.rows_affected() == 1, &self.records, connection).await
    }
}

#[async_trait]
impl Job for ClaimTurn {
    type Answer = Claimed;

    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<Claimed, sqlx::Error> {
        let taken: Option<StoredCall> = sqlx::query_as(sql::CLAIM.sqlite)
            .bind(&self.key.0[..])
            .bind(i64::from(self.turn))
            .bind(&self.claim.id.0[..])
            .bind(milliseconds(self.claim.lease))
            .bind(now.as_millisecond())
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(taken) = taken {
            let (_, row, takeover) = taken.read()?;
            return Ok(Claimed::Taken { row, takeover });
        }
        let standing: Option<StoredCall> = sqlx::query_as(sql::CALL).bind(&self.key.0[..]).fetch_optional(connection).await?;
        self.missed(standing)
    }
}

#[async_trait]
impl Job for Save {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<bool, sqlx::Error> {
        let guarded = match &self.guard {
            Guard::Unchanged { revision } => sqlx::query(sql::SAVE_UNCHANGED.sqlite).bind(&self.key.0[..]).bind(*revision),
            Guard::HeldBy(claim) => sqlx::query(sql::SAVE_HELD.sqlite).bind(&self.key.0[..]).bind(&claim.0[..]),
        };
        let saved = guarded
            .bind(i64::from(self.next.turn))
            .bind(&self.next.body.0[..])
            .bind(self.next.claim.as_ref().map(|claim| &claim.id.0[..]))
            .bind(self.next.lease())
            .bind(self.next.ended)
            .bind(now.as_millisecond())
            .execute(&mut *connection)
            .await?;
        put_records_if(saved.rows_affected() == 1, &self.records, connection).await
    }
}

#[async_trait]
impl Job for SwapNote {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<bool, sqlx::Error> {
        let mut swap =
            sqlx::query(self.statement().sqlite).bind(&self.key.0[..]).bind(&self.body[..]).bind(self.expires_at.as_millisecond());
        if let Some(version) = self.version {
            swap = swap.bind(version);
        }
        let swap = swap.bind(now.as_millisecond());
        Ok(swap.execute(connection).await?.rows_affected() == 1)
    }
}

#[async_trait]
impl Job for SweepSome {
    type Answer = u64;

    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<u64, sqlx::Error> {
        let sweep =
            sqlx::query(self.statement.sqlite).bind(milliseconds(self.due_for)).bind(i64::from(self.most)).bind(now.as_millisecond());
        Ok(sweep.execute(connection).await?.rows_affected())
    }
}

#[async_trait]
impl Job for Ping {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<(), sqlx::Error> {
        sqlx::query(sql::PING.sqlite).bind(now.as_millisecond()).execute(connection).await.map(drop)
    }
}

/// Puts the records beside a row that was written; gives `written` back.
async fn put_records_if(written: bool, records: &[Record], connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    for record in records.iter().filter(|_| written) {
        sqlx::query(sql::PUT_RECORD)
            .bind(&record.id)
            .bind(&record.tenant)
            .bind(&record.call_id)
            .bind(record.at.as_millisecond())
            .bind(&record.body)
            .execute(&mut *connection)
            .await?;
    }
    Ok(written)
}
