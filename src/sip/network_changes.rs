//! Tests over a simulated network: sessions are changed, refreshed, transferred and replaced.

use std::time::Duration;

use super::action::Action;
use super::call_news::{CallNews, SessionNews};
use super::ending::{Cause, Side};
use super::event::{CallId, Order};
use super::headers::Headers;
use super::network::{FAIR, Network, accept, hang_up, one, patient};
use crate::secret::SecretText;

/// Two who talk.
fn talking(seed: u64) -> (Network, CallId, CallId) {
    talking_with(Network::new(3, seed, FAIR))
}

fn talking_with(mut network: Network) -> (Network, CallId, CallId) {
    let call = network.dial(0, 1);
    network.run_seconds(1);
    network.clear();
    let other = network.incoming(1);
    (network, call, other)
}

fn offer(call: CallId, sdp: &[u8]) -> Order {
    Order::Offer { call, sdp: sdp.to_vec().into() }
}

fn offers(network: &Network, who: usize) -> Vec<&[u8]> {
    let offers =
        network.news(who).filter_map(|news| if let CallNews::Session(SessionNews::Offered(sdp)) = news { sdp.as_ref() } else { None });
    offers.map(|sdp| sdp.0.as_slice()).collect()
}

fn answers(network: &Network, who: usize) -> usize {
    network.news(who).filter(|news| matches!(news, CallNews::Session(SessionNews::Answered(_)))).count()
}

fn transfers(network: &Network, who: usize) -> Vec<(u16, bool)> {
    network
        .news(who)
        .filter_map(|news| if let CallNews::Transfer { status, over } = news { Some((*status, *over)) } else { None })
        .collect()
}

#[test]
fn a_call_is_held_and_resumed() {
    let (mut network, call, other) = talking(1);

    network.order(1, offer(other, b"hold"));
    network.run_seconds(1);
    network.order(1, offer(other, b"resume"));
    network.run_seconds(1);

    assert_eq!(network.ladder(), ["INVITE", "100", "200", "ACK", "INVITE", "100", "200", "ACK"]);
    assert_eq!(offers(&network, 0), [b"hold".as_slice(), b"resume"]);
    assert_eq!(answers(&network, 1), 2);
    network.order(0, hang_up(call));
    network.assert_empty();
}

#[test]
fn a_change_that_is_refused_leaves_the_call_as_it_was() {
    let (mut network, call, other) = talking(1);
    network.agents[0].manner = patient;

    network.order(1, offer(other, b"video"));
    network.run_seconds(1);
    network.order(0, Order::Refuse(call, super::event::Refused::with(488)));
    network.run_seconds(1);

    assert!(matches!(network.news(1).next_back(), Some(CallNews::Session(SessionNews::Refused(488)))));
    network.order(1, hang_up(other));
    network.assert_empty();
}

#[test]
fn when_both_change_at_once_both_changes_are_made_one_after_the_other() {
    let (mut network, call, other) = talking(1);

    network.order(0, offer(call, b"from the caller"));
    network.order(1, offer(other, b"from the called"));
    network.run_seconds(10);

    assert_eq!(network.ladder().iter().filter(|word| **word == "491").count(), 2);
    assert_eq!((offers(&network, 0), offers(&network, 1)), (vec![&b"from the called"[..]], vec![&b"from the caller"[..]]));
    assert_eq!((answers(&network, 0), answers(&network, 1)), (1, 1));
    network.order(0, hang_up(call));
    network.assert_empty();
}

#[test]
fn a_second_change_waits_for_the_first() {
    let (mut network, call, _) = talking(1);

    network.order(0, offer(call, b"one"));
    network.order(0, offer(call, b"two"));
    network.run_seconds(2);

    assert_eq!(offers(&network, 1), [b"one".as_slice(), b"two"]);
    network.order(0, hang_up(call));
    network.assert_empty();
}

