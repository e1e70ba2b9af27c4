//! Tests over a simulated network: calls are set up, refused, cancelled, redirected and hung up.

use super::action::Action;
use super::call_news::CallNews;
use super::ending::{Cause, Side};
use super::event::{Event, Order, Refused, Seeker};
use super::network::{FAIR, Network, account, busy, hang_up, patient};
use super::peer::Peer;

const SET_UP: [&str; 3] = ["INVITE", "200", "ACK"];

fn answered(network: &Network, who: usize) -> bool {
    network.news(who).any(|news| matches!(news, CallNews::Answered { .. }))
}

#[test]
fn a_call_is_set_up_and_hung_up_by_who_was_called() {
    let mut network = Network::new(2, 1, FAIR);

    let call = network.dial(0, 1);
    network.run_seconds(1);
    network.order(1, hang_up(network.incoming(1)));
    network.run_seconds(1);

    assert_eq!(network.ladder(), [&SET_UP[..], &["BYE", "200"]].concat());
    let ending = network.ending(0, call).unwrap();
    assert_eq!((ending.by, ending.cause, ending.headers.get("X-Auth-Status")), (Side::Them, Cause::HungUp, Some("verified")));
    assert_eq!(network.ending(1, network.incoming(1)).unwrap().by, Side::Us);
    network.assert_empty();
}

#[test]
fn the_invitation_shows_what_the_caller_sent() {
    let mut network = Network::new(2, 1, FAIR);

    network.dial(0, 1);
    network.run_seconds(1);

    let Some(Action::Incoming(_, invitation)) = network.agents[1].heard.first() else { panic!() };
    assert_eq!(invitation.request.uri.user.as_deref(), Some("two-factor"));
    assert_eq!(invitation.request.body, b"offer");
    assert_eq!(invitation.request.headers.get("X-Own"), Some("1"));
    let Some(CallNews::Answered { sdp, .. }) = network.news(0).next() else { panic!() };
    assert_eq!(sdp.as_ref().map(|sdp| sdp.0.as_slice()), Some(&b"answer"[..]));
    assert!(matches!(network.news(1).next(), Some(CallNews::Acknowledged)));
}

#[test]
fn who_is_busy_says_so() {
    let mut network = Network::new(2, 1, FAIR);
    network.agents[1].manner = busy;

    let call = network.dial(0, 1);
    network.run_seconds(1);

    assert_eq!(network.ladder(), ["INVITE", "486", "ACK"]);
    assert_eq!(network.ending(0, call).unwrap().cause, Cause::Refused(486));
    network.assert_empty();
}

#[test]
fn a_refusal_says_when_to_try_again() {
    let mut network = Network::new(2, 1, FAIR);
    network.agents[1].manner = patient;
    let call = network.dial(0, 1);
    network.run_seconds(1);

    let refused = Refused { retry_after: Some(std::time::Duration::from_secs(7)), ..Refused::with(503) };
    network.order(1, Order::Refuse(network.incoming(1), refused));
    network.run_seconds(1);

    assert_eq!(network.ending(0, call).unwrap().headers.retry_after(), Some(7));
    network.assert_empty();
}

#[test]
fn a_call_that_rings_is_cancelled() {
    let mut network = Network::new(2, 1, FAIR);
    network.agents[1].manner = patient;
    let call = network.dial(0, 1);
    network.run_seconds(1);
    network.order(1, Order::Ring { call: network.incoming(1), status: 180, sdp: None });
    network.run_seconds(1);

    network.order(0, hang_up(call));
    network.run_seconds(1);

    assert_eq!(network.ladder(), ["INVITE", "100", "180", "CANCEL", "200", "487", "ACK"]);
    assert_eq!(network.ending(0, call).unwrap().cause, Cause::Cancelled);
    assert_eq!(network.ending(1, network.incoming(1)).unwrap().cause, Cause::Cancelled);
    network.assert_empty();
}

