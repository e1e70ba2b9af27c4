//! The contract, calls: opened once, claimed by one, saved by whom the guard lets.

use std::time::Duration;

use super::call::{Claimed, Guard, Held, Next};
use super::contract::{Bench, KEY, LEASE, claim, next, on_every_store, record, sealed};
use super::keys::{CallKey, ClaimId};

on_every_store!(
    a_call_is_opened_once,
    a_call_may_open_claimed,
    one_of_a_hundred_claimers_gets_the_turn,
    a_turn_that_is_not_awaited_cannot_be_claimed,
    a_claim_that_ran_out_is_taken_over,
    a_claim_that_is_asked_for_again_is_its_askers,
    a_claim_that_was_let_go_is_no_takeover,
    a_renewed_claim_runs_from_the_renewal,
    a_lost_claim_saves_nothing,
    a_claim_that_ran_out_saves_as_long_as_nobody_took_it,
    a_running_claim_keeps_the_unclaimed_out,
    one_of_two_savers_of_a_turn_wins,
    a_save_between_read_and_save_is_noticed_though_the_turn_stays,
    an_ended_call_stays_ended_since_its_first_end,
    idle_calls_are_those_in_progress_that_nobody_touched,
);

async fn a_call_is_opened_once(bench: Bench) {
    bench.open_call().await;

    let first = Next { body: sealed("again"), ..next(1, "") };
    let records = vec![record("a1", "c1", bench.clock.now())];
    assert!(!bench.store.open_call(KEY, "v1", first, records).await.unwrap());

    let row = bench.row().await;
    assert_eq!((row.turn, row.revision, row.body, row.held, row.ended_at), (1, 1, sealed("opened"), None, None));
    assert_eq!(row.touched_at, bench.clock.now());
    assert_eq!(bench.store.record("a1").await.unwrap(), None);
    assert_eq!(bench.store.call(CallKey([0; 32])).await.unwrap(), None);
}

async fn a_call_may_open_claimed(bench: Bench) {
    let first = Next { claim: Some(claim(1)), ..next(1, "opened") };
    let records = vec![record("a1", "c1", bench.clock.now())];

    assert!(bench.store.open_call(KEY, "v1", first, records).await.unwrap());

    assert!(matches!(bench.store.claim(KEY, 1, claim(2)).await.unwrap(), Claimed::Busy(_)));
    assert!(bench.save(Guard::HeldBy(claim(1).id), next(2, "mine")).await);
    assert!(bench.store.record("a1").await.unwrap().is_some());
}

async fn one_of_a_hundred_claimers_gets_the_turn(bench: Bench) {
    bench.open_call().await;

    let claims = (0..100).map(|asker| {
        let store = bench.store.clone();
        tokio::spawn(async move { store.claim(KEY, 1, claim(asker)).await.unwrap() })
    });
    let mut taken = vec![];
    for asked in claims.collect::<Vec<_>>() {
        match asked.await.unwrap() {
            Claimed::Taken { row, takeover } => taken.push((row, takeover)),
            Claimed::Busy(row) => assert!(row.is_held(bench.clock.now())),
            other @ (Claimed::OtherTurn(_) | Claimed::Unknown) => panic!("{other:?}"),
        }
    }

    assert_eq!(taken, [(bench.row().await, false)]);
}

async fn a_turn_that_is_not_awaited_cannot_be_claimed(bench: Bench) {
    assert_eq!(bench.store.claim(KEY, 1, claim(1)).await.unwrap(), Claimed::Unknown);

    bench.open_call().await;
    let row = bench.row().await;
    assert_eq!(bench.store.claim(KEY, 0, claim(1)).await.unwrap(), Claimed::OtherTurn(row.clone()));
    assert_eq!(bench.store.claim(KEY, 2, claim(1)).await.unwrap(), Claimed::OtherTurn(row.clone()));

    assert!(bench.save(row.unchanged(), Next { ended: true, ..next(2, "ended") }).await);
    let ended = bench.row().await;
    assert_eq!(bench.store.claim(KEY, 2, claim(1)).await.unwrap(), Claimed::OtherTurn(ended));
}

async fn a_claim_that_ran_out_is_taken_over(bench: Bench) {
    bench.open_call().await;
    bench.store.claim(KEY, 1, claim(1)).await.unwrap();

    bench.pass(LEASE - Duration::from_millis(1)).await;
    assert!(matches!(bench.store.claim(KEY, 1, claim(2)).await.unwrap(), Claimed::Busy(_)));
    bench.pass(Duration::from_millis(1)).await;
    let Claimed::Taken { row, takeover: true } = bench.store.claim(KEY, 1, claim(2)).await.unwrap() else {
        panic!("the claim has run out");
    };

    assert_eq!(row.held, Some(Held { by: claim(2).id, until: bench.clock.now() + LEASE }));
}

async fn a_claim_that_is_asked_for_again_is_its_askers(bench: Bench) {
    bench.open_call().await;
    bench.store.claim(KEY, 1, claim(1)).await.unwrap();

    let again = bench.store.claim(KEY, 1, claim(1)).await.unwrap();

    assert_eq!(again, Claimed::Taken { row: bench.row().await, takeover: false });
}

