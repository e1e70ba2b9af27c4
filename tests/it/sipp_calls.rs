//! sipp completes the two-factor flow against our exchange on loopback, its keys as SIP INFO and as telephone events.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::net::UdpSocket;
use tokio::process::Command;
use tokio::time::{interval, timeout};

use crate::peer_programs::{PATIENCE, cannot_send_packets, free_port, is_missing};
use crate::telephone_house::House;

/// How often what it has not taken is said again, as over any network that loses.
const AGAIN: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn sipp_presses_the_right_code_by_info() {
    if is_missing("sipp") {
        return;
    }
    let house = House::open().await;

    sipp("right_code_by_info", &house, Telling::Right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_presses_the_right_code_as_telephone_events() {
    if is_missing("sipp") || cannot_send_packets() {
        return;
    }
    let house = House::open().await;

    sipp("right_code_by_events", &house, Telling::Right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_presses_wrong_codes_by_info() {
    if is_missing("sipp") {
        return;
    }
    let house = House::open().await;

    sipp("wrong_codes", &house, Telling::Wrong).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_presses_wrong_codes_as_telephone_events() {
    if is_missing("sipp") || cannot_send_packets() {
        return;
    }
    let house = House::open().await;

    sipp("wrong_codes_by_events", &house, Telling::Wrong).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_asks_for_another_code_and_presses_that_by_info() {
    if is_missing("sipp") {
        return;
    }
    let house = House::with(&[("CALLWARD_TENANTS__DEMO__LIMITS__RESEND_COOLDOWN_SECONDS__SMS", "0")]).await;

    sipp("resend", &house, Telling::Right).await;

    assert_eq!(house.stand_ins.inbox().messages().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_asks_for_another_code_and_presses_that_as_telephone_events() {
    if is_missing("sipp") || cannot_send_packets() {
        return;
    }
    let house = House::with(&[("CALLWARD_TENANTS__DEMO__LIMITS__RESEND_COOLDOWN_SECONDS__SMS", "0")]).await;

    sipp("resend_by_events", &house, Telling::Right).await;

    assert_eq!(house.stand_ins.inbox().messages().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_hangs_up_in_the_middle() {
    if is_missing("sipp") {
        return;
    }
    let mut house = House::open().await;

    sipp("hang_up", &house, Telling::Right).await;

    house.stop();
    timeout(PATIENCE, &mut house.running).await.unwrap().unwrap();
    let records = house.store.records_of_call("hang_up").await.unwrap();
    let record: Value = serde_json::from_str(&records[0].body).unwrap();
    assert_eq!(record["reason"], "hung_up", "{record}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_holds_the_call_resumes_it_and_presses_the_code_by_info() {
    if is_missing("sipp") {
        return;
    }
    let house = House::open().await;

    sipp("hold_and_resume", &house, Telling::Right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_holds_the_call_resumes_it_and_presses_the_code_as_telephone_events() {
    if is_missing("sipp") || cannot_send_packets() {
        return;
    }
    let house = House::open().await;

    sipp("hold_and_resume_by_events", &house, Telling::Right).await;
}

/// Which code a sipp is told, once one has been sent.
#[derive(PartialEq)]
enum Telling {
    Right,
    Wrong,
}

/// Plays a scenario against the house; panics when it fails.
async fn sipp(scenario: &str, house: &House, telling: Telling) {
    let folder = tempfile::tempdir().unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/sipp/{scenario}.xml"));
    let port = free_port().await;
    let (port_text, media, remote) = (port.to_string(), free_port().await.to_string(), house.udp().to_string());
    let own = Ipv4Addr::LOCALHOST.to_string();
    let mut command = Command::new("sipp");
    command.args(["-sf", file.to_str().unwrap(), "-s", "two-factor", "-m", "1", "-i", &own, "-p", &port_text]);
    command.args(["-mi", &own, "-mp", &media, "-cid_str", scenario, "-default_behaviors", "all,-abortunexp"]);
    command.args(["-timeout", "50s", "-timeout_error", "-nostdin", "-trace_err", "-error_file", "errors.log", &remote]);
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let running = command.spawn().unwrap();

    let output = tokio::select! {
        output = timeout(PATIENCE, running.wait_with_output()) => output.unwrap().unwrap(),
        () = tell(scenario, house, SocketAddr::from((Ipv4Addr::LOCALHOST, port)), telling) => unreachable!("it is told for ever"),
    };

    let errors = std::fs::read_to_string(folder.path().join("errors.log")).unwrap_or_default();
    assert!(output.status.success(), "{scenario}: {}\n{errors}", said(&output));
}

/// Tells the sipp at `to` what it is to press, again and again.
async fn tell(scenario: &str, house: &House, to: SocketAddr, telling: Telling) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut arrivals = house.stand_ins.inbox().arrivals();
    arrivals.wait_for(|number| *number > 0).await.unwrap();
    let mut again = interval(AGAIN);
    for number in 1_u32.. {
        again.tick().await;
        let is_second = *arrivals.borrow() > 1;
        let method = if is_second { "MESSAGE" } else { "INFO" };
        let code = if telling == Telling::Wrong { house.wrong_code() } else { house.code() };
        let own = socket.local_addr().unwrap();
        let request = format!(
            "{method} sip:sipp@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{number}\r\nFrom: <sip:test@{own}>;tag=t\r\n\
             To: <sip:sipp@{to}>\r\nCall-ID: {scenario}\r\nCSeq: {number} {method}\r\nX-Code: {code}\r\nContent-Length: 0\r\n\r\n"
        );
        socket.send_to(request.as_bytes(), to).await.unwrap();
    }
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
}
