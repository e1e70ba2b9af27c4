//! Tests of who is heard: passwords that were proved, repeats, and strangers in measure.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::action::Action;
use super::event::Order;
use super::network::{FAIR, Network, account, patient};
use super::network_strangers::{request, stranger};
use super::rate::RateSettings;
use super::tally::Tally;
use crate::secret::SecretText;

/// A network whose second telephone trusts nobody by address.
fn by_password(burst: u32) -> Network {
    let mut network = Network::with(2, 1, FAIR, |settings| {
        settings.admission.trusted.clear();
        settings.admission.users = HashMap::from([("pbx".to_owned(), SecretText::new("hush"))]);
        settings.admission.strangers.burst = burst;
    });
    network.agents[1].manner = patient;
    network
}

fn calls_with(network: &mut Network, password: &str) {
    let mut dial = network.call_to(0, 1);
    dial.account = account("pbx", password);
    network.order(0, Order::Dial(Box::new(dial)));
    network.run(Duration::from_millis(300));
}

fn rung(network: &Network) -> usize {
    network.agents[1].heard.iter().filter(|action| matches!(action, Action::Incoming(..))).count()
}

#[test]
fn who_has_proved_a_password_calls_as_often_as_who_is_trusted() {
    let mut network = by_password(4);

    (0..30).for_each(|_| calls_with(&mut network, "hush"));

    assert_eq!(rung(&network), 30);
}

#[test]
fn a_proof_is_forgotten_and_a_wrong_password_is_none() {
    let mut network = by_password(4);
    calls_with(&mut network, "hush");
    network.run_seconds(400);

    (0..30).for_each(|_| calls_with(&mut network, "wrong"));

    let challenges = network.ladder().iter().filter(|word| **word == "401").count();
    assert!((4..20).contains(&challenges), "{challenges}");
}

#[test]
fn repeats_of_what_is_known_are_answered_as_often_as_a_client_may_send_them() {
    let mut network = Network::with(1, 1, FAIR, |settings| {
        settings.admission.trusted.clear();
        settings.admission.strangers = RateSettings { burst: 3, one_each: Duration::from_secs(3600), most_sources: 10 };
    });

    (0..60).for_each(|_| network.receive(0, stranger(), &request("OPTIONS", "z9hG4bK1", "")));

    assert_eq!(network.ladder(), ["200"; 13], "one, ten repeats of it, and what else a stranger may ask");
}

#[test]
fn what_is_turned_away_is_counted_once() {
    let mut network = by_password(2);

    calls_with(&mut network, "hush");
    calls_with(&mut network, "wrong");
    (1..=9).for_each(|number| network.receive(1, stranger(), &request("INVITE", &format!("z9hG4bK{number}"), "")));

    let tally = network.agents[1].ua.take_tally();
    assert_eq!((tally.refused, tally.unheard), (BTreeMap::from([(401, 1 + 2 + 2)]), 9 - 2));
    assert_eq!(network.agents[1].ua.take_tally(), Tally::default());
}