async fn a_claim_that_was_let_go_is_no_takeover(bench: Bench) {
    bench.open_call().await;
    bench.store.claim(KEY, 1, claim(1)).await.unwrap();
    assert!(bench.save(Guard::HeldBy(claim(1).id), next(2, "done")).await);

    let claimed = bench.store.claim(KEY, 2, claim(2)).await.unwrap();

    assert!(matches!(claimed, Claimed::Taken { takeover: false, .. }));
}

async fn a_renewed_claim_runs_from_the_renewal(bench: Bench) {
    bench.open_call().await;
    bench.store.claim(KEY, 1, claim(1)).await.unwrap();

    bench.pass(LEASE - Duration::from_secs(1)).await;
    let renewed = Next { claim: Some(claim(1)), ..next(1, "code hashed, about to send") };
    assert!(bench.save(Guard::HeldBy(claim(1).id), renewed).await);

    let row = bench.row().await;
    assert_eq!(row.held, Some(Held { by: claim(1).id, until: bench.clock.now() + LEASE }));
    bench.pass(LEASE - Duration::from_secs(1)).await;
    assert_eq!(bench.store.claim(KEY, 1, claim(2)).await.unwrap(), Claimed::Busy(row));
}

async fn a_lost_claim_saves_nothing(bench: Bench) {
    bench.open_call().await;
    bench.store.claim(KEY, 1, claim(1)).await.unwrap();
    bench.pass(LEASE).await;
    bench.store.claim(KEY, 1, claim(2)).await.unwrap();
    let before = bench.row().await;

    let records = vec![record("a1", "c1", bench.clock.now())];
    let saved = bench.store.save(KEY, Guard::HeldBy(claim(1).id), next(2, "late"), records).await.unwrap();

    assert!(!saved);
    assert_eq!(bench.row().await, before);
    assert_eq!(bench.store.record("a1").await.unwrap(), None);
    assert!(!bench.store.save(CallKey([0; 32]), Guard::HeldBy(ClaimId([0; 16])), next(2, ""), vec![]).await.unwrap());
}

async fn a_claim_that_ran_out_saves_as_long_as_nobody_took_it(bench: Bench) {
    bench.open_call().await;
    bench.store.claim(KEY, 1, claim(1)).await.unwrap();
    bench.pass(LEASE * 2).await;

    assert!(bench.save(Guard::HeldBy(claim(1).id), next(2, "slow")).await);

    assert_eq!(bench.row().await.held, None);
}

async fn a_running_claim_keeps_the_unclaimed_out(bench: Bench) {
    bench.open_call().await;
    let read = bench.row().await;
    bench.store.claim(KEY, 1, claim(1)).await.unwrap();

    assert!(!bench.save(read.unchanged(), next(2, "pure")).await);
    bench.pass(LEASE).await;

    assert!(bench.save(read.unchanged(), next(2, "pure")).await);
    assert!(!bench.save(Guard::HeldBy(claim(1).id), next(2, "late")).await);
}

async fn one_of_two_savers_of_a_turn_wins(bench: Bench) {
    bench.open_call().await;
    let guard = bench.row().await.unchanged();

    let (one, other) = tokio::join!(bench.save(guard, next(2, "one")), bench.save(guard, next(2, "other")));

    assert!(one != other);
    let row = bench.row().await;
    assert_eq!((row.turn, row.revision, row.body), (2, 2, sealed(if one { "one" } else { "other" })));
}

async fn a_save_between_read_and_save_is_noticed_though_the_turn_stays(bench: Bench) {
    bench.open_call().await;
    let read = bench.row().await;
    assert!(bench.save(read.unchanged(), next(1, "the customer accepted the push")).await);

    assert!(!bench.save(read.unchanged(), next(2, "still waiting")).await);
}

async fn an_ended_call_stays_ended_since_its_first_end(bench: Bench) {
    bench.open_call().await;
    let ended_at = bench.clock.now();
    assert!(bench.save(bench.row().await.unchanged(), Next { ended: true, ..next(2, "verified") }).await);

    bench.pass(Duration::from_secs(5)).await;
    assert!(bench.save(bench.row().await.unchanged(), next(2, "and hung up")).await);

    let row = bench.row().await;
    assert_eq!((row.ended_at, row.touched_at), (Some(ended_at), bench.clock.now()));
}

async fn idle_calls_are_those_in_progress_that_nobody_touched(bench: Bench) {
    let keys = [1, 2, 3, 4].map(|number| CallKey([number; 32]));
    for key in keys {
        bench.store.open_call(key, "v1", next(1, ""), vec![]).await.unwrap();
        bench.pass(Duration::from_secs(60)).await;
    }
    let first = bench.store.call(keys[0]).await.unwrap().unwrap();
    bench.store.save(keys[0], first.unchanged(), Next { ended: true, ..next(2, "") }, vec![]).await.unwrap();

    let found = async |seconds, most| {
        let idle = bench.store.idle_calls(Duration::from_secs(seconds), most).await.unwrap();
        idle.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
    };

    assert_eq!(found(120, 10).await, [keys[1], keys[2]]);
    assert_eq!(found(0, 2).await, [keys[1], keys[2]]);
    assert_eq!(found(181, 10).await, []);
}
