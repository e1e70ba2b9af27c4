//! SQLite's result codes (<https://sqlite.org/rescode.html>) as words for who runs the store.

use std::path::Path;
use std::sync::Arc;

use sqlx::migrate::MigrateError;

use super::error::StoreError;

/// What an error of the file at `path` means.
pub(super) fn explain(path: &Path, error: sqlx::Error) -> StoreError {
    let (path, store) = (path.to_owned(), path.display().to_string());
    match &error {
        sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => StoreError::Damaged { store },
        sqlx::Error::Database(database) => match database.code().as_deref().and_then(primary_code) {
            Some(5 | 6) => StoreError::Locked { path },
            Some(8) => StoreError::ReadOnly { path },
            Some(11 | 26) => StoreError::Damaged { store },
            Some(13) => StoreError::DiskFull { store },
            Some(14) => StoreError::CannotOpen { path },
            _ => StoreError::Broken { store, source: Arc::new(error) },
        },
        _ => StoreError::Broken { store, source: Arc::new(error) },
    }
}

/// What an error on the way to this program's tables means.
pub(super) fn explain_migration(path: &Path, error: MigrateError) -> StoreError {
    let store = path.display().to_string();
    match error {
        MigrateError::VersionMissing(version) => StoreError::Newer { store, version },
        MigrateError::VersionMismatch(version) => StoreError::OtherBuild { store, version },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => explain(path, error),
        other => StoreError::Broken { store, source: Arc::new(sqlx::Error::from(other)) },
    }
}

/// The low byte: SQLite puts finer distinctions above it.
fn primary_code(code: &str) -> Option<i32> {
    code.parse::<i32>().ok().map(|code| code & 0xff)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sqlx::ConnectOptions;
    use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
    use tempfile::TempDir;

    use super::*;

    async fn connection(folder: &TempDir) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(folder.path().join("callward.db"));
        options.create_if_missing(true).busy_timeout(Duration::ZERO).connect().await.unwrap()
    }

    async fn failure(connection: &mut SqliteConnection, statement: &'static str) -> String {
        let error = sqlx::query(statement).execute(connection).await.unwrap_err();
        explain(Path::new("callward.db"), error).to_string()
    }

    #[tokio::test]
    async fn a_locked_file_is_said_to_be_locked() {
        let folder = TempDir::new().unwrap();
        let (mut other, mut ours) = (connection(&folder).await, connection(&folder).await);
        sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();

        let failure = failure(&mut ours, "BEGIN IMMEDIATE").await;

        assert!(failure.contains("callward.db is locked by another program"), "{failure}");
    }

    #[tokio::test]
    async fn a_full_disk_is_said_to_be_full() {
        let folder = TempDir::new().unwrap();
        let mut connection = connection(&folder).await;
        sqlx::query("CREATE TABLE t (body BLOB)").execute(&mut connection).await.unwrap();
        sqlx::query("PRAGMA max_page_count = 3").execute(&mut connection).await.unwrap();

        let failure = failure(&mut connection, "INSERT INTO t VALUES (zeroblob(100000))").await;

        assert!(failure.contains("disk of the store callward.db is full"), "{failure}");
    }

    #[tokio::test]
    async fn what_we_have_no_words_for_keeps_its_cause() {
        let folder = TempDir::new().unwrap();
        let error = sqlx::query("SELECT nonsense").execute(&mut connection(&folder).await).await.unwrap_err();

        let explained = explain(Path::new("callward.db"), error);

        assert!(matches!(explained, StoreError::Broken { source, .. } if source.to_string().contains("nonsense")));
    }
}
