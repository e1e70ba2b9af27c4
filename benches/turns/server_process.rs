//! The servers that are measured, each a process of its own.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::routing::get;

use super::Outcome;
use super::load::Line;

/// A menu that leads back to itself.
const MENU: &str = include_str!("menu.yaml");

/// What the benchmark is told by the environment: as settings of the gateway they would be mistakes.
const OWN_SETTINGS: [&str; 3] = ["CALLWARD_BENCH_POSTGRES", "CALLWARD_BENCH_RIVAL", "CALLWARD_BENCH_RECORDS"];

/// A running server; stopped when it is dropped.
pub struct ServerProcess {
    pub address: SocketAddr,
    process: Child,
}

impl ServerProcess {
    /// `callward serve` with the menu as its only process, in a folder of its own.
    pub async fn callward(folder: &Path, name: &str, store: &str) -> Outcome<Self> {
        let folder = folder.join(name);
        std::fs::create_dir_all(folder.join("flows"))?;
        std::fs::write(folder.join("flows/menu.yaml"), MENU)?;
        let address = free_address()?;
        let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let config = format!(
            "[http]\nlisten = \"{address}\"\nrequests_per_second = 0\n[store]\nurl = \"{store}\"\n[security]\nmaster_key = \"{key}\"\n[flows]\ndir = \"flows\"\n\
             [tenants.bench]\n[[tenants.bench.processes]]\nname = \"Menu\"\ncode = \"menu\"\nflow = \"menu\"\n"
        );
        std::fs::write(folder.join("callward.toml"), config)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_callward"));
        command.args(["serve", "--config"]).arg(folder.join("callward.toml")).env("RUST_LOG", "warn");
        for name in OWN_SETTINGS {
            command.env_remove(name);
        }
        Self::start(command, address).await
    }

    /// This program again, serving `page` with axum.
    pub async fn static_page(folder: &Path, page: &str) -> Outcome<Self> {
        let file = folder.join("page.vxml");
        std::fs::write(&file, page)?;
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--static-page").arg(file).arg(address.to_string());
        Self::start(command, address).await
    }

    /// A server of others: a shell command that takes its port from `PORT`, its database from `DATABASE_URL`, and the size of its
    /// pages from `PAGE_BYTES`.
    pub async fn rival(shell: &str, database: &str, page_bytes: usize) -> Outcome<Self> {
        let address = free_address()?;
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec {shell}")]).current_dir(env!("CARGO_MANIFEST_DIR"));
        command.env("PORT", address.port().to_string()).env("DATABASE_URL", database).env("PAGE_BYTES", page_bytes.to_string());
        Self::start(command, address).await
    }

    async fn start(mut command: Command, address: SocketAddr) -> Outcome<Self> {
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let errors = process.stderr.take();
        for _ in 0..600 {
            if Line::open(address).await.is_ok() {
                return Ok(Self { address, process });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        process.kill()?;
        let said: Vec<String> = errors.map(|errors| BufReader::new(errors).lines().map_while(Result::ok).collect()).unwrap_or_default();
        Err(format!("a server does not answer: {}", said.join("\n")).into())
    }

    /// The page whose size the static page takes on.
    pub async fn menu_page(&self) -> Outcome<String> {
        Ok(Line::open(self.address).await?.menu_page().await?)
    }

    /// CPU that the process has used, user and system together: the counters that `getrusage` reads.
    pub fn cpu(&self) -> Outcome<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let (_, fields) = stat.rsplit_once(')').ok_or("no fields in stat")?;
        let ticks: u64 = fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap_or_default()).sum();
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Memory of the process that is really there.
    pub fn resident_bytes(&self) -> Outcome<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1024)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // A server that has stopped by itself needs no stopping.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves `file` at `/` until it is killed, as plainly as axum can.
pub fn serve_static_page(file: &str, address: &str) -> Outcome<()> {
    let page: &'static str = Box::leak(std::fs::read_to_string(file)?.into_boxed_str());
    let headers = [("content-type", "application/voicexml+xml"), ("cache-control", "no-store")];
    let router = Router::new().route("/", get(move || async move { (headers, page) }));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        axum::serve(tokio::net::TcpListener::bind(address).await?, router).await?;
        Ok(())
    })
}

fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
