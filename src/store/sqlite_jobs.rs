//! What the SQLite writer can be asked to do: each job is one guarded statement, some with records beside it.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::call::{Claim, Claimed, Guard, Next};
use super::instant::after;
use super::keys::{CallKey, NoteKey};
use super::record::Record;
use super::rows::StoredCall;
use super::sql;
use super::sqlite_writer::Job;

/// Opens a call.
pub(super) struct OpenCall {
    pub(super) key: CallKey,
    pub(super) flow_version: String,
    pub(super) first: Next,
    pub(super) records: Vec<Record>,
}

/// Claims a turn.
pub(super) struct ClaimTurn {
    pub(super) key: CallKey,
    pub(super) turn: u32,
    pub(super) claim: Claim,
}

/// Saves a call.
pub(super) struct Save {
    pub(super) key: CallKey,
    pub(super) guard: Guard,
    pub(super) next: Next,
    pub(super) records: Vec<Record>,
}

/// Changes a note.
pub(super) struct SwapNote {
    pub(super) key: NoteKey,
    pub(super) version: Option<i64>,
    pub(super) body: Vec<u8>,
    pub(super) expires_at: Timestamp,
}

/// Removes some rows that are due.
pub(super) struct SweepSome {
    /// One of the `SWEEP_…` statements.
    pub(super) statement: &'static str,
    pub(super) due: Timestamp,
    pub(super) most: u32,
}

/// Writes down that writing works.
pub(super) struct Ping;

#[async_trait]
impl Job for OpenCall {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<bool, sqlx::Error> {
        let opened = sqlx::query(sql::OPEN_CALL)
            .bind(&self.key.0[..])
            .bind(i64::from(self.first.turn))
            .bind(&self.first.body.0[..])
            .bind(self.first.claim.as_ref().map(|claim| &claim.id.0[..]))
            .bind(claimed_until(&self.first, now))
            .bind(ended_at(&self.first, now))
            .bind(now.as_millisecond())
            .bind(&self.flow_version)
            .execute(&mut *connection)
            .await?;
        put_records_if(opened.rows_affected() == 1, &self.records, connection).await
    }
}

#[async_trait]
impl Job for ClaimTurn {
    type Answer = Claimed;

    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<Claimed, sqlx::Error> {
        let taken: Option<StoredCall> = sqlx::query_as(sql::CLAIM)
            .bind(&self.key.0[..])
            .bind(i64::from(self.turn))
            .bind(&self.claim.id.0[..])
            .bind(after(now, self.claim.lease).as_millisecond())
            .bind(now.as_millisecond())
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(taken) = taken {
            let (_, row, takeover) = taken.read()?;
            return Ok(Claimed::Taken { row, takeover });
        }
        let standing: Option<StoredCall> = sqlx::query_as(sql::CALL).bind(&self.key.0[..]).fetch_optional(connection).await?;
        let Some(standing) = standing else { return Ok(Claimed::Unknown) };
        let (_, row, _) = standing.read()?;
        let awaited = row.turn == self.turn && row.ended_at.is_none();
        Ok(if awaited { Claimed::Busy(row) } else { Claimed::OtherTurn(row) })
    }
}

#[async_trait]
impl Job for Save {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<bool, sqlx::Error> {
        let guarded = match &self.guard {
            Guard::Unchanged { revision } => sqlx::query(sql::SAVE_UNCHANGED).bind(&self.key.0[..]).bind(*revision),
            Guard::HeldBy(claim) => sqlx::query(sql::SAVE_HELD).bind(&self.key.0[..]).bind(&claim.0[..]),
        };
        let saved = guarded
            .bind(i64::from(self.next.turn))
            .bind(&self.next.body.0[..])
            .bind(self.next.claim.as_ref().map(|claim| &claim.id.0[..]))
            .bind(claimed_until(&self.next, now))
            .bind(ended_at(&self.next, now))
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
        let statement = if self.version.is_some() { sql::SWAP_NOTE } else { sql::NEW_NOTE };
        let mut swap = sqlx::query(statement)
            .bind(&self.key.0[..])
            .bind(&self.body[..])
            .bind(self.expires_at.as_millisecond())
            .bind(now.as_millisecond());
        if let Some(version) = self.version {
            swap = swap.bind(version);
        }
        Ok(swap.execute(connection).await?.rows_affected() == 1)
    }
}

#[async_trait]
impl Job for SweepSome {
    type Answer = u64;

    async fn run(&self, connection: &mut SqliteConnection, _now: Timestamp) -> Result<u64, sqlx::Error> {
        let sweep = sqlx::query(self.statement).bind(self.due.as_millisecond()).bind(i64::from(self.most));
        Ok(sweep.execute(connection).await?.rows_affected())
    }
}

#[async_trait]
impl Job for Ping {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<(), sqlx::Error> {
        sqlx::query(sql::PING).bind(now.as_millisecond()).execute(connection).await.map(drop)
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

fn claimed_until(next: &Next, now: Timestamp) -> Option<i64> {
    next.claim.map(|claim| after(now, claim.lease).as_millisecond())
}

fn ended_at(next: &Next, now: Timestamp) -> Option<i64> {
    next.ended.then(|| now.as_millisecond())
}
