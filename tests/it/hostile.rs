//! Load and hostile input at a running `callward serve`: calls by the thousand go on, nobody's junk costs others their turn, and
//! memory has an end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::gateway::{Gateway, PATIENCE, certify};
use crate::hostile_clients as clients;
use crate::wire::Wire;

/// A menu that leads back to itself; 0 ends it.
const FLOW: &str = include_str!("../../benches/turns/menu.yaml");
const TENANT: &str = "[[tenants.acme.processes]]\nname = \"Menu\"\ncode = \"menu\"\nflow = \"menu\"\n";
const MENU: &str = "/vxml/acme/menu";

/// How many calls are in progress at a time, and over how many connections they come.
const CALLS: usize = 5_000;
const CONNECTIONS: usize = 50;
/// What they may cost, in a build for tests.
const MEGABYTES_OF_CALLS: u64 = 60;
/// What all the hostile clients together may cost.
const MEGABYTES_OF_JUNK: u64 = 250;
/// How long 99 of 100 turns of a decent caller may take meanwhile, in a build for tests on a busy machine; the last one may take as
/// long as [`PATIENCE`].
const TURN: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_calls_in_progress_all_go_on_and_end() {
    let house = House::open("requests_per_second = 0").await;
    let before = house.megabytes("VmRSS");

    let begun = Instant::now();
    let calls = join_all((0..CONNECTIONS).map(|_| tokio::spawn(begin(house.address, CALLS / CONNECTIONS)))).await;
    let opened = (begun.elapsed(), house.megabytes("VmRSS"));
    let calls = calls.into_iter().map(|calls| calls.unwrap());
    let ends = join_all(calls.map(|calls| tokio::spawn(go_on_and_end(house.address, calls)))).await;

    let ended: usize = ends.into_iter().map(|ended| ended.unwrap()).sum();
    println!("{CALLS} calls opened in {:.1?}, all over after {:.1?}: {before} MB before, {} MB then", opened.0, begun.elapsed(), opened.1);
    assert_eq!(ended, CALLS);
    assert!(opened.1 - before < MEGABYTES_OF_CALLS, "{} MB for {CALLS} calls", opened.1 - before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decent_caller_gets_through_whatever_others_send() {
    let house = House::open("").await;
    let before = house.megabytes("VmRSS");
    let caller = Caller::begin(house.address);

    let (slow, begun) = (house.address, Instant::now());
    let waiting = [
        tokio::spawn(clients::half_open(slow, 3_000)),
        tokio::spawn(clients::dripping_heads(slow, 300)),
        tokio::spawn(clients::dripping_bodies(slow, 300)),
        tokio::spawn(clients::deaf(slow, 50)),
    ];
    clients::garbage(house.address, 500).await;
    clients::absurd_heads(house.address).await;
    clients::huge_forms(house.address, MENU).await;
    let tally = clients::flood(house.address, MENU).await;
    for kind in waiting {
        kind.await.unwrap();
    }

    let turns = caller.end().await;
    let (count, longest, most) = (turns.len(), turns[turns.len() - 1], house.megabytes("VmHWM"));
    let [median, p99] = [50, 99].map(|percent| turns[count * percent / 100]);
    println!("hostile clients for {:.1?}, {before} MB before, {most} MB at most; a flood was answered {tally:?}", begun.elapsed());
    println!("a decent caller's turns meanwhile: {count}, median {median:.1?}, p99 {p99:.1?}, the slowest {longest:.1?}");
    assert!(p99 < TURN, "{p99:?}");
    assert!(most < before + MEGABYTES_OF_JUNK, "{most} MB");
}

#[tokio::test]
async fn who_has_too_many_connections_hears_429_and_others_get_in() {
    let house = House::open("connections_per_address = 20").await;

    let mut held = Vec::new();
    for _ in 0..20 {
        let mut wire = Wire::open(house.address, 2).await.unwrap();
        assert_eq!(wire.get("/healthz", "").await.unwrap().status, 200);
        held.push(wire);
    }
    let refused = Wire::open(house.address, 2).await.unwrap().closed().await;
    let other = Wire::open(house.address, 3).await.unwrap().get("/healthz", "").await.unwrap();

    assert!(refused.starts_with("HTTP/1.1 429 ") && refused.contains("Retry-After: 1"), "{refused}");
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn who_asks_too_often_hears_429_and_others_are_answered() {
    let house = House::open("requests_per_second = 20").await;
    let mut wire = Wire::open(house.address, 2).await.unwrap();

    let mut refused = None;
    for _ in 0..100 {
        refused = Some(wire.get(MENU, "").await.unwrap()).filter(|answer| answer.status == 429).or(refused);
    }
    let other = Wire::open(house.address, 3).await.unwrap().get(MENU, "").await.unwrap();

    let refused = refused.expect("a hundred requests at once");
    assert!(refused.head.contains("retry-after: 1") && refused.body.contains("http.requests_per_second"), "{refused:?}");
    assert_eq!(other.status, 200);
}

/// Behind a proxy that is trusted each caller counts by what the proxy says, an IPv6 /64 as one; and nobody is let in by it.
#[tokio::test]
async fn callers_behind_a_proxy_are_counted_one_by_one() {
    let house = House::open("requests_per_second = 20\ntrusted_proxies = [\"127.0.0.1\"]").await;
    let mut proxy = Wire::open(house.address, 1).await.unwrap();

    let mut statuses = Vec::new();
    for host in 0..100 {
        statuses.push(proxy.get(MENU, &format!("X-Forwarded-For: 2001:db8:0:7::{host:x}\r\n")).await.unwrap().status);
    }
    let other = proxy.get(MENU, "X-Forwarded-For: 127.0.0.9, 127.0.0.1\r\n").await.unwrap();
    let mut claims = Wire::open(house.address, 2).await.unwrap();
    let untrusted = claims.get(MENU, "X-Forwarded-For: 203.0.113.7\r\n").await.unwrap();

    assert_eq!(statuses[0], 403, "not among platforms.allow");
    assert!(statuses.contains(&429), "{statuses:?}");
    assert_eq!((other.status, untrusted.status), (200, 200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handshakes_that_never_finish_are_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certify(folder.path());
    let house = House::open_in(folder, "tls_cert = \"callward.crt\"\ntls_key = \"callward.pem\"").await;
    // Fails when another test was first, and then all is well too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([trusted]).build().unwrap();

    let never = tokio::spawn(clients::half_open_handshakes(house.address, 1_000));
    let entry = client.get(format!("https://localhost:{}{MENU}", house.address.port())).send().await.unwrap();
    never.await.unwrap();

    assert_eq!(entry.status(), 200);
}

/// A gateway with a menu, on SQLite.
struct House {
    gateway: Gateway,
    address: SocketAddr,
    /// Kept for as long as the gateway runs.
    _folder: TempDir,
}

impl House {
    async fn open(http: &str) -> Self {
        Self::open_in(tempfile::tempdir().unwrap(), http).await
    }

    async fn open_in(folder: TempDir, http: &str) -> Self {
        let flows = folder.path().join("flows");
        std::fs::create_dir(&flows).unwrap();
        std::fs::write(flows.join("menu.yaml"), FLOW).unwrap();
        let store = format!("[store]\nurl = \"sqlite://{}\"\n{TENANT}", folder.path().join("callward.db").display());
        let gateway = Gateway::serve_flows(folder.path(), &flows, &store, http).await;
        let address = SocketAddr::from(([127, 0, 0, 1], gateway.base.port().unwrap()));
        Self { gateway, address, _folder: folder }
    }

    /// Memory of the process that is really there (`VmRSS`), or was at most (`VmHWM`).
    fn megabytes(&self, kind: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.gateway.process.id().unwrap())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(kind)).unwrap();
        line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }
}

/// Begins calls, one after the other; the turns that they await.
async fn begin(to: SocketAddr, calls: usize) -> Vec<(String, u32)> {
    let mut wire = Wire::open(to, 1).await.unwrap();
    let mut awaited = Vec::new();
    for _ in 0..calls {
        let (call, _) = wire.get(MENU, "").await.unwrap().next();
        awaited.push(wire.post(&format!("{call}/0"), "").await.unwrap().next());
    }
    awaited
}

/// Presses 1 in each call, and then 0 in each; how many have ended as they should.
async fn go_on_and_end(to: SocketAddr, calls: Vec<(String, u32)>) -> usize {
    let mut wire = Wire::open(to, 1).await.unwrap();
    let mut awaited = Vec::new();
    for (call, turn) in calls {
        let next = wire.post(&format!("{call}/{turn}"), "keys=1").await.unwrap().next();
        assert_eq!(next, (call, turn + 1));
        awaited.push(next);
    }
    let mut ended = 0;
    for (call, turn) in awaited {
        let end = wire.post(&format!("{call}/{turn}"), "keys=0").await.unwrap();
        ended += usize::from(end.status == 200 && end.body.contains("<exit") && end.body.contains("'agent'"));
    }
    ended
}

/// A decent caller who calls again and again, and notes how long each answer took.
struct Caller {
    stop: Arc<AtomicBool>,
    turns: JoinHandle<Vec<Duration>>,
}

impl Caller {
    fn begin(to: SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        Self { turns: tokio::spawn(Self::call(to, Arc::clone(&stop))), stop }
    }

    async fn call(to: SocketAddr, stop: Arc<AtomicBool>) -> Vec<Duration> {
        let mut turns = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let mut begun = Instant::now();
            let mut wire = Wire::open(to, 1).await.unwrap();
            let (call, _) = wire.get(MENU, "").await.unwrap().next();
            turns.push(begun.elapsed());
            for (turn, form) in ["", "keys=1", "keys=3", "keys=0"].into_iter().enumerate() {
                begun = Instant::now();
                let answer = wire.post(&format!("{call}/{turn}"), form).await.unwrap();
                assert_eq!((answer.status, form == "keys=0"), (200, answer.body.contains("'agent'")), "{answer:?}");
                turns.push(begun.elapsed());
            }
        }
        turns
    }

    /// How long each answer took, sorted.
    async fn end(self) -> Vec<Duration> {
        self.stop.store(true, Ordering::Relaxed);
        let mut turns = tokio::time::timeout(PATIENCE, self.turns).await.unwrap().unwrap();
        turns.sort();
        turns
    }
}
