//! Flow versions in PostgreSQL.

use async_trait::async_trait;
use sqlx::postgres::PgConnection;

use super::error::StoreError;
use super::postgres::PostgresStore;
use super::postgres_link::Job;
use super::rows::{StoredRelease, StoredVersion, StoredVersionEntry};
use super::sql;
use super::version::{FlowVersion, Release, Released, VersionEntry};
use super::version_surface::VersionStore;

/// Keeps a version.
struct KeepVersion(FlowVersion);

/// Reads the version with this id.
struct ReadVersion(String);

/// Reads the versions of this flow.
struct VersionsOf(String);

/// Writes a release down.
struct PutRelease(Release);

/// Reads the releases of this flow.
struct ReleasesOf(String);

/// Reads the newest release of each flow that is no file's.
struct Published;

#[async_trait]
impl VersionStore for PostgresStore {
    async fn keep_version(&self, version: FlowVersion) -> Result<(), StoreError> {
        self.link.run(&KeepVersion(version)).await
    }

    async fn version(&self, id: &str) -> Result<Option<FlowVersion>, StoreError> {
        Ok(self.link.run(&ReadVersion(id.to_owned())).await?.map(StoredVersion::read))
    }

    async fn versions(&self, flow: &str) -> Result<Vec<VersionEntry>, StoreError> {
        let rows = self.link.run(&VersionsOf(flow.to_owned())).await?;
        self.link.explained(rows.into_iter().map(StoredVersionEntry::read).collect())
    }

    async fn release(&self, release: Release) -> Result<(), StoreError> {
        self.link.run(&PutRelease(release)).await
    }

    async fn releases(&self, flow: &str) -> Result<Vec<Released>, StoreError> {
        let rows = self.link.run(&ReleasesOf(flow.to_owned())).await?;
        self.link.explained(rows.into_iter().map(StoredRelease::read).collect())
    }

    async fn published(&self) -> Result<Vec<Released>, StoreError> {
        let rows = self.link.run(&Published).await?;
        self.link.explained(rows.into_iter().map(StoredRelease::read).collect())
    }
}

#[async_trait]
impl Job for KeepVersion {
    type Answer = ();

    async fn run(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let FlowVersion { id, flow, files } = &self.0;
        sqlx::query(sql::KEEP_VERSION.postgres).bind(id).bind(flow).bind(files).execute(connection).await.map(drop)
    }
}

#[async_trait]
impl Job for ReadVersion {
    type Answer = Option<StoredVersion>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Option<StoredVersion>, sqlx::Error> {
        sqlx::query_as(sql::VERSION).bind(&self.0).fetch_optional(connection).await
    }
}

#[async_trait]
impl Job for VersionsOf {
    type Answer = Vec<StoredVersionEntry>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Vec<StoredVersionEntry>, sqlx::Error> {
        sqlx::query_as(sql::VERSIONS).bind(&self.0).fetch_all(connection).await
    }
}

#[async_trait]
impl Job for PutRelease {
    type Answer = ();

    async fn run(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let Release { flow, version, how, who, note } = &self.0;
        let put = sqlx::query(sql::RELEASE.postgres).bind(flow).bind(version).bind(how.name()).bind(who).bind(note);
        put.execute(connection).await.map(drop)
    }
}

#[async_trait]
impl Job for ReleasesOf {
    type Answer = Vec<StoredRelease>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Vec<StoredRelease>, sqlx::Error> {
        sqlx::query_as(sql::RELEASES).bind(&self.0).fetch_all(connection).await
    }
}

#[async_trait]
impl Job for Published {
    type Answer = Vec<StoredRelease>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Vec<StoredRelease>, sqlx::Error> {
        sqlx::query_as(sql::PUBLISHED).fetch_all(connection).await
    }
}
