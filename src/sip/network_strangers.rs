//! Tests of messages that no user agent of ours would send: what they get for an answer.

use std::net::SocketAddr;
use std::time::Duration;

use super::action::Action;
use super::ending::Cause;
use super::event::{Order, Register, RegistrationId};
use super::network::{FAIR, Network, account, hang_up, patient};
use super::peer::Peer;

pub(super) fn stranger() -> SocketAddr {
    "10.7.7.7:5070".parse().unwrap()
}

/// A request outside of any call; `more` are whole lines of headers.
pub(super) fn request(method: &str, branch: &str, more: &str) -> String {
    format!(
        "{method} sip:two-factor@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.7.7.7:5070;branch={branch};rport\r\nMax-Forwards: 0\r\n\
         From: <sip:x@10.7.7.7>;tag=1\r\nTo: <sip:two-factor@10.0.0.1>\r\nCall-ID: c\r\nCSeq: 1 {method}\r\nContact: <sip:x@10.7.7.7:5070>\r\n{more}\r\n"
    )
}

pub(super) fn alone() -> Network {
    let mut network = Network::new(1, 1, FAIR);
    network.agents[0].manner = patient;
    network
}

/// The first line that answers a request.
fn answer_to(method: &str, more: &str) -> String {
    let mut network = alone();
    network.receive(0, stranger(), &request(method, "z9hG4bK1", more));
    network.run_seconds(1);
    let answer = network.wire.first().cloned().unwrap_or_default();
    network.run_seconds(40);
    answer
}

#[test]
fn requests_outside_of_calls_get_what_the_standard_says() {
    assert_eq!(answer_to("OPTIONS", ""), "SIP/2.0 200 OK");
    assert_eq!(answer_to("OPTIONS", "Require: nothing\r\n"), "SIP/2.0 420 Bad Extension");
    for method in ["BYE", "INFO", "UPDATE", "PRACK", "NOTIFY"] {
        assert_eq!(answer_to(method, ""), "SIP/2.0 481 Call/Transaction Does Not Exist");
    }
    assert_eq!(answer_to("REFER", ""), "SIP/2.0 603 Decline");
    for method in ["REGISTER", "SUBSCRIBE", "MESSAGE", "PUBLISH"] {
        assert_eq!(answer_to(method, ""), "SIP/2.0 405 Method Not Allowed");
    }
    assert_eq!(answer_to("DANCE", ""), "SIP/2.0 501 Not Implemented");
    assert_eq!(answer_to("CANCEL", ""), "SIP/2.0 481 Call/Transaction Does Not Exist");
    assert_eq!(answer_to("ACK", ""), "");
    assert_eq!(answer_to("INVITE", "Content-Type: text/plain\r\nContent-Length: 0\r\n"), "SIP/2.0 100 Trying");
    assert_eq!(answer_to("INVITE", "Session-Expires: 30\r\nSupported: timer\r\n"), "SIP/2.0 422 Session Interval Too Small");
}

#[test]
fn a_body_that_is_no_description_is_refused() {
    let mut network = alone();

    network.receive(0, stranger(), &(request("INVITE", "z9hG4bK1", "Content-Type: text/plain\r\nContent-Length: 2\r\n") + "hi"));

    assert_eq!(network.wire, ["SIP/2.0 415 Unsupported Media Type"]);
    network.assert_empty();
}

#[test]
fn what_cannot_be_read_is_answered_where_it_came_from() {
    let mut network = alone();

    network.receive(0, "10.7.7.7:40000".parse().unwrap(), &request("INVITE", "z9hG4bK1", "Session-Expires: soon\r\n"));
    network.receive(0, stranger(), &request("ACK", "z9hG4bK1", "Session-Expires: soon\r\n"));

    assert_eq!(network.wire, ["SIP/2.0 400 Bad Session-Expires (not a number)"]);
    assert!(network.last_sent().contains("rport=40000") && network.agents[0].ua.is_empty());
}

#[test]
fn the_same_request_on_another_way_is_merged() {
    let mut network = alone();

    network.receive(0, stranger(), &request("INVITE", "z9hG4bK1", ""));
    network.run_seconds(1);
    network.receive(0, stranger(), &request("INVITE", "z9hG4bK1", ""));
    network.receive(0, stranger(), &request("INVITE", "z9hG4bK2", ""));

    assert_eq!(network.ladder(), ["100", "100", "482"]);
    network.order(0, hang_up(network.incoming(0)));
    network.assert_empty();
}

#[test]
fn a_transaction_without_unique_branch_is_known_again() {
    let mut network = alone();

    network.receive(0, stranger(), &request("INVITE", "1", ""));
    network.run_seconds(1);
    network.receive(0, stranger(), &request("INVITE", "1", ""));
    network.receive(0, stranger(), &request("CANCEL", "1", ""));

    assert_eq!(network.ladder(), ["100", "100", "200", "487"]);
    assert_eq!(network.ending(0, network.incoming(0)).unwrap().cause, Cause::Cancelled);
    network.assert_empty();
}

