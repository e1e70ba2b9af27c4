//! The contract, notes: changed by comparison, gone when they expire.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::contract::{Bench, on_every_store};
use super::keys::NoteKey;
use super::surface::Store;
use super::sweeping::Retention;

const PERSON: NoteKey = NoteKey([9; 32]);
const DAY: Duration = Duration::from_secs(86_400);

on_every_store!(
    a_note_is_made_once,
    a_note_changes_from_the_version_that_was_read,
    increments_by_fifty_at_once_lose_none,
    an_expired_note_is_gone_and_can_be_made_again,
    no_version_comes_back_after_a_sweep,
);

async fn a_note_is_made_once(bench: Bench) {
    let until = bench.clock.now() + DAY;
    assert_eq!(bench.store.note(PERSON).await.unwrap(), None);

    assert!(bench.store.swap_note(PERSON, None, b"1".to_vec(), until).await.unwrap());
    assert!(!bench.store.swap_note(PERSON, None, b"2".to_vec(), until).await.unwrap());

    let note = bench.store.note(PERSON).await.unwrap().unwrap();
    assert_eq!((note.body, note.expires_at), (b"1".to_vec(), until));
}

async fn a_note_changes_from_the_version_that_was_read(bench: Bench) {
    let until = bench.clock.now() + DAY;
    bench.store.swap_note(PERSON, None, b"1".to_vec(), until).await.unwrap();
    let read = bench.store.note(PERSON).await.unwrap().unwrap();

    assert!(bench.store.swap_note(PERSON, Some(read.version), b"2".to_vec(), until + DAY).await.unwrap());
    assert!(!bench.store.swap_note(PERSON, Some(read.version), b"3".to_vec(), until).await.unwrap());

    let note = bench.store.note(PERSON).await.unwrap().unwrap();
    assert_eq!((note.body, note.expires_at), (b"2".to_vec(), until + DAY));
}

async fn increments_by_fifty_at_once_lose_none(bench: Bench) {
    let until = bench.clock.now() + DAY;

    let increments: Vec<_> = (0..50)
        .map(|_| {
            let store = Arc::clone(&bench.store);
            tokio::spawn(async move {
                for _ in 0..10 {
                    while !incremented(&*store, until).await {}
                }
            })
        })
        .collect();
    for increment in increments {
        increment.await.unwrap();
    }

    let note = bench.store.note(PERSON).await.unwrap().unwrap();
    assert_eq!(note.body, 500_u32.to_le_bytes());
}

async fn incremented(store: &dyn Store, until: Timestamp) -> bool {
    let note = store.note(PERSON).await.unwrap();
    let count = note.as_ref().map_or(0, |note| u32::from_le_bytes(note.body.as_slice().try_into().unwrap()));
    store.swap_note(PERSON, note.map(|note| note.version), (count + 1).to_le_bytes().to_vec(), until).await.unwrap()
}

async fn an_expired_note_is_gone_and_can_be_made_again(bench: Bench) {
    let until = bench.clock.now() + DAY;
    bench.store.swap_note(PERSON, None, b"old".to_vec(), until).await.unwrap();
    let old = bench.store.note(PERSON).await.unwrap().unwrap();

    bench.pass(DAY).await;
    let until = bench.clock.now() + DAY;
    assert_eq!(bench.store.note(PERSON).await.unwrap(), None);
    assert!(!bench.store.swap_note(PERSON, Some(old.version), b"late".to_vec(), until).await.unwrap());
    assert!(bench.store.swap_note(PERSON, None, b"young".to_vec(), until).await.unwrap());

    let young = bench.store.note(PERSON).await.unwrap().unwrap();
    assert_eq!(young.body, b"young");
    assert!(young.version > old.version);
}

async fn no_version_comes_back_after_a_sweep(bench: Bench) {
    let until = bench.clock.now() + DAY;
    bench.store.swap_note(PERSON, None, b"old".to_vec(), until).await.unwrap();
    let old = bench.store.note(PERSON).await.unwrap().unwrap();

    bench.pass(DAY).await;
    bench.store.sweep(Retention { ended_calls: DAY, records: DAY }).await.unwrap();
    bench.store.swap_note(PERSON, None, b"young".to_vec(), bench.clock.now() + DAY).await.unwrap();

    let young = bench.store.note(PERSON).await.unwrap().unwrap();
    assert!(young.version > old.version);
}
