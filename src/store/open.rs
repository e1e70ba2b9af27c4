//! Opens the store that a URL names.

use std::sync::Arc;

use crate::clock::Clock;

use super::error::StoreError;
use super::memory::MemoryStore;
use super::postgres::PostgresStore;
use super::sqlite::SqliteStore;
use super::surface::Store;

/// Opens the store at `url`: `sqlite://PATH` (made when it is missing), `postgres://…`, or `memory:` for one that is gone with the
/// process. PostgreSQL goes by its own clock, the others by `clock`.
pub async fn open(url: &str, clock: Clock) -> Result<Arc<dyn Store>, StoreError> {
    if matches!(url, "memory:" | "sqlite::memory:" | "sqlite://:memory:") {
        return Ok(Arc::new(MemoryStore::new(clock)));
    }
    if url.starts_with("sqlite:") {
        return Ok(Arc::new(SqliteStore::open(url, clock).await?));
    }
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return Ok(Arc::new(PostgresStore::open(url).await?));
    }
    let scheme = url.split(':').next().filter(|_| url.contains(':')).unwrap_or_default();
    Err(StoreError::UnknownKind { scheme: scheme.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refusal(url: &str) -> String {
        open(url, Clock::system()).await.err().unwrap().to_string()
    }

    #[tokio::test]
    async fn an_unknown_kind_is_named_without_what_may_be_a_password() {
        let refusal = refusal("mysql://callward:hunter2@db/calls").await;

        assert!(refusal.contains("\"mysql\""), "{refusal}");
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }

    #[tokio::test]
    async fn a_path_without_a_kind_is_refused_with_how_to_write_it() {
        assert!(refusal("/var/lib/callward.db").await.contains("sqlite://PATH"));
        assert!(refusal("sqlite://callward.db?colour=red").await.contains("sqlite://PATH"));
    }

    #[tokio::test]
    async fn memory_needs_no_file() {
        for url in ["memory:", "sqlite::memory:", "sqlite://:memory:"] {
            open(url, Clock::system()).await.unwrap().ping().await.unwrap();
        }
    }
}