#[test]
fn a_caller_who_must_have_reliable_answers_gets_them() {
    let mut network = alone();
    network.receive(0, stranger(), &request("INVITE", "z9hG4bK1", "Require: 100rel\r\n"));

    network.order(0, Order::Ring { call: network.incoming(0), status: 180, sdp: None });
    network.run(Duration::from_millis(1600));

    assert_eq!(network.ladder(), ["180", "180", "180"], "again after 500 and 1500 ms, as nobody confirms it");
    network.run_seconds(40);
    assert_eq!(network.ladder().last(), Some(&"504"));
    network.assert_empty();
}

#[test]
fn who_is_neither_trusted_nor_known_is_forbidden_and_then_not_heard() {
    let mut network = Network::with(1, 1, FAIR, |settings| {
        settings.admission.trusted.clear();
        settings.admission.strangers.burst = 3;
    });

    for branch in ["z9hG4bK1", "z9hG4bK2", "z9hG4bK3", "z9hG4bK4"] {
        network.receive(0, stranger(), &request("INVITE", branch, "").replace("Call-ID: c", &format!("Call-ID: {branch}")));
    }

    assert_eq!(network.ladder(), ["403", "403", "403"]);
    assert!(network.agents[0].ua.is_empty(), "nothing is kept of who has proved nothing");
    network.run_seconds(61);
    network.clear();
    network.receive(0, stranger(), &request("OPTIONS", "z9hG4bK5", ""));
    assert_eq!(network.ladder(), ["200"]);
    network.assert_empty();
}

/// The 200 of somebody with this tag to the INVITE that was sent.
fn accepts(invite: &str, tag: &str) -> String {
    let copied: Vec<&str> =
        invite.lines().filter(|line| ["Via", "From", "Call-ID", "CSeq"].iter().any(|name| line.starts_with(name))).collect();
    let to = format!("To: <sip:x@10.7.7.7>;tag={tag}\r\nContact: <sip:{tag}@10.7.7.7:5060>");
    format!("SIP/2.0 200 OK\r\n{}\r\n{to}\r\nContent-Type: application/sdp\r\nContent-Length: 6\r\n\r\nanswer", copied.join("\r\n"))
}

fn dialling(peer: Peer) -> (Network, super::event::CallId, String) {
    let mut network = alone();
    let mut dial = network.call_to(0, 0);
    let call = dial.call;
    dial.peers = vec![peer];
    network.order(0, Order::Dial(Box::new(dial)));
    let invite = network.last_sent().to_owned();
    (network, call, invite)
}

#[test]
fn a_second_branch_that_accepts_is_acknowledged_and_hung_up() {
    let (mut network, call, invite) = dialling(Peer::udp(stranger()));
    network.clear();

    network.receive(0, stranger(), &accepts(&invite, "first"));
    network.receive(0, stranger(), &accepts(&invite, "second"));
    network.receive(0, stranger(), &accepts(&invite, "first"));

    let to = |user: &str, method: &str| format!("{method} sip:{user}@10.7.7.7:5060 SIP/2.0");
    assert_eq!(network.wire, [to("first", "ACK"), to("second", "ACK"), to("second", "BYE"), to("first", "ACK")]);
    assert_eq!(network.agents[0].heard.len(), 1, "it is answered once");
    network.order(0, hang_up(call));
    network.assert_empty();
}

#[test]
fn a_call_that_is_accepted_after_it_was_given_up_is_hung_up() {
    let (mut network, call, invite) = dialling(Peer::udp(stranger()));
    network.receive(0, stranger(), &accepts(&invite, "x").replace("200 OK", "180 Ringing"));
    network.order(0, hang_up(call));
    network.clear();

    network.receive(0, stranger(), &accepts(&invite, "x"));
    network.run_seconds(1);

    assert_eq!(&network.ladder()[..2], ["ACK", "BYE"]);
    network.assert_empty();
    assert_eq!(network.ending(0, call).unwrap().cause, Cause::Cancelled);
}

#[test]
fn over_a_stream_a_request_is_sent_once_and_the_connection_is_used_again() {
    let connection = Peer { protocol: super::peer::TransportProtocol::Tcp, address: stranger() };
    let (mut network, call, invite) = dialling(connection);

    network.run_seconds(10);
    assert_eq!(network.ladder(), ["INVITE"]);
    assert!(invite.contains("Via: SIP/2.0/TCP 10.0.0.1:5060;") && invite.contains("Contact: <sip:caller@10.0.0.1:5060;transport=tcp>"));
    let message = super::message::Message::parse(accepts(&invite, "x").as_bytes()).unwrap();
    network.event(0, super::event::Event::Received { message, from: connection });

    assert!(network.last_sent().contains("Via: SIP/2.0/TCP"));
    network.order(0, hang_up(call));
    network.event(0, super::event::Event::Unreachable(connection));
    assert_eq!(network.ending(0, call).unwrap().cause, Cause::HungUp);
    network.assert_empty();
}

