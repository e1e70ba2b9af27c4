//! `callward serve` as a process of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Certificate, Client, RequestBuilder};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use url::Url;

use crate::page::Page;

/// How long a process may take to start or to stop.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A gateway that runs as a process.
pub struct Gateway {
    /// The process; killed when it is dropped.
    pub process: Child,
    /// Where its door is.
    pub base: Url,
    /// Where it takes calls, when its configuration has a telephone.
    pub sip: Option<SocketAddr>,
}

impl Gateway {
    /// Starts it on any free port, with the shipped flows and this configuration, which is written to `folder`; `http` is about its
    /// door.
    pub async fn serve(folder: &Path, config: &str, http: &str) -> Self {
        Self::serve_flows(folder, &Path::new(env!("CARGO_MANIFEST_DIR")).join("flows"), config, http).await
    }

    /// The same with the flows of another folder.
    pub async fn serve_flows(folder: &Path, flows: &Path, config: &str, http: &str) -> Self {
        let doors = format!("[http]\nlisten = \"127.0.0.1:0\"\n{http}\n[flows]\ndir = \"{}\"\n", flows.display());
        let file = folder.join("callward.toml");
        std::fs::write(&file, format!("{config}\n{doors}")).unwrap();
        let mut serve = program(&["serve", "--config", file.to_str().unwrap()]);
        // Other gateways have the usual port.
        serve.env("CALLWARD_SIP__LISTEN", "127.0.0.1:0");
        let mut process = serve.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let (mut said, mut base, mut sip) = (String::new(), None, None);
        while base.is_none() || (config.contains("[sip]") && sip.is_none()) {
            let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap_or_else(|| panic!("it did not start: {said}"));
            base = base.or_else(|| listening_on(&line));
            sip = sip.or_else(|| taking_calls_on(&line));
            said += &line;
        }
        // The pipe stays open and is read, or the gateway could not log.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { process, base: base.unwrap(), sip }
    }

    /// An address of its door.
    pub fn url(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    /// Sends a request whose answer has to be a page.
    pub async fn page(&self, request: RequestBuilder) -> Page {
        Page::read(request.send().await.unwrap()).await
    }
}

/// A platform's client, whose certificates are the machine's.
pub fn client() -> Client {
    // Fails when another test was first, and then all is well too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

/// The program, in the folder of the project; killed when it is dropped.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callward"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("RUST_LOG").kill_on_drop(true);
    command
}

/// Writes `callward.crt` and `callward.pem`, for localhost, into the folder; whom clients have to trust.
pub fn certify(folder: &Path) -> Certificate {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("callward.crt"), pem("CERTIFICATE", made.cert.der())).unwrap();
    std::fs::write(folder.join("callward.pem"), pem("PRIVATE KEY", &made.signing_key.serialize_der())).unwrap();
    Certificate::from_der(made.cert.der()).unwrap()
}

/// DER as PEM (RFC 7468).
pub fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// Sends SIGTERM.
pub fn terminate(process: &Child) {
    let kill = format!("kill -TERM {}", process.id().unwrap());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

/// The address in the log line that tells it.
fn listening_on(line: &str) -> Option<Url> {
    let line: Value = serde_json::from_str(line).ok()?;
    let address = line["fields"]["message"].as_str()?.strip_prefix("listening on ")?;
    Some(Url::parse(&format!("http://{address}")).unwrap())
}

fn taking_calls_on(line: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    line["fields"]["message"].as_str()?.strip_prefix("listening for SIP on ")?.split(' ').next()?.parse().ok()
}
