//! The contract, records and the sweep: found by id and by call, removed when due and no earlier.

use std::time::Duration;

use super::call::Next;
use super::contract::{Bench, KEY, next, on_every_store, record};
use super::keys::{CallKey, NoteKey};
use super::record::Record;
use super::sweeping::{Retention, Swept};

const KEEP: Retention = Retention { ended_calls: Duration::from_secs(600), records: Duration::from_secs(86_400) };

on_every_store!(
    records_are_found_by_id_and_by_call,
    a_record_saved_again_replaces_the_first,
    a_sweep_removes_what_is_due_and_nothing_else,
    a_sweep_has_many_steps_when_much_is_due,
    a_ping_is_answered,
);

async fn records_are_found_by_id_and_by_call(bench: Bench) {
    bench.open_call().await;
    let now = bench.clock.now();
    let (late, early) = (record("a1", "c1", now), record("a2", "c1", now - Duration::from_secs(9)));
    let elsewhere = record("a3", "c2", now);
    let records = vec![late.clone(), early.clone(), elsewhere.clone()];

    assert!(bench.store.save(KEY, bench.row().await.unchanged(), next(2, ""), records).await.unwrap());

    assert_eq!(bench.store.record("a3").await.unwrap(), Some(elsewhere));
    assert_eq!(bench.store.record("a4").await.unwrap(), None);
    assert_eq!(bench.store.records_of_call("c1").await.unwrap(), [early, late]);
    assert_eq!(bench.store.records_of_call("c3").await.unwrap(), []);
}

async fn a_record_saved_again_replaces_the_first(bench: Bench) {
    bench.open_call().await;
    let first = record("a1", "c1", bench.clock.now());
    let second = Record { body: r#"{"authStatus":"verified"}"#.to_owned(), ..first.clone() };

    bench.store.save(KEY, bench.row().await.unchanged(), next(2, ""), vec![first]).await.unwrap();
    bench.store.save(KEY, bench.row().await.unchanged(), next(3, ""), vec![second.clone()]).await.unwrap();

    assert_eq!(bench.store.records_of_call("c1").await.unwrap(), [second]);
}

async fn a_sweep_removes_what_is_due_and_nothing_else(bench: Bench) {
    let (ended, running) = (CallKey([1; 32]), CallKey([2; 32]));
    let (short, long) = (NoteKey([1; 32]), NoteKey([2; 32]));
    let now = bench.clock.now();
    let old = record("old", "c1", now + KEEP.ended_calls - KEEP.records);
    let young = record("young", "c1", now);
    let over = Next { ended: true, ..next(1, "") };
    bench.store.open_call(ended, "v1", over, vec![old, young]).await.unwrap();
    bench.store.open_call(running, "v1", next(1, ""), vec![]).await.unwrap();
    bench.store.swap_note(short, None, vec![], now + KEEP.ended_calls).await.unwrap();
    bench.store.swap_note(long, None, vec![], now + KEEP.records).await.unwrap();

    bench.pass(KEEP.ended_calls - Duration::from_millis(1)).await;
    assert_eq!(bench.store.sweep(KEEP).await.unwrap(), Swept::default());
    bench.pass(Duration::from_millis(1)).await;
    assert_eq!(bench.store.sweep(KEEP).await.unwrap(), Swept { notes: 1, calls: 1, records: 1, ..Swept::default() });

    assert!(bench.store.call(ended).await.unwrap().is_none());
    assert!(bench.store.call(running).await.unwrap().is_some());
    assert!(bench.store.note(long).await.unwrap().is_some());
    assert!(bench.store.record("old").await.unwrap().is_none());
    assert!(bench.store.record("young").await.unwrap().is_some());
}

async fn a_sweep_has_many_steps_when_much_is_due(bench: Bench) {
    let records = (0..450).map(|number| record(&number.to_string(), "c1", bench.clock.now())).collect();
    bench.store.open_call(KEY, "v1", next(1, ""), records).await.unwrap();

    bench.pass(KEEP.records).await;
    let swept = bench.store.sweep(KEEP).await.unwrap();

    assert_eq!(swept, Swept { records: 450, ..Swept::default() });
}

async fn a_ping_is_answered(bench: Bench) {
    bench.store.ping().await.unwrap();
    bench.store.ping().await.unwrap();

    // A store with a clock of its own carries it on between two readings.
    let ahead = bench.store.now().await.unwrap().duration_since(bench.clock.now());
    assert!((0..1000).contains(&ahead.as_millis()), "{ahead}");
}