#[test]
fn who_asks_again_and_again_who_we_are_is_given_up() {
    let mut network = registering();

    for nonce in 0..20 {
        let challenge = format!("WWW-Authenticate: Digest realm=\"t\", nonce=\"{nonce}\", stale=true, qop=\"auth\"\r\n");
        registrar_says(&mut network, "401 Unauthorized", &challenge);
    }

    assert_eq!(network.ladder().iter().filter(|word| **word == "REGISTER").count(), 5);
    assert!(matches!(network.agents[0].heard.last(), Some(Action::Unregistered(_, Some(401), Some(_)))));
}

/// The answer of a registrar to the REGISTER that was sent last.
fn registrar_says(network: &mut Network, first_line: &str, more: &str) {
    let register = network.last_sent().to_owned();
    let copied =
        register.lines().filter(|line| ["Via", "From", "To", "Call-ID", "CSeq"].iter().any(|name| line.starts_with(&format!("{name}:"))));
    let copied: Vec<&str> = copied.collect();
    let text = format!("SIP/2.0 {first_line}\r\n{}\r\n{more}Content-Length: 0\r\n\r\n", copied.join("\r\n"));
    network.receive(0, "10.7.7.7:5060".parse().unwrap(), &text);
}

fn registering() -> Network {
    let mut network = alone();
    network.names.insert("trunk.example", "10.7.7.7:5060".parse().unwrap());
    register(&mut network);
    network
}

fn register(network: &mut Network) {
    let register = Register {
        registration: RegistrationId(1),
        registrar: "sip:trunk.example".parse().unwrap(),
        address_of_record: "sip:+4930@trunk.example".parse().unwrap(),
        expires: Duration::from_secs(300),
        account: account("trunk", "secret"),
    };
    network.order(0, Order::Register(Box::new(register)));
}

#[test]
fn a_registrar_that_is_not_found_or_has_moved_is_looked_for_again() {
    let mut network = alone();
    register(&mut network);
    assert!(matches!(network.agents[0].heard.last(), Some(Action::Unregistered(_, None, Some(_)))));
    assert!(network.wire.is_empty());

    network.names.insert("trunk.example", "10.7.7.7:5060".parse().unwrap());
    network.run_seconds(31);
    registrar_says(&mut network, "500 Server Internal Error", "");
    assert_eq!(network.sent_to.last(), Some(&Peer::udp("10.7.7.7:5060".parse().unwrap())));
    network.names.insert("trunk.example", "10.7.7.8:5060".parse().unwrap());
    network.run_seconds(61);

    assert_eq!(network.sent_to.last(), Some(&Peer::udp("10.7.7.8:5060".parse().unwrap())));
    network.order(0, Order::Unregister(RegistrationId(1)));
    network.run_seconds(40);
    network.assert_empty();
}

#[test]
fn a_registration_proves_itself_lasts_and_is_taken_back() {
    let mut network = registering();

    registrar_says(
        &mut network,
        "401 Unauthorized",
        "WWW-Authenticate: Digest realm=\"t\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256\r\n",
    );
    assert!(network.last_sent().contains("Authorization: Digest "));
    registrar_says(&mut network, "423 Interval Too Brief", "Min-Expires: 600\r\n");
    assert!(network.last_sent().contains("Expires: 600\r\n"));
    registrar_says(&mut network, "200 OK", "Contact: <sip:+4930@10.0.0.1:5060>;expires=500\r\n");
    assert!(matches!(network.agents[0].heard.last(), Some(Action::Registered(_, granted)) if granted.as_secs() == 500));
    network.clear();
    network.run_seconds(439);
    assert_eq!(network.wire.len(), 0);
    network.run_seconds(2);
    assert!(network.last_sent().starts_with("REGISTER"));
    registrar_says(&mut network, "200 OK", "Expires: 500\r\n");
    network.order(0, Order::Drain);
    assert!(network.last_sent().contains("Expires: 0\r\n"));
    registrar_says(&mut network, "200 OK", "");

    assert!(matches!(network.agents[0].heard.last(), Some(Action::Drained)));
    network.assert_empty();
}

#[test]
fn a_registrar_that_fails_is_asked_again_after_longer_and_longer_pauses() {
    let mut network = registering();
    let mut pauses = Vec::new();

    for _ in 0..4 {
        registrar_says(&mut network, "500 Server Internal Error", "");
        let Some(Action::Unregistered(_, Some(500), Some(pause))) = network.agents[0].heard.last() else { panic!() };
        let pause = *pause;
        pauses.push(pause.as_secs());
        network.run(pause);
    }

    assert!(pauses.iter().zip([15, 30, 60, 120]).all(|(pause, least)| (least..=2 * least).contains(pause)), "{pauses:?}");
    network.order(0, Order::Unregister(RegistrationId(1)));
    network.run_seconds(40);
    network.assert_empty();
}
