//! Tests over a simulated network: messages are lost, doubled, late and out of order, and nothing is left behind.

use std::time::Duration;

use proptest::prelude::*;

use super::action::Action;
use super::body::Body;
use super::call_news::CallNews;
use super::ending::Cause;
use super::event::{CallId, Dial, Event, Order, Refused, Register, RegistrationId};
use super::headers::Headers;
use super::network::{FAIR, Network, STORM, hang_up, polite};
use super::peer::Peer;
use crate::secret::SecretText;

/// A call that is set up while these are lost, then hung up by the caller while those are.
fn survives(set_up: &'static str, hang_up_lost: &'static str, times: usize) -> Vec<String> {
    let mut network = Network::new(2, 1, FAIR);
    network.losses.push((set_up, times));
    let call = network.dial(0, 1);
    network.run_seconds(10);
    assert!(network.news(0).any(|news| matches!(news, CallNews::Answered { .. })), "{set_up}: {:?}", network.wire);
    assert!(network.news(1).any(|news| matches!(news, CallNews::Acknowledged)), "{set_up}: {:?}", network.wire);
    network.clear();
    network.losses = vec![(hang_up_lost, times)];
    network.order(0, hang_up(call));
    network.run_seconds(10);
    assert_eq!(network.ending(0, call).unwrap().cause, Cause::HungUp);
    assert_eq!(network.ending(1, network.incoming(1)).unwrap().cause, Cause::HungUp);
    let ladder = network.ladder().into_iter().map(str::to_owned).collect();
    network.assert_empty();
    ladder
}

#[test]
fn a_call_survives_the_loss_of_any_message() {
    for lost in ["INVITE sip", "SIP/2.0 100", "SIP/2.0 200", "ACK sip"] {
        survives(lost, "never", 3);
    }
    assert_eq!(survives("never", "BYE sip", 1), ["BYE", "BYE", "200"]);
    assert_eq!(survives("never", "SIP/2.0 200", 1), ["BYE", "200", "BYE", "200"]);
}

#[test]
fn an_acceptance_that_is_never_acknowledged_is_hung_up() {
    let mut network = Network::new(2, 1, FAIR);
    network.losses.push(("ACK sip", usize::MAX));

    let call = network.dial(0, 1);
    network.run_seconds(40);

    assert_eq!(network.ending(1, network.incoming(1)).unwrap().cause, Cause::NoAnswer);
    assert_eq!(network.ending(0, call).unwrap().cause, Cause::HungUp);
    network.assert_empty();
}

#[test]
fn who_hangs_up_at_once_waits_for_the_acknowledgement() {
    let mut network = Network::new(2, 1, FAIR);
    network.agents[1].manner = |action| match action {
        Action::Incoming(call, _) => [polite(action), vec![hang_up(*call)]].concat(),
        _ => Vec::new(),
    };

    let call = network.dial(0, 1);
    network.run_seconds(1);

    assert_eq!(network.ladder(), ["INVITE", "200", "ACK", "BYE", "200"]);
    assert_eq!(network.ending(0, call).unwrap().cause, Cause::HungUp);
    network.assert_empty();
}

#[test]
fn both_may_hang_up_at_once() {
    let mut network = Network::new(2, 1, FAIR);
    let call = network.dial(0, 1);
    network.run_seconds(1);

    network.order(0, hang_up(call));
    network.order(1, hang_up(network.incoming(1)));
    network.run_seconds(1);

    assert!(network.ending(0, call).is_some() && network.ending(1, network.incoming(1)).is_some());
    network.assert_empty();
}

#[test]
fn in_a_storm_every_call_ends_once_and_nothing_is_left() {
    for seed in 0..150 {
        let mut network = Network::new(2, seed, STORM);
        let calls: Vec<CallId> = (0..4).map(|_| network.dial(0, 1)).collect();
        network.run(Duration::from_millis(700 * (seed % 9)));
        for call in &calls[..2] {
            network.order(0, Order::Offer { call: *call, sdp: b"hold".to_vec().into() });
        }
        network.run(Duration::from_millis(300 * (seed % 5)));
        network.order(0, hang_up(calls[0]));
        network.order(0, hang_up(calls[2]));
        network.run_seconds(3);
        let incoming: Vec<CallId> = incoming(&network);
        incoming.iter().for_each(|call| network.order(1, hang_up(*call)));
        network.run_seconds(60);
        calls[1..].iter().for_each(|call| network.order(0, hang_up(*call)));

        network.assert_empty();
        for call in calls {
            assert_eq!(endings(&network, 0, call), 1, "seed {seed}");
        }
        for call in incoming {
            assert_eq!(endings(&network, 1, call), 1, "seed {seed}");
        }
    }
}

