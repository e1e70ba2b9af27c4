//! Tests of PostgreSQL as several nodes share it: who makes the tables, who hears of whom, and what a restart does.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, timeout};

use crate::clock::Clock;

use super::call::{Claimed, Guard, Next};
use super::contract::{Bench, KEY, claim, next, record};
use super::error::StoreError;
use super::keys::CallKey;
use super::open::open;
use super::postgres_cluster::{Cluster, Durability};
use super::sweeping::Retention;

const LONG: Duration = Duration::from_secs(600);

async fn refusal(url: &str) -> StoreError {
    open(url, Clock::system()).await.err().unwrap()
}

#[tokio::test]
async fn nodes_that_start_at_once_make_the_tables_once() {
    let database = Cluster::shared().database().await;

    let stores = join_all((0..6).map(|_| open(database.url(), Clock::system()))).await;

    for store in stores {
        store.unwrap().ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_turn_that_another_node_lets_go_is_heard_of_before_anybody_looks() {
    let bench = Bench::in_postgres().await;
    bench.open_call().await;
    let elsewhere = bench.open_again().await;
    let Claimed::Taken { row, .. } = elsewhere.claim(KEY, 1, claim(1)).await.unwrap() else { panic!("nobody else asked") };
    bench.store.changed(KEY, 0, LONG).await.unwrap();

    let began = Instant::now();
    let (changed, saved) = tokio::join!(
        bench.store.changed(KEY, row.revision, LONG),
        elsewhere.save(KEY, Guard::HeldBy(claim(1).id), next(2, "done elsewhere"), vec![]),
    );

    assert!(saved.unwrap());
    assert_eq!(changed.unwrap().map(|row| row.turn), Some(2));
    assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
}

#[tokio::test]
async fn two_sweepers_at_once_remove_every_row_once() {
    let bench = Bench::in_postgres().await;
    let elsewhere = bench.open_again().await;
    let records = (0..1000).map(|number| record(&number.to_string(), "c1", bench.clock.now())).collect();
    bench.store.open_call(KEY, "v1", next(1, ""), records).await.unwrap();
    bench.pass(LONG).await;

    let keep = Retention { ended_calls: LONG, records: LONG };
    let (here, there) = tokio::join!(bench.store.sweep(keep), elsewhere.sweep(keep));

    assert_eq!(here.unwrap().records + there.unwrap().records, 1000);
    assert!(bench.store.records_of_call("c1").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_store_goes_on_after_its_server_was_restarted() {
    let cluster = Cluster::start(Durability::Full);
    let bench = Bench::on(&cluster).await;
    bench.open_call().await;
    let before = bench.row().await;
    let guard = before.unchanged();
    let waiter = tokio::spawn({
        let store = Arc::clone(&bench.store);
        async move { store.changed(KEY, 1, LONG).await }
    });

    cluster.crash();
    let meanwhile = tokio::spawn({
        let store = Arc::clone(&bench.store);
        async move { store.save(KEY, guard, next(2, "while it was down"), vec![]).await }
    });
    tokio::task::yield_now().await;
    cluster.start_again();

    if meanwhile.await.unwrap().is_err() {
        // It took longer than a call has patience; the repeat finds the turn as it was, or taken.
        bench.save(before.unchanged(), next(2, "once more")).await;
    }
    // Who waited when the server went down may get the error, as any other call may; the next one sees the save.
    let heard = timeout(Duration::from_secs(10), waiter).await.unwrap().unwrap();
    assert!(heard.is_err() || heard.is_ok_and(|row| row.is_some_and(|row| row.turn == 2)));
    assert_eq!(bench.row().await.turn, 2);
    for number in 0..20 {
        bench.store.open_call(CallKey([number; 32]), "v1", Next { ended: true, ..next(1, "") }, vec![]).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_stays_away_is_named_without_the_password() {
    let refusal = refusal("postgres://callward:hunter2@127.0.0.1:1/calls").await.to_string();

    assert!(refusal.contains("postgres://127.0.0.1:1/calls cannot be reached"), "{refusal}");
    assert!(!refusal.contains("hunter2"), "{refusal}");
}

#[tokio::test]
async fn a_database_that_is_missing_is_named() {
    let database = Cluster::shared().database().await;
    let missing = database.url().replacen("callward_test", "nowhere", 1);

    assert!(matches!(refusal(&missing).await, StoreError::Refused { reason, .. } if reason.contains("nowhere")));
}

#[tokio::test]
async fn a_database_of_a_newer_callward_is_refused() {
    let bench = Bench::in_postgres().await;
    bench.database().execute("INSERT INTO _sqlx_migrations VALUES (9000, 'later', now(), TRUE, '\\x00', 1)").await;

    assert!(matches!(refusal(bench.database().url()).await, StoreError::Newer { version: 9000, .. }));
}

#[tokio::test]
async fn a_row_that_is_locked_for_long_is_said_to_be_slow() {
    let bench = Bench::in_postgres().await;
    bench.open_call().await;
    let row = bench.row().await;
    let somebody = sqlx::PgPool::connect(bench.database().url()).await.unwrap();
    let mut lock = somebody.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM calls FOR UPDATE").execute(&mut *lock).await.unwrap();

    let locked = bench.store.save(KEY, row.unchanged(), next(2, "late"), vec![]).await.unwrap_err();
    lock.rollback().await.unwrap();

    assert!(locked.to_string().contains("does not answer in time"), "{locked}");
    assert!(bench.save(row.unchanged(), next(2, "in time")).await);
}
