//! Calls over real SIP and RTP on loopback: the flows that platforms run, heard and keyed on a telephone (DESIGN, walk (b)).

use std::time::Duration;

use callward::line::SipTls;
use callward::secret::SecretText;
use callward::sip::{CallNews, Cause, DTMF_RELAY, Direction, Ending, InfoKey, Order, Side, Srtp, TransportProtocol};
use serde_json::Value;
use tokio::time::timeout;

use crate::caller::Caller;
use crate::gateway::pem;
use crate::telephone_house::House;

/// A person with one telephone: the code is sent at once.
const ONE_PHONE: &str = "two-factor;identity=1002";

#[tokio::test(flavor = "multi_thread")]
async fn who_presses_the_right_code_is_verified_and_the_next_hop_is_told() {
    let (house, caller) = (House::open().await, Caller::new().await);
    let mut line = caller.dial(ONE_PHONE, house.udp()).await;
    line.answered().await;
    line.hears_at_once().await;

    line.press(&format!("{}#", house.code()));
    let ending = line.ended().await;

    assert_eq!((ending.by, ending.cause), (Side::Them, Cause::HungUp));
    assert_eq!(told(&ending, "X-Auth-Status"), "verified");
    assert_eq!(told(&ending, "X-Auth-Path"), "success");
    assert_eq!(told(&ending, "X-Auth-Reason"), "code_correct");
    assert_eq!(told(&ending, "X-Auth-Method"), "sms");
    assert!(ending.headers.get("X-Auth-Token").unwrap().split('.').count() == 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_end_with_the_named_path() {
    let (house, caller) = (House::open().await, Caller::new().await);
    let mut line = caller.dial(ONE_PHONE, house.udp()).await;
    line.answered().await;
    line.hears_at_once().await;

    for _ in 0..3 {
        line.press(&format!("{}#", house.wrong_code()));
        line.hears().await;
    }
    let ending = line.ended().await;

    assert_eq!((told(&ending, "X-Auth-Status"), told(&ending, "X-Auth-Path")), ("not_verified", "agent"));
    assert_eq!(told(&ending, "X-Auth-Reason"), "checks_exceeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_by_info_are_as_good() {
    let (house, caller) = (House::open().await, Caller::new().await);
    let mut line = caller.dial(ONE_PHONE, house.udp()).await;
    line.answered().await;
    line.hears_at_once().await;

    for key in format!("{}#", house.code()).chars() {
        let body = SecretText::new(InfoKey::new(key).unwrap().to_relay());
        line.leg.order(Order::Info { call: line.leg.id(), content_type: DTMF_RELAY.to_owned(), body });
    }

    assert_eq!(told(&line.ended().await, "X-Auth-Status"), "verified");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_heard_as_tones_where_no_events_were_agreed() {
    let (house, caller) = (House::open().await, Caller::new().await);
    let mut line = caller.dial_with(ONE_PHONE, house.peer(TransportProtocol::Udp), Srtp::Off, without_events).await;
    line.answered().await;
    line.hears_at_once().await;

    line.press(&format!("{}#", house.code()));

    assert_eq!(told(&line.ended().await, "X-Auth-Status"), "verified");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_heard_as_tones_after_a_call_has_moved_to_a_telephone_without_events() {
    let (house, caller) = (House::open().await, Caller::new().await);
    let mut line = caller.dial(ONE_PHONE, house.udp()).await;
    line.answered().await;
    line.hears_at_once().await;
    let code = house.code();
    // The same key once more, so soon and as a tone, would be the echo of the event.
    let another = code.bytes().zip(code.bytes().skip(1)).position(|(key, next)| key != next).unwrap() + 1;
    let (first, rest) = code.split_at(another);

    line.press(first);
    line.hears_nothing().await;
    line.offer_with(without_events).await;
    line.press(&format!("{rest}#"));

    assert_eq!(told(&line.ended().await, "X-Auth-Status"), "verified");
}

/// An offer of a telephone whose keys are tones.
fn without_events(offer: Vec<u8>) -> Vec<u8> {
    let offer = String::from_utf8(offer).unwrap().replace(" 101\r\n", "\r\n");
    offer.split_inclusive("\r\n").filter(|line| !line.contains(":101 ")).collect::<String>().into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_tls_is_encrypted_in_sound_too() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(&certificate, pem("CERTIFICATE", made.cert.der())).unwrap();
    std::fs::write(&key, pem("PRIVATE KEY", &made.signing_key.serialize_der())).unwrap();
    let (in_house, of_key) = (certificate.display().to_string(), key.display().to_string());
    let environment = [
        ("CALLWARD_SIP__TRANSPORTS", "udp,tls"),
        ("CALLWARD_SIP__TLS_PORT", "0"),
        ("CALLWARD_SIP__TLS_CERT", &in_house),
        ("CALLWARD_SIP__TLS_KEY", &of_key),
    ];
    let house = House::with(&environment).await;
    let caller = Caller::with_tls(Some(SipTls { certificate: certificate.clone(), key, authorities: Some(certificate) })).await;
    let mut line = caller.dial_with(ONE_PHONE, house.peer(TransportProtocol::Tls), Srtp::Required, |offer| offer).await;
    line.answered().await;
    line.hears_at_once().await;

    line.press(&format!("{}#", house.code()));

    assert_eq!(told(&line.ended().await, "X-Auth-Status"), "verified");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_tcp_is_as_good() {
    let (house, caller) = (House::open().await, Caller::new().await);
    let mut line = caller.dial_over(ONE_PHONE, house.peer(TransportProtocol::Tcp)).await;
    line.answered().await;
    line.hears_at_once().await;

    line.press(&format!("{}#", house.code()));

    assert_eq!(told(&line.ended().await, "X-Auth-Status"), "verified");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_in_the_middle_is_recorded() {
    let (mut house, caller) = (House::open().await, Caller::new().await);
    let mut line = caller.dial(ONE_PHONE, house.udp()).await;
    line.answered().await;
    line.hears_at_once().await;

    line.hang_up().await;

    // The telephone stops when its last page has ended.
    house.stop();
    timeout(Duration::from_secs(20), &mut house.running).await.unwrap().unwrap();
    let records = house.store.records_of_call(&line.call_id).await.unwrap();
    let record: Value = serde_json::from_str(&records[0].body).unwrap();
    assert_eq!(record["reason"], "hung_up", "{record}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_on_hold_goes_on_afterwards() {
    let (house, caller) = (House::open().await, Caller::new().await);
    let mut line = caller.dial(ONE_PHONE, house.udp()).await;
    line.answered().await;
    line.hears_at_once().await;

    line.offer(Direction::SendOnly).await;
    assert_eq!(line.direction(), Direction::SendOnly);
    line.offer(Direction::SendRecv).await;
    line.press(&format!("{}#", house.code()));

    assert_eq!(told(&line.ended().await, "X-Auth-Status"), "verified");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_process_is_not_found() {
    let (house, caller) = (House::open().await, Caller::new().await);

    assert_eq!(caller.dial("nothing", house.udp()).await.ended().await.cause, Cause::Refused(404));
    assert_eq!(caller.dial("dialog;voicexml=http:%2F%2F127.0.0.1%2F", house.udp()).await.ended().await.cause, Cause::Refused(403));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_refused_and_users_asked_for_their_password() {
    let nobody = House::with(&[("CALLWARD_SIP__TRUSTED", "192.0.2.1")]).await;
    let users = House::with(&[("CALLWARD_SIP__TRUSTED", "192.0.2.1"), ("CALLWARD_SIP__USERS__PBX", "hush")]).await;
    let (stranger, user) = (Caller::new().await, Caller::new().await.with_account("pbx", "hush"));

    assert_eq!(stranger.dial(ONE_PHONE, nobody.udp()).await.ended().await.cause, Cause::Refused(403));
    assert_eq!(stranger.dial(ONE_PHONE, users.udp()).await.ended().await.cause, Cause::Refused(401));
    let mut line = user.dial(ONE_PHONE, users.udp()).await;
    line.answered().await;
    line.hang_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_that_stops_refuses_new_calls_and_lets_others_end() {
    let (mut house, caller) = (House::open().await, Caller::new().await);
    let mut line = caller.dial(ONE_PHONE, house.udp()).await;
    line.answered().await;
    line.hears_at_once().await;

    house.stop();
    // The first call may still slip in before the order to drain.
    let refused = async {
        loop {
            let mut late = caller.dial("two-factor", house.udp()).await;
            match late.leg.news().await {
                Some(CallNews::Ended(ending)) => return ending.cause,
                _ => late.hang_up().await,
            }
        }
    };
    assert_eq!(timeout(Duration::from_secs(10), refused).await.unwrap(), Cause::Refused(503));
    line.press(&format!("{}#", house.code()));

    assert_eq!(told(&line.ended().await, "X-Auth-Status"), "verified");
    timeout(Duration::from_secs(20), &mut house.running).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_outlasts_the_drain_is_told_why_it_ends() {
    let (mut house, caller) = (House::with(&[("CALLWARD_SIP__DRAIN_SECONDS", "1")]).await, Caller::new().await);
    let mut line = caller.dial(ONE_PHONE, house.udp()).await;
    line.answered().await;

    house.stop();

    assert_eq!(told(&line.ended().await, "Reason"), "SIP ;cause=503 ;text=\"Service Unavailable\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_crosses_the_order_to_stop_is_answered_or_refused() {
    let (mut house, caller) = (House::open().await, Caller::new().await);
    let mut lines = Vec::new();
    for _ in 0..20 {
        lines.push(caller.dial("two-factor", house.udp()).await);
    }
    house.stop();

    for mut line in lines {
        let news = async {
            loop {
                match line.leg.news().await {
                    Some(CallNews::Progress { .. }) => {}
                    news => return news,
                }
            }
        };
        match timeout(Duration::from_secs(10), news).await.expect("nobody says anything") {
            Some(CallNews::Answered { .. }) => line.hang_up().await,
            Some(CallNews::Ended(ending)) => assert_eq!(ending.cause, Cause::Refused(503)),
            other => panic!("{other:?}"),
        }
    }
    timeout(Duration::from_secs(20), &mut house.running).await.unwrap().unwrap();
}

fn told<'a>(ending: &'a Ending, header: &str) -> &'a str {
    ending.headers.get(header).unwrap_or_else(|| panic!("no {header} in {:?}", ending.headers))
}
