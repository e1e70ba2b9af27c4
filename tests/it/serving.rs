//! `callward serve` as a process: told to stop with a turn in flight, killed in the middle of a call, lost in a send.

use std::path::Path;
use std::time::Duration;

use callward::app::demo_text;
use callward::clock::{Chance, Clock};
use callward::demo::{Channel, Manner, Service, StandIns};
use callward::switchboard::TurnInput;
use reqwest::Client;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::gateway::{Gateway, PATIENCE, certify, client, terminate};
use crate::house::{House, TWO_FACTOR};
use crate::page::Page;

#[tokio::test]
async fn a_turn_in_flight_is_answered_before_the_gateway_stops() {
    let (folder, stand_ins) = (tempfile::tempdir().unwrap(), stand_ins().await);
    let mut gateway = start(folder.path(), &stand_ins).await;
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
    let mut first = start(folder.path(), &stand_ins).await;
    let entry = first.page(client().get(first.url(&format!("{TWO_FACTOR}?identity=1002")))).await;
    let code = first.page(client().post(entry.submit()).form(&entry.variables())).await;
    first.process.kill().await.unwrap();

    let second = start(folder.path(), &stand_ins).await;
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
    let trusted = certify(folder.path());
    let gateway = start_with(folder.path(), &stand_ins, "tls_cert = \"callward.crt\"\ntls_key = \"callward.pem\"").await;
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

/// Starts a gateway on any free port; calls are kept in `folder`.
async fn start(folder: &Path, stand_ins: &StandIns) -> Gateway {
    start_with(folder, stand_ins, "").await
}

/// The same, with more about its HTTP door.
async fn start_with(folder: &Path, stand_ins: &StandIns, http: &str) -> Gateway {
    let database = format!("sqlite://{}", folder.join("callward.db").display());
    let config = demo_text(&database, &stand_ins.base_url(), stand_ins.smtp_address().port(), &["two-factor"]);
    Gateway::serve(folder, &config, http).await
}

async fn stand_ins() -> StandIns {
    StandIns::start(Default::default(), Clock::system(), Chance::system()).await.unwrap()
}

/// Looks again and again, for as long as a process may take.
async fn until(happened: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !happened() {
        assert!(tokio::time::Instant::now() < deadline, "it did not happen");
        tokio::task::yield_now().await;
    }
}
