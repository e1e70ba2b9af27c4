//! The contract, waiting: who waits for a call hears of the next save, from this node or another.

use std::time::Duration;

use super::contract::{Bench, KEY, claim, next, on_every_store};

/// Far beyond the time any of these tests takes.
const LONG: Duration = Duration::from_secs(600);

on_every_store!(
    a_save_wakes_all_who_wait,
    a_save_that_came_before_is_noticed_at_once,
    patience_ends,
    a_claim_wakes_nobody,
    a_save_by_another_node_is_seen,
);

async fn a_save_wakes_all_who_wait(bench: Bench) {
    bench.open_call().await;
    let row = bench.row().await;

    let (one, other, saved) = tokio::join!(
        bench.store.changed(KEY, row.revision, LONG),
        bench.store.changed(KEY, row.revision, LONG),
        bench.save(row.unchanged(), next(2, "saved")),
    );

    assert!(saved);
    let saved = Some(bench.row().await);
    assert_eq!((one.unwrap(), other.unwrap()), (saved.clone(), saved));
}

async fn a_save_that_came_before_is_noticed_at_once(bench: Bench) {
    bench.open_call().await;
    let read = bench.row().await;
    assert!(bench.save(read.unchanged(), next(2, "saved")).await);

    let changed = bench.store.changed(KEY, read.revision, LONG).await.unwrap();

    assert_eq!(changed, Some(bench.row().await));
}

async fn patience_ends(bench: Bench) {
    bench.open_call().await;
    let row = bench.row().await;

    assert_eq!(bench.store.changed(KEY, row.revision, Duration::ZERO).await.unwrap(), Some(row));
}

async fn a_claim_wakes_nobody(bench: Bench) {
    bench.open_call().await;
    let row = bench.row().await;

    bench.store.claim(KEY, 1, claim(1)).await.unwrap();

    let changed = bench.store.changed(KEY, row.revision, Duration::ZERO).await.unwrap().unwrap();
    assert_eq!(changed.revision, row.revision);
}

async fn a_save_by_another_node_is_seen(bench: Bench) {
    bench.open_call().await;
    let row = bench.row().await;
    let elsewhere = bench.open_again().await;

    let (changed, saved) = tokio::join!(
        bench.store.changed(KEY, row.revision, LONG),
        elsewhere.save(KEY, row.unchanged(), next(2, "saved elsewhere"), vec![]),
    );

    assert!(saved.unwrap());
    assert_eq!(changed.unwrap().map(|row| row.turn), Some(2));
}
