//! The contract, flow versions: kept once, listed with their calls, swept when nobody needs them.

use std::time::Duration;

use super::call::Next;
use super::contract::{Bench, KEY, next, on_every_store};
use super::keys::CallKey;
use super::sweeping::Retention;
use super::version::{FlowVersion, Release, ReleaseKind};

const KEEP: Retention = Retention { ended_calls: Duration::from_secs(600), records: Duration::from_secs(86_400) };

on_every_store!(
    a_version_is_kept_as_it_was_first,
    versions_are_listed_newest_first_with_their_calls,
    releases_are_told_in_order,
    what_is_published_is_the_newest_that_no_file_brought,
    a_sweep_leaves_versions_that_are_in_use,
);

async fn a_version_is_kept_as_it_was_first(bench: Bench) {
    bench.store.keep_version(version("v1")).await.unwrap();

    bench.store.keep_version(FlowVersion { files: "other".to_owned(), ..version("v1") }).await.unwrap();

    assert_eq!(bench.store.version("v1").await.unwrap(), Some(version("v1")));
    assert_eq!(bench.store.version("v2").await.unwrap(), None);
}

async fn versions_are_listed_newest_first_with_their_calls(bench: Bench) {
    bench.store.keep_version(version("v1")).await.unwrap();
    let first_kept = bench.clock.now();
    bench.pass(Duration::from_secs(9)).await;
    bench.store.keep_version(version("v2")).await.unwrap();
    bench.store.keep_version(FlowVersion { flow: "another".to_owned(), ..version("v3") }).await.unwrap();
    let over = Next { ended: true, ..next(1, "") };
    bench.store.open_call(KEY, "v1", next(1, ""), vec![]).await.unwrap();
    bench.store.open_call(CallKey([1; 32]), "v1", over, vec![]).await.unwrap();

    let entries = bench.store.versions("menu").await.unwrap();

    let told: Vec<(&str, u32)> = entries.iter().map(|entry| (entry.id.as_str(), entry.calls)).collect();
    assert_eq!(told, [("v2", 0), ("v1", 1)]);
    assert_eq!(entries.last().unwrap().kept_at, first_kept);
}

async fn releases_are_told_in_order(bench: Bench) {
    for (version, how) in [("v1", ReleaseKind::File), ("v2", ReleaseKind::Published), ("v1", ReleaseKind::RolledBack)] {
        bench.store.release(release("menu", version, how)).await.unwrap();
    }

    let releases = bench.store.releases("menu").await.unwrap();

    let told: Vec<(&str, ReleaseKind)> =
        releases.iter().map(|released| (released.release.version.as_str(), released.release.how)).collect();
    assert_eq!(told, [("v1", ReleaseKind::File), ("v2", ReleaseKind::Published), ("v1", ReleaseKind::RolledBack)]);
    assert!(releases.is_sorted_by_key(|released| released.number));
    assert!(releases.iter().all(|released| released.at == bench.clock.now()));
}

async fn what_is_published_is_the_newest_that_no_file_brought(bench: Bench) {
    for (flow, version, how) in [
        ("menu", "v1", ReleaseKind::Published),
        ("menu", "v2", ReleaseKind::Published),
        ("menu", "v3", ReleaseKind::File),
        ("another", "a1", ReleaseKind::RolledBack),
        ("third", "t1", ReleaseKind::File),
    ] {
        bench.store.release(release(flow, version, how)).await.unwrap();
    }

    let published = bench.store.published().await.unwrap();

    let told: Vec<(&str, &str)> =
        published.iter().map(|released| (released.release.flow.as_str(), released.release.version.as_str())).collect();
    assert_eq!(told, [("another", "a1"), ("menu", "v2")]);
}

async fn a_sweep_leaves_versions_that_are_in_use(bench: Bench) {
    for id in ["called", "published", "left", "seen"] {
        bench.store.keep_version(version(id)).await.unwrap();
    }
    bench.store.open_call(KEY, "called", next(1, ""), vec![]).await.unwrap();
    bench.store.release(release("menu", "published", ReleaseKind::Published)).await.unwrap();
    bench.store.release(release("menu", "left", ReleaseKind::File)).await.unwrap();

    bench.pass(KEEP.records - Duration::from_millis(1)).await;
    bench.store.keep_version(version("seen")).await.unwrap();
    assert_eq!(bench.store.sweep(KEEP).await.unwrap().versions, 0);
    bench.pass(Duration::from_millis(1)).await;
    assert_eq!(bench.store.sweep(KEEP).await.unwrap().versions, 1);

    assert_eq!(bench.store.version("left").await.unwrap(), None);
    assert_eq!(bench.store.versions("menu").await.unwrap().len(), 3);
    assert_eq!(bench.store.releases("menu").await.unwrap().len(), 1);
}

fn version(id: &str) -> FlowVersion {
    FlowVersion { id: id.to_owned(), flow: "menu".to_owned(), files: "{}".to_owned() }
}

fn release(flow: &str, version: &str, how: ReleaseKind) -> Release {
    let (flow, version) = (flow.to_owned(), version.to_owned());
    Release { flow, version, how, who: "ann".to_owned(), note: "shorter".to_owned() }
}