fn incoming(network: &Network) -> Vec<CallId> {
    let heard = network.agents[1].heard.iter();
    heard.filter_map(|action| if let Action::Incoming(call, _) = action { Some(*call) } else { None }).collect()
}

fn endings(network: &Network, who: usize, call: CallId) -> usize {
    network.agents[who].heard.iter().filter(|action| matches!(action, Action::Call(ended, CallNews::Ended(_)) if *ended == call)).count()
}

/// One thing that an application or the network may do at any time.
#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Dial,
    Order(usize, u64, u8),
    Unreachable(usize, u8),
    Lose(u8),
    /// Something that was sent comes again, at anybody, changed.
    Replay(usize, prop::sample::Index, u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..40_000u64).prop_map(Step::Wait),
        (0..400u64).prop_map(Step::Wait),
        Just(Step::Dial),
        (0..2usize, 0..5u64, 0..14u8).prop_map(|(who, call, order)| Step::Order(who, call, order)),
        (0..2usize, 0..3u8).prop_map(|(who, peer)| Step::Unreachable(who, peer)),
        (0..4u8).prop_map(Step::Lose),
        (0..2usize, any::<prop::sample::Index>(), 0..10u8).prop_map(|(who, index, change)| Step::Replay(who, index, change)),
    ]
}

/// A message as a broken or hostile sender would change it.
fn changed(text: &str, change: u8) -> String {
    match change {
        0 => text.replace("CSeq: 1 ", "CSeq: 2 "),
        1 => text.replace("branch=z9hG4bK", "branch=z9hG4bKx"),
        2 => text.replace("branch=z9hG4bK", "branch="),
        3 => text.replace("INVITE", "UPDATE"),
        4 => text.replace("INVITE", "BYE"),
        5 => text.replace("SIP/2.0 200 OK", "SIP/2.0 491 Request Pending"),
        6 => text.replace("SIP/2.0 200 OK", "SIP/2.0 302 Moved Temporarily"),
        7 => text.replace("SIP/2.0 200 OK", "SIP/2.0 422 Session Interval Too Small\r\nMin-SE: 4000000000"),
        8 => text.replace("Contact:", "X-Contact:").replace("\r\nTo:", "\r\nSession-Expires: 4294967295\r\nSupported: timer\r\nTo:"),
        _ => text.to_owned(),
    }
}

fn order(call: CallId, number: u8, dial: Dial) -> Order {
    let sdp = Body(b"sdp".to_vec());
    match number {
        0 => Order::Ring { call, status: 180, sdp: None },
        1 => Order::Ring { call, status: 183, sdp: Some(sdp) },
        2 | 3 => Order::Accept { call, sdp, headers: Headers::default() },
        4 => Order::Refuse(call, Refused::with(302)),
        5 | 6 => hang_up(call),
        7 => Order::Offer { call, sdp },
        8 => Order::Refer { call, to: dial.target, replaces: Some(CallId(1)), headers: Headers::default() },
        9 => Order::AnswerRefer { call, status: 202 },
        10 => Order::Notify { call, status: 200 },
        11 => Order::Info { call, content_type: "application/dtmf".to_owned(), body: SecretText::new("1") },
        12 => Order::Register(Box::new(Register {
            registration: RegistrationId(call.0),
            registrar: dial.target.clone(),
            address_of_record: dial.target,
            expires: Duration::from_secs(60),
            account: None,
        })),
        _ => Order::Dial(Box::new(Dial { call, ..dial })),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_events_panics_or_leaves_anything_behind(seed in 0..1000u64, steps in prop::collection::vec(step(), 1..40)) {
        let mut network = Network::new(2, seed, STORM);
        network.agents.iter_mut().for_each(|agent| agent.manner = |_| Vec::new());
        for step in steps {
            match step {
                Step::Wait(milliseconds) => network.run(Duration::from_millis(milliseconds)),
                Step::Dial => drop(network.dial(0, 1)),
                Step::Order(who, call, number) => {
                    let dial = network.call_to(who, 1 - who);
                    network.order(who, order(CallId(call), number, dial));
                }
                Step::Unreachable(who, peer) => network.event(who, Event::Unreachable(Peer::udp(super::network::address(peer)))),
                Step::Replay(who, index, change) if !network.texts.is_empty() => {
                    let text = changed(&network.texts[index.index(network.texts.len())], change);
                    network.receive(who, super::network::address(2), &text);
                }
                Step::Replay(..) => {}
                Step::Lose(number) => network.losses.push((["ACK", "200", "BYE", "PRACK"][usize::from(number)], 2)),
            }
        }
        for who in 0..2 {
            network.order(who, Order::Drain);
            for call in 0..100 {
                network.order(who, hang_up(CallId(call)));
            }
        }
        network.run_seconds(120);
        network.assert_empty();
    }
}
