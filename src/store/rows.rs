//! Rows as the databases give them, and what they mean.

use crate::secret::Sealed;
use crate::session::Row;

use super::call::{CallRow, Held};
use super::instant::at;
use super::keys::{CallKey, ClaimId};
use super::note::Note;
use super::record::Record;
use super::version::{FlowVersion, Release, ReleaseKind, Released, VersionEntry};

/// A row of `calls`.
#[derive(sqlx::FromRow)]
pub(super) struct StoredCall {
    key: Vec<u8>,
    turn: i64,
    revision: i64,
    body: Vec<u8>,
    claim: Option<Vec<u8>>,
    claimed_until: Option<i64>,
    taken_over: bool,
    ended_at: Option<i64>,
    touched_at: i64,
}

/// A row of `notes`.
#[derive(sqlx::FromRow)]
pub(super) struct StoredNote {
    version: i64,
    body: Vec<u8>,
    expires_at: i64,
}

/// A row of `records`.
#[derive(sqlx::FromRow)]
pub(super) struct StoredRecord {
    id: String,
    tenant: String,
    call_id: String,
    at: i64,
    body: String,
}

/// A row of `flow_versions`.
#[derive(sqlx::FromRow)]
pub(super) struct StoredVersion {
    id: String,
    flow: String,
    files: String,
}

/// A row of `flow_versions` in a list.
#[derive(sqlx::FromRow)]
pub(super) struct StoredVersionEntry {
    id: String,
    kept_at: i64,
    calls: i64,
}

/// A row of `flow_releases`.
#[derive(sqlx::FromRow)]
pub(super) struct StoredRelease {
    number: i64,
    flow: String,
    version: String,
    how: String,
    who: String,
    note: String,
    at: i64,
}

impl StoredCall {
    /// The call's key and row, and whether its claim was taken over.
    pub(super) fn read(self) -> Result<(CallKey, CallRow, bool), sqlx::Error> {
        let key = CallKey(of_fixed_size(self.key)?);
        let row = CallRow {
            turn: u32::try_from(self.turn).map_err(unreadable)?,
            revision: self.revision,
            body: Row::Sealed(Sealed(self.body)),
            held: held(self.claim, self.claimed_until)?,
            ended_at: self.ended_at.map(at),
            touched_at: at(self.touched_at),
        };
        Ok((key, row, self.taken_over))
    }
}

impl StoredNote {
    /// The note.
    pub(super) fn read(self) -> Note {
        Note { version: self.version, body: self.body, expires_at: at(self.expires_at) }
    }
}

impl StoredRecord {
    /// The record.
    pub(super) fn read(self) -> Record {
        Record { id: self.id, tenant: self.tenant, call_id: self.call_id, at: at(self.at), body: self.body }
    }
}

impl StoredVersion {
    /// The version.
    pub(super) fn read(self) -> FlowVersion {
        FlowVersion { id: self.id, flow: self.flow, files: self.files }
    }
}

impl StoredVersionEntry {
    /// The entry.
    pub(super) fn read(self) -> Result<VersionEntry, sqlx::Error> {
        Ok(VersionEntry { id: self.id, kept_at: at(self.kept_at), calls: u32::try_from(self.calls).map_err(unreadable)? })
    }
}

impl StoredRelease {
    /// The release.
    pub(super) fn read(self) -> Result<Released, sqlx::Error> {
        let Self { number, flow, version, how, who, note, at: millisecond } = self;
        let how = ReleaseKind::named(&how).ok_or_else(|| unreadable(format!("a release by {how}")))?;
        Ok(Released { release: Release { flow, version, how, who, note }, number, at: at(millisecond) })
    }
}

fn held(claim: Option<Vec<u8>>, until: Option<i64>) -> Result<Option<Held>, sqlx::Error> {
    let Some((claim, until)) = claim.zip(until) else { return Ok(None) };
    Ok(Some(Held { by: ClaimId(of_fixed_size(claim)?), until: at(until) }))
}

fn of_fixed_size<const N: usize>(bytes: Vec<u8>) -> Result<[u8; N], sqlx::Error> {
    <[u8; N]>::try_from(bytes).map_err(|bytes| unreadable(format!("a key of {} bytes instead of {N}", bytes.len())))
}

fn unreadable(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
}
