//! Transfers of a call on real sockets: blind, after consultation, bridged; and what the far end is told of the call.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use callward::sip::{CallNews, Cause, Order, Refused, Side};
use callward::web::published_keys;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::bare_telephone::{BareTelephone, header};
use crate::caller::Caller;
use crate::desk::Desk;
use crate::telephone_house::House;
use crate::telephone_pages::call;

fn transfer(kind: &str, to: SocketAddr) -> String {
    format!(
        "<form><transfer name=\"far\" type=\"{kind}\" dest=\"sip:bob@{to}\" connecttimeout=\"10s\" \
         aai=\"authStatus=verified&amp;authId=7\"><filled>\
         <submit next=\"/told\" namelist=\"far\"/></filled></transfer></form>"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_lets_both_hear_each_other_until_the_far_end_hangs_up() {
    let (caller, mut bob) = (Caller::new().await, Caller::new().await);
    let mut on = call(&caller, &transfer("bridge", bob.address())).await;
    on.line.answered().await;

    let mut far = bob.answers().await;
    on.line.says();
    far.hears_at_once().await;
    far.says();
    on.line.hears_at_once().await;
    far.hang_up().await;

    assert_eq!(on.house.told().await, "far=far_end_disconnect");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_far_end_that_is_busy_is_told_to_the_page() {
    let (caller, mut bob) = (Caller::new().await, Caller::new().await);
    let mut on = call(&caller, &transfer("bridge", bob.address())).await;
    on.line.answered().await;

    bob.rings().await.leg.refuse(Refused::with(486));

    assert_eq!(on.house.told().await, "far=busy");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_takes_the_bridge_along() {
    let (caller, mut bob) = (Caller::new().await, Caller::new().await);
    let mut on = call(&caller, &transfer("bridge", bob.address())).await;
    on.line.answered().await;
    let mut far = bob.answers().await;
    on.line.says();
    far.hears_at_once().await;

    on.line.hang_up().await;

    assert_eq!(far.ended().await.by, Side::Them);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blind_transfer_gives_the_call_away() {
    let caller = Caller::new().await;
    let mut on = call(&caller, &transfer("blind", SocketAddr::from((Ipv4Addr::LOCALHOST, 5099)))).await;
    on.line.answered().await;

    let asked = async {
        loop {
            if let CallNews::ReferAsked(to) = on.line.leg.news().await.unwrap() {
                return to;
            }
        }
    };
    let to = timeout(Duration::from_secs(20), asked).await.unwrap();
    let id = on.line.leg.id();
    on.line.leg.order(Order::AnswerRefer { call: id, status: 202 });
    on.line.leg.order(Order::Notify { call: id, status: 200 });

    assert_eq!(to.uri.to_string(), "sip:bob@127.0.0.1:5099");
    assert_eq!(on.line.ended().await.cause, Cause::HungUp);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blind_transfer_tells_who_goes_on_what_the_call_has_come_to_and_can_be_checked() {
    let desk = Desk::serving(&transfer("blind", SocketAddr::from((Ipv4Addr::LOCALHOST, 5099)))).await;
    let mut bare = BareTelephone::new("ivr", desk.address).await;
    bare.calls("").await;

    let refer = bare.hears("REFER ", "REFER").await;
    bare.answers(&refer, "202 Accepted", "").await;
    bare.requests("NOTIFY", "Event: refer\r\nSubscription-State: terminated;reason=noresource\r\n", "SIP/2.0 200 OK\r\n").await;
    bare.is_hung_up().await;

    assert_eq!(header(&refer, "Refer-To"), "<sip:bob@127.0.0.1:5099>");
    assert_eq!((header(&refer, "X-Auth-Status"), header(&refer, "X-Auth-Id")), ("verified", "7"));
    let claims = claims(header(&refer, "X-Auth-Token"), desk.published_keys()).await;
    assert_eq!((claims["status"].as_str(), claims["aud"].as_str()), (Some("verified"), Some("127.0.0.1")));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_consultation_the_caller_is_asked_to_replace_us_and_both_are_told() {
    let mut bob = Caller::new().await;
    let desk = Desk::serving(&transfer("consultation", bob.address())).await;
    let mut bare = BareTelephone::new("ivr", desk.address).await;
    bare.calls("").await;

    let (far, invited) = bob.answers_with_headers().await;
    let refer = bare.hears("REFER ", "REFER").await;

    assert_eq!(invited.get("X-Auth-Status"), Some("verified"));
    assert_eq!(header(&refer, "X-Auth-Status"), "verified");
    let replaced = header(&refer, "Refer-To").split_once("?Replaces=").unwrap().1;
    assert!(replaced.starts_with(&far.call_id.replace('@', "%40")), "{replaced}");
    assert!(claims(header(&refer, "X-Auth-Token"), desk.published_keys()).await["exp"].is_number());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_far_end_of_a_bridge_is_told_who_was_verified() {
    let (caller, mut bob) = (Caller::new().await, Caller::new().await);
    let desk = Desk::serving(&transfer("bridge", bob.address())).await;
    let mut line = caller.dial("ivr", desk.address).await;
    line.answered().await;

    let (_far, invited) = bob.answers_with_headers().await;

    assert_eq!((invited.get("X-Auth-Status"), invited.get("X-Auth-Id")), (Some("verified"), Some("7")));
    assert!(invited.get("X-Auth-Token").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_of_a_page_of_others_says_nothing_in_our_name() {
    let (caller, mut bob) = (Caller::new().await, Caller::new().await);
    let mut on = call(&caller, &transfer("bridge", bob.address())).await;
    on.line.answered().await;

    let (_far, invited) = bob.answers_with_headers().await;

    assert!(invited.iter().all(|(name, _)| !name.starts_with("X-Auth-")), "{invited:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pbx_sends_a_call_with_a_reference_and_takes_it_back_with_the_results() {
    let (house, mut bare, refer) = sent_in_and_verified().await;
    bare.answers(&refer, "202 Accepted", "").await;
    bare.requests("BYE", "", "").await;
    bare.hears("SIP/2.0 200 ", "BYE").await;

    assert_eq!(header(&refer, "Refer-To"), "<sip:desk-7@127.0.0.1:5070>");
    assert_eq!((header(&refer, "X-Auth-Status"), header(&refer, "X-Auth-Method")), ("verified", "sms"));
    assert_eq!(claims(header(&refer, "X-Auth-Token"), house.published_keys()).await["status"], "verified");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pbx_that_does_not_take_its_call_back_gets_the_results_with_the_end() {
    let (_house, mut bare, refer) = sent_in_and_verified().await;
    bare.answers(&refer, "603 Decline", "").await;

    assert_eq!(header(&bare.is_hung_up().await, "X-Auth-Status"), "verified");
}

/// A PBX's call with a reference, verified; and the REFER that gives it back.
async fn sent_in_and_verified() -> (House, BareTelephone, String) {
    let house = House::with(&[("CALLWARD_SIP__RETURN_HEADER", "X-Return-To")]).await;
    let mut bare = BareTelephone::new("two-factor;identity=1002", house.udp()).await;
    bare.calls("X-Return-To: <sip:desk-7@127.0.0.1:5070>\r\n").await;
    house.stand_ins.inbox().arrivals().wait_for(|number| *number > 0).await.unwrap();

    bare.presses(&house.code()).await;
    let refer = bare.hears("REFER ", "REFER").await;
    (house, bare, refer)
}

/// What a token says, once it was checked with the key that the house publishes over HTTP.
async fn claims(token: &str, keys: String) -> Value {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, published_keys(keys)).await });
    let keys: Value = reqwest::get(format!("http://{address}/.well-known/jwks.json")).await.unwrap().json().await.unwrap();
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let [head, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let head: Value = serde_json::from_slice(&decoded(head)).unwrap();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == head["kid"]).unwrap();
    let signed = token.rsplit_once('.').unwrap().0;
    UnparsedPublicKey::new(&ED25519, decoded(key["x"].as_str().unwrap())).verify(signed.as_bytes(), &decoded(signature)).unwrap();
    serde_json::from_slice(&decoded(claims)).unwrap()
}
