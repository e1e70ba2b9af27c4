//! PostgreSQL's error codes (<https://www.postgresql.org/docs/current/errcodes-appendix.html>) as words for who runs the store.

use std::sync::Arc;

use sqlx::migrate::MigrateError;

use super::error::StoreError;

/// Whether it may be well in a moment: the connection is gone, the server restarts or has no room for another connection, or it
/// has undone what stood in another's way.
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(database) => match database.code().as_deref() {
            Some("25P03" | "40001" | "40P01" | "53300" | "57P01" | "57P02" | "57P03" | "57P05") => true,
            Some(code) => code.starts_with("08"),
            None => false,
        },
        _ => false,
    }
}

/// What an error of the database called `store` means.
pub(super) fn explain(store: &str, error: sqlx::Error) -> StoreError {
    let store = store.to_owned();
    match &error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => StoreError::Unreachable { store, source: Arc::new(error) },
        sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => StoreError::Damaged { store },
        sqlx::Error::Database(database) => match database.code().as_deref().unwrap_or_default() {
            "28000" | "28P01" | "3D000" | "42501" => StoreError::Refused { store, reason: database.message().to_owned() },
            "55P03" | "57014" => StoreError::Slow { store },
            "53100" => StoreError::DiskFull { store },
            "53300" | "57P01" | "57P02" | "57P03" => StoreError::Unreachable { store, source: Arc::new(error) },
            _ => StoreError::Broken { store, source: Arc::new(error) },
        },
        _ => StoreError::Broken { store, source: Arc::new(error) },
    }
}

/// What an error on the way to this program's tables means.
pub(super) fn explain_migration(store: &str, error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) => StoreError::Newer { store: store.to_owned(), version },
        MigrateError::VersionMismatch(version) => StoreError::OtherBuild { store: store.to_owned(), version },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => explain(store, error),
        other => StoreError::Broken { store: store.to_owned(), source: Arc::new(sqlx::Error::from(other)) },
    }
}
