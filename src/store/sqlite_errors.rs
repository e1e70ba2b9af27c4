//! SQLite's result codes (<https://sqlite.org/rescode.html>) as words for who runs the store.

use std::path::Path;
use std::sync::Arc;

use sqlx::migrate::MigrateError;

use super::error::StoreError;

/// What an error of the file at `path` means.
pub(super) fn explain(path: &Path, error: sqlx::Error) -> StoreError {
    let path = path.to_owned();
    match &error {
        sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => StoreError::Damaged { path },
        sqlx::Error::Database(database) => match database.code().as_deref().and_then(primary_code) {
            Some(5 | 6) => StoreError::Locked { path },
            Some(8) => StoreError::ReadOnly { path },
            Some(11 | 26) => StoreError::Damaged { path },
            Some(13) => StoreError::DiskFull { path },
            Some(14) => StoreError::CannotOpen { path },
            _ => StoreError::Broken { path, source: Arc::new(error) },
        },
        _ => StoreError::Broken { path, source: Arc::new(error) },
    }
}

/// What an error on the way to this program's tables means.
pub(super) fn explain_migration(path: &Path, error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) => StoreError::Newer { path: path.to_owned(), version },
        MigrateError::VersionMismatch(version) => StoreError::OtherBuild { path: path.to_owned(), version },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => explain(path, error),
        other => StoreError::Broken { path: path.to_owned(), source: Arc::new(sqlx::Error::from(other)) },
    }
}

/// The low byte: SQLite puts finer distinctions above it.
fn primary_code(code: &str) -> Option<i32> {
    code.parse::<i32>().ok().map(|code| code & 0xff)
}