#[test]
fn a_call_that_is_answered_while_its_cancel_travels_is_hung_up() {
    let mut network = Network::new(2, 1, FAIR);
    network.agents[1].manner = patient;
    let call = network.dial(0, 1);
    network.run_seconds(1);

    network.losses.push(("CANCEL sip", 1));
    network.order(0, hang_up(call));
    network.order(1, super::network::accept(network.incoming(1)));
    network.run_seconds(5);

    assert_eq!(network.ending(0, call).unwrap().cause, Cause::Cancelled);
    assert_eq!(network.ending(1, network.incoming(1)).unwrap().cause, Cause::HungUp);
    network.assert_empty();
}

#[test]
fn a_call_is_cancelled_only_after_something_was_heard() {
    let mut network = Network::new(2, 1, FAIR);
    network.agents[1].manner = patient;
    network.losses.push(("INVITE sip", 1));
    let call = network.dial(0, 1);

    network.order(0, hang_up(call));
    network.run_seconds(2);

    assert_eq!(network.ladder(), ["INVITE", "INVITE", "100", "CANCEL", "200", "487", "ACK"]);
    network.assert_empty();
}

#[test]
fn nobody_there_is_no_answer() {
    let mut network = Network::new(2, 1, FAIR);
    network.losses.push(("INVITE", usize::MAX));

    let call = network.dial(0, 1);
    network.run_seconds(40);

    assert_eq!(network.ladder().len(), 7);
    assert_eq!(network.ending(0, call).unwrap().cause, Cause::NoAnswer);
    network.assert_empty();
}

#[test]
fn the_next_address_is_tried_when_the_first_is_unreachable() {
    let mut network = Network::new(2, 1, FAIR);
    let mut dial = network.call_to(0, 1);
    let dead = Peer::udp("10.9.9.9:5060".parse().unwrap());
    dial.peers.insert(0, dead);
    network.order(0, Order::Dial(Box::new(dial)));

    network.event(0, Event::Unreachable(dead));
    network.run_seconds(1);

    assert!(answered(&network, 0));
}

#[test]
fn a_redirection_is_followed_to_where_the_application_finds_it() {
    let mut network = Network::new(3, 1, FAIR);
    network.agents[1].manner = patient;
    let call = network.dial(0, 1);
    network.run_seconds(1);
    let contacts = vec!["sip:agent@elsewhere.example".parse().unwrap()];
    network.order(1, Order::Refuse(network.incoming(1), Refused { contacts, ..Refused::with(302) }));
    network.run_seconds(1);

    assert!(matches!(network.agents[0].heard.last(), Some(Action::Resolve(asked, _)) if *asked == Seeker::Call(call)));
    let there = Peer::udp(network.agents[2].address);
    network.event(0, Event::Resolved(Seeker::Call(call), vec![there]));
    network.run_seconds(1);

    assert!(answered(&network, 0));
    let Some(Action::Incoming(_, invitation)) = network.agents[2].heard.first() else { panic!() };
    assert_eq!(invitation.request.uri.to_string(), "sip:agent@elsewhere.example");
    network.order(0, hang_up(call));
    network.assert_empty();
}

#[test]
fn a_redirection_in_circles_ends() {
    fn elsewhere(action: &Action) -> Vec<Order> {
        match action {
            Action::Incoming(call, _) => {
                let contacts = vec!["sip:again@10.0.0.2".parse().unwrap()];
                vec![Order::Refuse(*call, Refused { contacts, ..Refused::with(302) })]
            }
            _ => Vec::new(),
        }
    }
    let mut network = Network::new(2, 1, FAIR);
    network.agents[1].manner = elsewhere;
    let call = network.dial(0, 1);

    for _ in 0..9 {
        network.run_seconds(1);
        let there = Peer::udp(network.agents[1].address);
        network.event(0, Event::Resolved(Seeker::Call(call), vec![there]));
    }

    assert_eq!(network.ending(0, call).unwrap().cause, Cause::Refused(302));
    network.assert_empty();
}

