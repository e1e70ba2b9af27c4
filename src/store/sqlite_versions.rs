//! Flow versions in the SQLite file.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::error::StoreError;
use super::rows::{StoredRelease, StoredVersion, StoredVersionEntry};
use super::sql;
use super::sqlite::SqliteStore;
use super::sqlite_writer::Job;
use super::version::{FlowVersion, Release, Released, VersionEntry};
use super::version_surface::VersionStore;

/// Keeps a version.
struct KeepVersion(FlowVersion);

/// Writes a release down.
struct PutRelease(Release);

#[async_trait]
impl VersionStore for SqliteStore {
    async fn keep_version(&self, version: FlowVersion) -> Result<(), StoreError> {
        self.writer.write(KeepVersion(version)).await
    }

    async fn version(&self, id: &str) -> Result<Option<FlowVersion>, StoreError> {
        let row: Option<StoredVersion> = self.explained(sqlx::query_as(sql::VERSION).bind(id).fetch_optional(&self.readers).await)?;
        Ok(row.map(StoredVersion::read))
    }

    async fn versions(&self, flow: &str) -> Result<Vec<VersionEntry>, StoreError> {
        let query = sqlx::query_as(sql::VERSIONS).bind(flow);
        let rows: Vec<StoredVersionEntry> = self.explained(query.fetch_all(&self.readers).await)?;
        self.explained(rows.into_iter().map(StoredVersionEntry::read).collect())
    }

    async fn release(&self, release: Release) -> Result<(), StoreError> {
        self.writer.write(PutRelease(release)).await
    }

    async fn releases(&self, flow: &str) -> Result<Vec<Released>, StoreError> {
        let query = sqlx::query_as(sql::RELEASES).bind(flow);
        let rows: Vec<StoredRelease> = self.explained(query.fetch_all(&self.readers).await)?;
        self.explained(rows.into_iter().map(StoredRelease::read).collect())
    }

    async fn published(&self) -> Result<Vec<Released>, StoreError> {
        let rows: Vec<StoredRelease> = self.explained(sqlx::query_as(sql::PUBLISHED).fetch_all(&self.readers).await)?;
        self.explained(rows.into_iter().map(StoredRelease::read).collect())
    }
}

#[async_trait]
impl Job for KeepVersion {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<(), sqlx::Error> {
        let FlowVersion { id, flow, files } = &self.0;
        let keep = sqlx::query(sql::KEEP_VERSION.sqlite).bind(id).bind(flow).bind(files).bind(now.as_millisecond());
        keep.execute(connection).await.map(drop)
    }
}

#[async_trait]
impl Job for PutRelease {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<(), sqlx::Error> {
        let Release { flow, version, how, who, note } = &self.0;
        let put =
            sqlx::query(sql::RELEASE.sqlite).bind(flow).bind(version).bind(how.name()).bind(who).bind(note).bind(now.as_millisecond());
        put.execute(connection).await.map(drop)
    }
}