#[test]
fn a_hang_up_while_a_change_waits_for_the_application_answers_it() {
    let (mut network, call, other) = talking(1);
    network.agents[0].manner = patient;
    network.order(1, offer(other, b"hold"));
    network.run_seconds(1);

    network.order(0, hang_up(call));
    network.order(0, accept(call));
    network.run_seconds(1);

    assert_eq!(network.ending(1, other).unwrap().cause, Cause::HungUp);
    network.assert_empty();
}

#[test]
fn a_call_is_refreshed_at_half_time_by_the_caller() {
    let (mut network, call, _) = talking(1);

    network.run_seconds(4000);

    assert_eq!(network.ladder(), ["UPDATE", "200", "UPDATE", "200", "UPDATE", "200", "UPDATE", "200"]);
    network.order(0, hang_up(call));
    network.assert_empty();
}

#[test]
fn a_call_whose_other_side_is_gone_ends_at_both_sides() {
    let (mut network, call, other) = talking(1);

    network.losses.push(("SIP/2.0", usize::MAX));
    network.run_seconds(1810);

    assert_eq!(network.ending(0, call).map(|ending| ending.cause), Some(Cause::NoAnswer));
    assert_eq!(network.ending(1, other).map(|ending| ending.cause), Some(Cause::Expired));
    network.assert_empty();
}

#[test]
fn a_caller_who_wants_too_short_a_session_asks_for_a_longer_one() {
    let limits = |settings: &mut super::post::Settings| {
        let is_called = settings.listening[0].1.ip() == super::network::address(1).ip();
        settings.session.least = Duration::from_secs(if is_called { 600 } else { 90 });
        settings.session.interval = Duration::from_secs(if is_called { 600 } else { 100 });
    };

    let (mut network, call, _) = talking_with(Network::with(3, 1, FAIR, limits));

    assert!(network.ending(0, call).is_none());
    network.run_seconds(300);
    assert_eq!(network.ladder(), ["UPDATE", "200"], "the caller, whom the INVITE left free, and no earlier than after 300 seconds");
    network.order(0, hang_up(call));
    network.assert_empty();
}

#[test]
fn a_blind_transfer_is_followed_to_its_end() {
    let (mut network, call, other) = talking(1);
    let to = "sip:agent@10.0.0.3".parse().unwrap();

    network.order(1, Order::Refer { call: other, to, replaces: None, headers: one("X-Auth-Status", "verified") });
    network.run_seconds(1);
    let Some(CallNews::ReferAsked(to)) = network.news(0).next_back().cloned() else { panic!() };
    assert_eq!(to.uri.to_string(), "sip:agent@10.0.0.3");
    network.order(0, Order::AnswerRefer { call, status: 202 });
    network.run_seconds(1);
    network.order(0, Order::Notify { call, status: 180 });
    network.run_seconds(1);
    network.order(0, Order::Notify { call, status: 200 });
    network.run_seconds(1);

    assert_eq!(transfers(&network, 1), [(202, false), (100, false), (180, false), (200, true)]);
    network.order(1, hang_up(other));
    network.run_seconds(1);
    assert_eq!(network.ending(0, call).unwrap().by, Side::Them);
    network.assert_empty();
}

#[test]
fn a_transfer_that_nobody_wants_is_declined() {
    let network = Network::with(3, 1, FAIR, |settings| settings.takes_refer = false);
    let (mut network, _, other) = talking_with(network);
    let to = "sip:agent@10.0.0.3".parse().unwrap();

    network.order(1, Order::Refer { call: other, to, replaces: None, headers: Headers::default() });
    network.run_seconds(1);

    assert_eq!(transfers(&network, 1), [(603, true)]);
    network.order(1, hang_up(other));
    network.assert_empty();
}

