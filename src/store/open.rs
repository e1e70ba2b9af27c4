//! Opens the store that a URL names.

use std::sync::Arc;

use crate::clock::Clock;

use super::error::StoreError;
use super::memory::MemoryStore;
use super::sqlite::SqliteStore;
use super::surface::Store;

/// Opens the store at `url`: `sqlite://PATH` (made when it is missing), or `memory:` for one that is gone with the process.
pub async fn open(url: &str, clock: Clock) -> Result<Arc<dyn Store>, StoreError> {
    if matches!(url, "memory:" | "sqlite::memory:" | "sqlite://:memory:") {
        return Ok(Arc::new(MemoryStore::new(clock)));
    }
    if url.starts_with("sqlite:") {
        return Ok(Arc::new(SqliteStore::open(url, clock).await?));
    }
    let scheme = url.split(':').next().filter(|_| url.contains(':')).unwrap_or_default();
    Err(StoreError::UnknownKind { scheme: scheme.to_owned() })
}
