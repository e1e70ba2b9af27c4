//! The gateway that is measured, with its settings.

use std::net::SocketAddr;
use std::process::Command;

use callward::app::demo_text;
use callward::demo::StandIns;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::measured::Measured;

/// The gateway, where it has told that it listens.
pub struct Gateway {
    pub process: Measured,
    pub http: SocketAddr,
    pub sip: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Gateway {
    /// Starts it for these customers, with more settings.
    pub fn start(stand_ins: &StandIns, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a file");
        let file = folder.path().join("callward.toml");
        let text = demo_text("memory:", &stand_ins.base_url(), stand_ins.smtp_address().port(), &["two-factor"]);
        std::fs::write(&file, text).expect("there is room for a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_callward"));
        command.arg("serve").arg("--config").arg(&file).env_remove("RUST_LOG");
        command.env("CALLWARD_FLOWS__DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/flows"));
        let usual = [
            ("CALLWARD_HTTP__LISTEN", "127.0.0.1:0"),
            ("CALLWARD_SIP__LISTEN", "127.0.0.1:0"),
            ("CALLWARD_SIP__TRANSPORTS", "udp"),
            ("CALLWARD_SIP__MAX_CALLS", "20000"),
            ("CALLWARD_SIP__CALLS_PER_SECOND", "1000"),
            ("CALLWARD_TENANTS__DEMO__LIMITS__SENDS_PER_MINUTE", "100000"),
            ("CALLWARD_TENANTS__DEMO__LIMITS__SENDS_PER_DAY", "1000000"),
        ];
        command.envs(usual.iter().chain(more).copied());
        let (process, mut lines) = Measured::start(command);
        let mut said = Vec::new();
        let mut address = |words: &str| {
            let line = lines.by_ref().inspect(|line| said.push(line.clone())).find_map(|line| after(&line, words));
            line.unwrap_or_else(|| panic!("the gateway does not start: {said:?}"))
        };
        let (http, sip) = (address("listening on "), address("listening for SIP on "));
        // The pipe is read to its end, or the gateway could not log.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, http, sip, _folder: folder }
    }

    /// The lateness of packets in seconds, as the gateway's own metric tells it.
    pub async fn lateness(&self) -> f64 {
        let mut stream = TcpStream::connect(self.http).await.expect("the gateway listens");
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.expect("it reads");
        let mut metrics = String::new();
        stream.read_to_string(&mut metrics).await.expect("metrics are text");
        let line = metrics.lines().find_map(|line| line.strip_prefix("callward_media_lateness_p99_seconds "));
        line.and_then(|value| value.trim().parse().ok()).unwrap_or(f64::NAN)
    }
}

/// The address that stands behind `words` in a line of the log.
fn after(line: &str, words: &str) -> Option<SocketAddr> {
    let rest = line.split_once(words)?.1;
    rest.split(|letter: char| !letter.is_ascii_hexdigit() && !".:[]".contains(letter)).next()?.parse().ok()
}