#[test]
fn a_transfer_of_which_nothing_is_heard_is_given_up() {
    let (mut network, _, other) = talking(1);
    let to = "sip:agent@10.0.0.3".parse().unwrap();
    network.losses.push(("NOTIFY", usize::MAX));
    network.agents[0].manner = |action| match action {
        Action::Call(call, CallNews::ReferAsked(_)) => vec![Order::AnswerRefer { call: *call, status: 202 }],
        _ => Vec::new(),
    };

    network.order(1, Order::Refer { call: other, to, replaces: None, headers: Headers::default() });
    network.run_seconds(20);
    assert_eq!(transfers(&network, 1), [(202, false)]);
    network.run_seconds(200);

    assert_eq!(transfers(&network, 1).last(), Some(&(408, true)));
    network.order(1, hang_up(other));
    network.assert_empty();
}

#[test]
fn an_attended_transfer_replaces_the_call_of_who_transfers() {
    // 0 talks to 1 and to 2; it asks 1 to take over the call with 2.
    let (mut network, first, with_first) = talking(1);
    let second = network.dial(0, 2);
    network.run_seconds(1);
    let with_second = network.incoming(2);

    let to = "sip:two-factor@10.0.0.3".parse().unwrap();
    network.order(0, Order::Refer { call: first, to, replaces: Some(second), headers: Headers::default() });
    network.run_seconds(1);
    let Some(CallNews::ReferAsked(to)) = network.news(1).next_back().cloned() else { panic!() };
    network.order(1, Order::AnswerRefer { call: with_first, status: 202 });
    let mut dial = network.call_to(1, 2);
    let replaces = to.uri.headers.clone().unwrap().replace("Replaces=", "");
    let replaces = percent_encoding::percent_decode_str(&replaces).decode_utf8().unwrap().into_owned();
    dial.headers = one("Replaces", &replaces);
    let taken = dial.call;
    network.order(1, Order::Dial(Box::new(dial)));
    network.run_seconds(1);

    assert_eq!(network.ending(2, with_second).unwrap().cause, Cause::Replaced);
    assert_eq!(network.ending(0, second).unwrap().by, Side::Them);
    assert!(network.ending(1, taken).is_none());
    network.order(1, Order::Notify { call: with_first, status: 200 });
    network.run_seconds(1);
    assert_eq!(transfers(&network, 0).last(), Some(&(200, true)));
    network.order(0, hang_up(first));
    network.order(1, hang_up(taken));
    network.assert_empty();
}

#[test]
fn an_invitation_to_replace_a_call_that_is_not_there_is_refused() {
    let mut network = Network::new(2, 1, FAIR);
    let mut dial = network.call_to(0, 1);
    let call = dial.call;
    dial.headers = one("Replaces", "x;to-tag=1;from-tag=2");

    network.order(0, Order::Dial(Box::new(dial)));
    network.run_seconds(1);

    assert_eq!(network.ending(0, call).unwrap().cause, Cause::Refused(481));
    network.assert_empty();
}

#[test]
fn keys_in_info_keep_their_order_when_one_is_lost() {
    let (mut network, call, other) = talking(1);
    network.losses.push(("INFO", 1));

    for key in ["1", "2", "3"] {
        network.order(0, Order::Info { call, content_type: "application/dtmf".to_owned(), body: SecretText::new(key) });
    }
    network.run_seconds(3);

    let keys = network.news(1).filter_map(|news| if let CallNews::Info { body, .. } = news { Some(body.expose()) } else { None });
    assert_eq!(keys.collect::<String>(), "123");
    network.order(1, hang_up(other));
    network.assert_empty();
}

#[test]
fn keys_in_info_are_told_and_hidden_from_logs() {
    let (mut network, call, _) = talking(1);

    let body = SecretText::new("Signal=7\r\nDuration=160\r\n");
    network.order(0, Order::Info { call, content_type: "application/dtmf-relay".to_owned(), body });
    network.run_seconds(1);

    let heard = network.news(1).next_back();
    let Some(CallNews::Info { content_type, body }) = heard else { panic!() };
    assert_eq!((content_type.as_str(), body.expose()), ("application/dtmf-relay", "Signal=7\r\nDuration=160\r\n"));
    assert!(!format!("{heard:?}").contains("Signal"));
    network.order(0, hang_up(call));
    network.assert_empty();
}
