//! Tests of the time between our acceptance of a call and its ACK.

use super::call_news::{CallNews, SessionNews};
use super::network::{Network, accept, hang_up};
use super::network_strangers::{alone, request, stranger};

#[test]
fn who_makes_no_offer_gets_one_and_answers_in_the_ack() {
    let mut network = alone();
    network.receive(0, stranger(), &request("INVITE", "z9hG4bK1", ""));
    let call = network.incoming(0);
    network.order(0, accept(call));
    let tag = our_tag(&network);

    let ack = request("ACK", "z9hG4bK2", "Content-Type: application/sdp\r\nContent-Length: 6\r\n") + "answer";
    network.receive(0, stranger(), &ack.replace("To: <sip:two-factor@10.0.0.1>", &format!("To: <sip:two-factor@10.0.0.1>;tag={tag}")));

    let told: Vec<&CallNews> = network.news(0).collect();
    let [CallNews::Session(SessionNews::Answered(answer)), CallNews::Acknowledged] = told[..] else { panic!("{told:?}") };
    assert_eq!(answer.0, b"answer");
    network.order(0, hang_up(call));
    network.assert_empty();
}

/// RFC 3311 §5.1, RFC 6086 §4.2.1: the dialog stands with our 200, whether its ACK has come or not.
#[test]
fn what_comes_between_our_acceptance_and_its_acknowledgement_is_answered() {
    let mut network = alone();
    network.receive(0, stranger(), &(request("INVITE", "z9hG4bK1", "Content-Type: application/sdp\r\nContent-Length: 5\r\n") + "offer"));
    let call = network.incoming(0);
    network.order(0, accept(call));
    let tag = our_tag(&network);
    let to_tag = |request: String| request.replace("To: <sip:two-factor@10.0.0.1>", &format!("To: <sip:two-factor@10.0.0.1>;tag={tag}"));
    network.clear();

    let info = request("INFO", "z9hG4bK2", "Content-Type: application/dtmf\r\nContent-Length: 1\r\n").replace("CSeq: 1", "CSeq: 2") + "5";
    network.receive(0, stranger(), &to_tag(info));
    let update =
        request("UPDATE", "z9hG4bK3", "Content-Type: application/sdp\r\nContent-Length: 4\r\n").replace("CSeq: 1", "CSeq: 3") + "more";
    network.receive(0, stranger(), &to_tag(update));
    network.order(0, accept(call));
    network.receive(0, stranger(), &to_tag(request("ACK", "z9hG4bK4", "")));

    assert_eq!(network.ladder(), ["200", "200"]);
    let told: Vec<&CallNews> = network.news(0).collect();
    let [CallNews::Info { .. }, CallNews::Session(SessionNews::Offered(Some(_))), CallNews::Acknowledged] = told[..] else {
        panic!("{told:?}")
    };
    network.order(0, hang_up(call));
    network.run_seconds(40);
    network.assert_empty();
}

#[test]
fn an_invite_behind_a_lost_acknowledgement_acknowledges_too() {
    let mut network = alone();
    let offer = "Content-Type: application/sdp\r\nContent-Length: 5\r\n";
    network.receive(0, stranger(), &(request("INVITE", "z9hG4bK1", offer) + "offer"));
    let call = network.incoming(0);
    network.order(0, accept(call));
    let tag = our_tag(&network);

    let again = request("INVITE", "z9hG4bK2", offer).replace("CSeq: 1", "CSeq: 2") + "offer";
    network.receive(0, stranger(), &again.replace("To: <sip:two-factor@10.0.0.1>", &format!("To: <sip:two-factor@10.0.0.1>;tag={tag}")));

    let told: Vec<&CallNews> = network.news(0).collect();
    let [CallNews::Acknowledged, CallNews::Session(SessionNews::Offered(Some(_)))] = told[..] else { panic!("{told:?}") };
    network.order(0, hang_up(call));
    network.run_seconds(80);
    network.assert_empty();
}

fn our_tag(network: &Network) -> String {
    network.agents[0].ua.calls.values().next().unwrap().dialog.local_tag().to_owned()
}
