//! `callward serve` as a process: told to stop with a turn in flight, killed in the middle of a call, lost in a send.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callward::app::demo_text;
use callward::clock::{Chance, Clock};
use callward::demo::{Channel, Manner, Service, StandIns};
use callward::switchboard::TurnInput;
use reqwest::Client;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::timeout;
use url::Url;

use crate::house::{House, TWO_FACTOR};
use crate::page::Page;

const PATIENCE: Duration = Duration::from_secs(20);

/// A gateway that runs as a process of its own.
struct Gateway {
    process: Child,
    base: Url,
}

#[tokio::test]
async fn a_turn_in_flight_is_answered_before_the_gateway_stops() {
    let (folder, stand_ins) = (tempfile::tempdir().unwrap(), stand_ins().await);
    let mut gateway = Gateway::start(folder.path(), &stand_ins).await;
    let entry = gateway.page(client().get(gateway.url(&format!("{TWO_FACTOR}?identity=1002")))).await;
    stand_ins.world().set_manner(Service::SmsGateway, Manner::Slow(Duration::from_millis(300)));

    let turn = tokio::spawn(client().post(entry.submit()).form(&entry.variables()).send());
    until(|| !stand_ins.world().asked().is_empty()).await;
    terminate(&gateway.process);
    let code = Page::read(turn.await.unwrap().unwrap()).await;
    let stopped = timeout(PATIENCE, gateway.process.wait()).await.unwrap().unwrap();

    assert_eq!((code.turn(), stopped.code()), (1, Some(0)));
    assert!(client().get(gateway.base).send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn a_call_goes_on_after_the_gateway_was_killed() {
    let (folder, stand_ins) = (tempfile::tempdir().unwrap(), stand_ins().await);
    let mut first = Gateway::start(folder.path(), &stand_ins).await;
    let entry = first.page(client().get(first.url(&format!("{TWO_FACTOR}?identity=1002")))).await;
    let code = first.page(client().post(entry.submit()).form(&entry.variables())).await;
    first.process.kill().await.unwrap();

    let second = Gateway::start(folder.path(), &stand_ins).await;
    let repeated = second.page(client().post(second.url(entry.submit().path())).form(&entry.variables())).await;
    let keys = [("keys", stand_ins.inbox().newest_code(Channel::Sms).unwrap().expose().to_owned())];
    let end = second.page(client().post(second.url(code.submit().path())).form(&keys)).await;

    assert_eq!(repeated.text, code.text);
    assert_eq!(end.verdict(), ["verified", "success", "code_correct"]);
    assert_eq!(stand_ins.inbox().messages().len(), 1);
}

#[tokio::test]
async fn pages_are_served_over_tls_where_a_certificate_is_set() {
    let (folder, stand_ins) = (tempfile::tempdir().unwrap(), stand_ins().await);
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.path().join("callward.crt"), pem("CERTIFICATE", made.cert.der())).unwrap();
    std::fs::write(folder.path().join("callward.pem"), pem("PRIVATE KEY", &made.signing_key.serialize_der())).unwrap();
    let gateway = Gateway::start_with(folder.path(), &stand_ins, "tls_cert = \"callward.crt\"\ntls_key = \"callward.pem\"").await;
    let trusted = reqwest::Certificate::from_der(made.cert.der()).unwrap();
    let client = Client::builder().no_proxy().tls_certs_only([trusted]).build().unwrap();

    let entry = client.get(format!("https://localhost:{}{TWO_FACTOR}", gateway.base.port().unwrap())).send().await.unwrap();

    assert_eq!(Page::read(entry).await.turn(), 0);
    assert!(client.get(gateway.base).send().await.is_err());
}

/// DESIGN, "Claims, time and lost nodes": the send counts, is not repeated, and can be asked for again.
#[tokio::test]
async fn a_send_that_was_lost_with_its_node_is_not_repeated() {
    let hole = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = format!("http://{}/sms", hole.local_addr().unwrap());
    let fallback = "[tenants.demo.fallback]\nSMS.URL = \"{services}/sms\"\nSMS.RequestBody = '{\"to\":\"{to}\",\"text\":\"{text}\"}'";
    let house = House::plan().set("tenants.demo.SMS.URL", &nowhere).table(fallback).start().await;
    let entry = house.enter(TWO_FACTOR, &[("identity", "1002")]).await;
    let call = entry.submit().path_segments().unwrap().nth(3).unwrap().to_owned();
    let address = house.switchboard.address("demo", "two-factor", &call).unwrap();

    let begun = TurnInput::Begin(entry.variables());
    tokio::select! {
        _ = house.switchboard.resume(("demo", "two-factor"), &address, 0, begun, "127.0.0.1") => panic!("nobody takes the message"),
        _ = hole.accept() => drop(hole),
    }
    house.pass(30);
    let code = house.post(entry.submit(), &entry.variables()).await;

    assert_eq!((code.turn(), house.messages(), house.asked(&Service::CheckVerifiedContactMethods)), (1, 0, 1));
    let again = house.press(&code, "8#").await;
    assert_eq!(house.press(&again, &house.sms_code()).await.verdict(), ["verified", "success", "code_correct"]);
    assert_eq!(house.messages(), 1);
}

impl Gateway {
    /// Starts it on any free port; calls are kept in `folder`.
    async fn start(folder: &Path, stand_ins: &StandIns) -> Self {
        Self::start_with(folder, stand_ins, "").await
    }

    /// The same, with more about its HTTP door.
    async fn start_with(folder: &Path, stand_ins: &StandIns, http: &str) -> Self {
        let database = format!("sqlite://{}", folder.join("callward.db").display());
        let config = demo_text(&database, &stand_ins.base_url(), stand_ins.smtp_address().port(), &["two-factor"]);
        let flows = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows");
        let doors = format!("[http]\nlisten = \"127.0.0.1:0\"\n{http}\n[flows]\ndir = \"{}\"\n", flows.display());
        let file = folder.join("callward.toml");
        std::fs::write(&file, format!("{config}\n{doors}")).unwrap();
        let mut process = program(&["serve", "--config", file.to_str().unwrap()]).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut said = String::new();
        loop {
            let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap_or_else(|| panic!("it did not start: {said}"));
            if let Some(base) = listening_on(&line) {
                // The pipe stays open and is read, or the gateway could not log.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Self { process, base };
            }
            said += &line;
        }
    }

    fn url(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    async fn page(&self, request: reqwest::RequestBuilder) -> Page {
        Page::read(request.send().await.unwrap()).await
    }
}

/// The program, in the folder of the project; killed when it is dropped.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callward"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("RUST_LOG").kill_on_drop(true);
    command
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

/// DER as PEM (RFC 7468).
fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

async fn stand_ins() -> StandIns {
    StandIns::start(Default::default(), Clock::system(), Chance::system()).await.unwrap()
}

fn client() -> Client {
    // Fails when another test was first, and then all is well too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

/// Looks again and again, for as long as a process may take.
async fn until(happened: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !happened() {
        assert!(tokio::time::Instant::now() < deadline, "it did not happen");
        tokio::task::yield_now().await;
    }
}
