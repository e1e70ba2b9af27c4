//! Tests of the SQLite file: what it keeps, and what is said when it cannot be used.

use std::fs;

use jiff::Timestamp;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;

use crate::clock::Clock;

use super::contract::{Bench, next, record};
use super::error::StoreError;
use super::keys::{CallKey, NoteKey};
use super::open::open;

fn url(folder: &TempDir, rest: &str) -> String {
    format!("sqlite://{}/{rest}", folder.path().display())
}

async fn refusal(url: &str) -> StoreError {
    open(url, Clock::by_hand(Timestamp::UNIX_EPOCH)).await.err().unwrap()
}

async fn executed(folder: &TempDir, statement: &'static str) {
    let options = SqliteConnectOptions::new().filename(folder.path().join("callward.db"));
    sqlx::query(statement).execute(&mut options.connect().await.unwrap()).await.unwrap();
}

/// A folder with a store in it that is closed.
async fn folder_with_store() -> TempDir {
    let folder = TempDir::new().unwrap();
    open(&url(&folder, "callward.db"), Clock::by_hand(Timestamp::UNIX_EPOCH)).await.unwrap();
    folder
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let bench = Bench::in_sqlite().await;
    let (key, note, now) = (CallKey([3; 32]), NoteKey([4; 32]), bench.clock.now());
    bench.store.open_call(key, "v1", next(1, "sealed"), vec![record("a1", "c1", now)]).await.unwrap();
    bench.store.swap_note(note, None, b"1".to_vec(), Timestamp::MAX).await.unwrap();
    let before = (bench.store.call(key).await.unwrap(), bench.store.note(note).await.unwrap());

    let bench = bench.restarted().await;

    assert_eq!((bench.store.call(key).await.unwrap(), bench.store.note(note).await.unwrap()), before);
    assert_eq!(bench.store.record("a1").await.unwrap(), Some(record("a1", "c1", now)));
}

#[tokio::test]
async fn a_missing_folder_is_named() {
    let folder = TempDir::new().unwrap();

    let refusal = refusal(&url(&folder, "missing/callward.db")).await.to_string();

    assert!(refusal.contains("missing does not exist; create it"), "{refusal}");
}

#[tokio::test]
async fn a_folder_instead_of_a_file_cannot_be_opened() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("callward.db")).unwrap();

    assert!(matches!(refusal(&url(&folder, "callward.db")).await, StoreError::CannotOpen { .. }));
}

#[tokio::test]
async fn a_file_that_may_only_be_read_is_refused() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("callward.db"), "").unwrap();

    let refusal = refusal(&url(&folder, "callward.db?mode=ro")).await.to_string();

    assert!(refusal.contains("callward.db is read-only"), "{refusal}");
}

#[tokio::test]
async fn a_file_of_something_else_is_refused() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("callward.db"), "Dear diary, ".repeat(1000)).unwrap();

    let refusal = refusal(&url(&folder, "callward.db")).await.to_string();

    assert!(refusal.contains("callward.db is damaged or is no database of Callward's"), "{refusal}");
}

#[tokio::test]
async fn a_file_of_a_newer_callward_is_refused() {
    let folder = folder_with_store().await;
    executed(&folder, "INSERT INTO _sqlx_migrations VALUES (9000, 'later', CURRENT_TIMESTAMP, TRUE, x'00', 1)").await;

    let refusal = refusal(&url(&folder, "callward.db")).await.to_string();

    assert!(refusal.contains("written by a newer Callward (its migration 9000"), "{refusal}");
}

#[tokio::test]
async fn a_file_of_another_build_is_refused() {
    let folder = folder_with_store().await;
    executed(&folder, "UPDATE _sqlx_migrations SET checksum = x'00'").await;

    assert!(matches!(refusal(&url(&folder, "callward.db")).await, StoreError::OtherBuild { version: 1, .. }));
}

#[tokio::test]
async fn a_row_that_was_spoilt_is_said_to_be_damaged() {
    let bench = Bench::in_sqlite().await;
    let key = CallKey([3; 32]);
    bench.store.open_call(key, "v1", next(1, "sealed"), vec![]).await.unwrap();
    executed(bench.folder.as_ref().unwrap(), "UPDATE calls SET turn = -1").await;

    assert!(matches!(bench.store.call(key).await, Err(StoreError::Damaged { .. })));
}
