//! What every store does for flow versions.

use async_trait::async_trait;

use super::error::StoreError;
use super::version::{FlowVersion, Release, Released, VersionEntry};

/// Keeps flow versions and their releases. A version that calls in progress are on, or that was published, is never swept away.
#[async_trait]
pub trait VersionStore: Send + Sync {
    /// Keeps a version, or notes that one that is kept already is in use.
    async fn keep_version(&self, version: FlowVersion) -> Result<(), StoreError>;

    /// The version with this id.
    async fn version(&self, id: &str) -> Result<Option<FlowVersion>, StoreError>;

    /// The versions of a flow, the newest first.
    async fn versions(&self, flow: &str) -> Result<Vec<VersionEntry>, StoreError>;

    /// Writes down that a version, which is kept, is made live.
    async fn release(&self, release: Release) -> Result<(), StoreError>;

    /// The releases of a flow, the oldest first.
    async fn releases(&self, flow: &str) -> Result<Vec<Released>, StoreError>;

    /// The newest release of each flow that somebody published or went back to, by name; files do not count.
    async fn published(&self) -> Result<Vec<Released>, StoreError>;
}