#[test]
fn a_stranger_calls_with_a_password_and_not_without() {
    let strangers = |settings: &mut super::post::Settings| {
        settings.admission.trusted.clear();
        settings.admission.users.insert("ana".to_owned(), crate::secret::SecretText::new("secret"));
    };
    for (account, cause) in [(account("ana", "secret"), None), (account("ana", "wrong"), Some(401)), (None, Some(401))] {
        let mut network = Network::with(2, 1, FAIR, strangers);
        let mut dial = network.call_to(0, 1);
        let call = dial.call;
        dial.account = account;

        network.order(0, Order::Dial(Box::new(dial)));
        network.run_seconds(2);

        assert_eq!(network.ending(0, call).map(|ending| ending.cause), cause.map(Cause::Refused));
        assert_eq!(answered(&network, 0), cause.is_none());
        if cause.is_none() {
            let Some(Action::Incoming(_, invitation)) = network.agents[1].heard.first() else { panic!() };
            assert_eq!(invitation.user.as_deref(), Some("ana"));
            network.order(0, hang_up(call));
        }
        network.assert_empty();
    }
}

#[test]
fn a_call_that_is_too_many_is_sent_away() {
    let mut network = Network::with(2, 1, FAIR, |settings| settings.admission.most_calls = 1);
    let first = network.dial(0, 1);
    network.run_seconds(1);

    let second = network.dial(0, 1);
    network.run_seconds(1);

    let ending = network.ending(0, second).unwrap();
    assert_eq!((ending.cause, ending.headers.retry_after()), (Cause::Refused(503), Some(5)));
    network.order(0, hang_up(first));
    network.assert_empty();
}

#[test]
fn who_drains_finishes_calls_and_takes_none() {
    let mut network = Network::new(2, 1, FAIR);
    let first = network.dial(0, 1);
    network.run_seconds(1);

    network.order(1, Order::Drain);
    let second = network.dial(0, 1);
    network.run_seconds(1);
    assert_eq!(network.ending(0, second).unwrap().cause, Cause::Refused(503));
    assert!(!matches!(network.agents[1].heard.last(), Some(Action::Drained)));
    network.order(0, hang_up(first));
    network.run_seconds(1);

    assert!(matches!(network.agents[1].heard.last(), Some(Action::Drained)));
    network.assert_empty();
}

#[test]
fn early_media_is_confirmed_and_the_answer_waits_for_it() {
    let mut network = Network::new(2, 1, FAIR);
    network.agents[1].manner = patient;
    let call = network.dial(0, 1);
    network.run_seconds(1);

    network.losses.push(("PRACK sip", 1));
    network.order(1, Order::Ring { call: network.incoming(1), status: 183, sdp: Some(b"early".to_vec().into()) });
    network.order(1, super::network::accept(network.incoming(1)));
    network.run_seconds(2);

    assert_eq!(network.ladder(), ["INVITE", "100", "183", "PRACK", "PRACK", "183", "200", "200", "ACK"]);
    let heard = &network.agents[0].heard;
    assert!(matches!(&heard[0], Action::Call(_, CallNews::Progress { status: 183, sdp: Some(sdp) }) if sdp.0 == b"early"));
    assert!(matches!(&heard[1], Action::Call(_, CallNews::Answered { sdp: None, .. })));
    assert_eq!(heard.len(), 2, "the repeated 183 is not told");
    network.order(0, hang_up(call));
    network.assert_empty();
}

#[test]
fn early_media_that_is_never_confirmed_ends_the_call() {
    let mut network = Network::new(2, 1, FAIR);
    network.agents[1].manner = patient;
    let call = network.dial(0, 1);
    network.run_seconds(1);
    network.losses.push(("PRACK sip", usize::MAX));

    network.order(1, Order::Ring { call: network.incoming(1), status: 183, sdp: Some(b"early".to_vec().into()) });
    network.run_seconds(40);

    assert_eq!(network.ending(0, call).unwrap().cause, Cause::Refused(504));
    network.assert_empty();
}
