//! What a turn costs beside a static page of the same size: CPU of the server process, load from this one.
//!
//! `cargo bench --bench turns` prints a table: the static page, then turns (a caller's key in a menu, no outside service) on the
//! store in memory, on SQLite (`synchronous=FULL`), and on PostgreSQL: a throw-away cluster where Debian's programs are there, or the
//! database that `CALLWARD_BENCH_POSTGRES` names. With `CALLWARD_BENCH_RIVAL`, the command that runs `benches/rival.py`, the same
//! work done by a plain FastAPI application follows. `CALLWARD_BENCH_RECORDS=1000000` fills that many records into SQLite first, and
//! tells what turns and memory come to beside them.

mod load;
#[path = "../../src/store/postgres_cluster.rs"]
#[expect(dead_code, reason = "tests do more with a cluster")]
#[expect(clippy::unwrap_used, reason = "without its database there is nothing to measure")]
mod postgres_cluster;
mod records;
mod server_process;

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use load::{Load, Measured, Page};
use postgres_cluster::{Cluster, Durability};
use server_process::ServerProcess;

/// How many platforms fetch at once.
const CONNECTIONS: usize = 64;
/// How long each server is loaded before it is measured, and while it is.
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(4);
/// Idle calls that are opened to weigh one.
const IDLE_CALLS: usize = 20_000;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("--static-page") {
        let (file, address) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
        return server_process::serve_static_page(&file, &address);
    }
    // `cargo test --all-targets` starts benchmarks too, unoptimised: nothing is to be measured then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(compare())
}

async fn compare() -> Outcome<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    println!(
        "one fsync on this disk: {:.2} ms in the middle, {:.2} ms at worst of 100",
        fsync(folder.path(), 50)?,
        fsync(folder.path(), 99)?
    );

    let memory = ServerProcess::callward(folder.path(), "memory", "memory:").await?;
    let page = memory.menu_page().await?;
    let static_page = ServerProcess::static_page(folder.path(), &page).await?;
    let floor = measure(&static_page, Page::Static).await?;
    drop(static_page);

    println!("a page of {} bytes, {CONNECTIONS} connections\n", page.len());
    println!("{:<28}{:>12}{:>14}{:>10}{:>10}{:>10}", "server", "pages/s", "CPU a page", "of static", "median", "p99");
    row("static page (axum)", &floor, &floor);
    row("a turn, in memory", &measure(&memory, Page::Turn).await?, &floor);
    drop(memory);
    let file = ServerProcess::callward(folder.path(), "sqlite", "sqlite://callward.db").await?;
    row("a turn, SQLite FULL", &measure(&file, Page::Turn).await?, &floor);
    drop(file);
    on_postgres(folder.path(), page.len(), &floor).await?;
    idle_calls(folder.path()).await?;
    match std::env::var("CALLWARD_BENCH_RECORDS") {
        Ok(records) => beside_records(folder.path(), records.parse()?, &floor).await,
        Err(_) => Ok(()),
    }
}

/// Turns on PostgreSQL, and the rival's: only where there is a database.
async fn on_postgres(folder: &Path, page_bytes: usize, floor: &Measured) -> Outcome<()> {
    let named = std::env::var("CALLWARD_BENCH_POSTGRES").ok();
    let cluster = (named.is_none() && Path::new("/usr/lib/postgresql").exists()).then(|| Cluster::start(Durability::Full));
    let database = match &cluster {
        Some(cluster) => Some(cluster.database().await),
        None => None,
    };
    let Some(url) = named.or_else(|| database.as_ref().map(|database| database.url().to_owned())) else {
        println!("no PostgreSQL: install it, or name a database in CALLWARD_BENCH_POSTGRES");
        return Ok(());
    };
    let ours = ServerProcess::callward(folder, "postgres", &url).await?;
    row("a turn, PostgreSQL", &measure(&ours, Page::Turn).await?, floor);
    drop(ours);
    if let Ok(command) = std::env::var("CALLWARD_BENCH_RIVAL") {
        let rival = ServerProcess::rival(&command, &url, page_bytes).await?;
        row("FastAPI, PostgreSQL", &measure(&rival, Page::Rival).await?, floor);
    }
    Ok(())
}

/// What a store full of records costs: turns and memory before and after they are there.
async fn beside_records(folder: &Path, records: usize, floor: &Measured) -> Outcome<()> {
    println!(
        "\n{:<28}{:>12}{:>14}{:>10}{:>10}{:>10}",
        format!("{records} records in SQLite"),
        "pages/s",
        "CPU a page",
        "of static",
        "median",
        "p99"
    );
    let server = ServerProcess::callward(folder, "records", "sqlite://callward.db").await?;
    row("before", &measure(&server, Page::Turn).await?, floor);
    let before = server.resident_bytes()?;
    drop(server);
    records::fill(&folder.join("records/callward.db"), records).await?;
    let server = ServerProcess::callward(folder, "records", "sqlite://callward.db").await?;
    row("with them", &measure(&server, Page::Turn).await?, floor);
    println!("memory of the process after each: {} MB and {} MB", before >> 20, server.resident_bytes()? >> 20);
    Ok(())
}

/// Loads a server with one kind of page.
async fn measure(server: &ServerProcess, page: Page) -> Outcome<Measured> {
    let load = Load { address: server.address, page, connections: CONNECTIONS };
    load.run(WARM_UP).await?;
    let before = server.cpu()?;
    let mut measured = load.run(MEASURED).await?;
    measured.cpu = server.cpu()? - before;
    Ok(measured)
}

fn row(name: &str, measured: &Measured, floor: &Measured) {
    let ratio = floor.cpu_a_page().as_secs_f64() / measured.cpu_a_page().as_secs_f64();
    println!(
        "{name:<28}{:>12.0}{:>11.1} µs{ratio:>10.2}{:>7.2} ms{:>7.2} ms",
        measured.pages_a_second(),
        measured.cpu_a_page().as_secs_f64() * 1e6,
        measured.at(50).as_secs_f64() * 1e3,
        measured.at(99).as_secs_f64() * 1e3,
    );
}

/// Opens calls that stop at their first page, and tells what each adds to the process.
async fn idle_calls(folder: &Path) -> Outcome<()> {
    println!("\n{:<28}{:>24}", "an idle call", "memory of the process");
    for (name, url) in [("memory", "memory:"), ("sqlite", "sqlite://idle.db")] {
        let server = ServerProcess::callward(folder, &format!("idle-{name}"), url).await?;
        let load = Load { address: server.address, page: Page::Entry, connections: CONNECTIONS };
        load.pages(IDLE_CALLS / 10).await?;
        let before = server.resident_bytes()?;
        load.pages(IDLE_CALLS).await?;
        let grown = server.resident_bytes()?.saturating_sub(before);
        println!("{:<28}{:>18} bytes", format!("on the store {name}"), grown / IDLE_CALLS as u64);
    }
    Ok(())
}

/// The `percent`th percentile of how long a small write takes to reach the disk, in milliseconds.
fn fsync(folder: &Path, percent: usize) -> Outcome<f64> {
    let mut file = std::fs::File::create(folder.join("fsync"))?;
    let mut times = Vec::new();
    for _ in 0..100 {
        let began = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(began.elapsed());
    }
    times.sort();
    Ok(times.get(percent).map_or(0.0, |time| time.as_secs_f64() * 1e3))
}
