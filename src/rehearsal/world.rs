//! The world around a rehearsed gateway: customers, services and gateways that do as a transcript says, and a log of all that happens.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Chance, Clock};
use crate::flow::{Method, Passed, Transferred};
use crate::secret::Digits;
use crate::switchboard::Watch;

use super::moment::Moment;
use super::transcript::{Answer, Consent, Given, Manner};

/// The one tenant.
pub(super) const TENANT: &str = "rehearsal";

/// Moves by hand, and is shared by the doors and everything outside the gateway.
pub(super) struct World {
    pub clock: Clock,
    pub chance: Chance,
    state: Mutex<State>,
}

/// What is so in the world.
#[derive(Default)]
pub(super) struct State {
    pub customers: BTreeMap<String, Vec<(Method, String)>>,
    pub consents: BTreeMap<String, String>,
    /// Who was verified earlier in each call.
    pub verified: Option<String>,
    /// The codes that were sent, by whomever.
    pub codes: Vec<Digits>,
    services: BTreeMap<String, Service>,
    transfers: BTreeMap<String, Transferred>,
    /// Messages that were taken and lost, by their ids, until the gateway says so.
    lost: Vec<String>,
    log: Vec<Moment>,
    passed: BTreeSet<Passed>,
}

/// How a service behaves.
#[derive(Default)]
struct Service {
    down: bool,
    loses: bool,
    takes: Duration,
    answers: VecDeque<Answer>,
}

/// Why a service gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It cannot be reached.
    Down,
    /// It took longer than anybody waited.
    TooSlow,
}

impl World {
    pub fn new(clock: Clock, chance: Chance) -> Self {
        Self { clock, chance, state: Mutex::default() }
    }

    /// The state, for a moment.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down what happened.
    pub fn note(&self, moment: Moment) {
        self.state().log.push(moment);
    }

    /// Writes down better what happened as the moment with this number.
    pub fn amend(&self, number: usize, moment: Moment) {
        if let Some(noted) = self.state().log.get_mut(number) {
            *noted = moment;
        }
    }

    /// How many things have happened.
    pub fn moments(&self) -> usize {
        self.state().log.len()
    }

    /// What happened from the moment with this number on.
    pub fn log(&self, from: usize) -> Vec<Moment> {
        self.state().log.get(from..).unwrap_or_default().to_vec()
    }

    /// What the calls have passed in their flows.
    pub fn trail(&self) -> BTreeSet<Passed> {
        self.state().passed.clone()
    }

    /// Puts another state in the place of this one, and gives this one back.
    pub fn swap(&self, other: State) -> State {
        std::mem::replace(&mut self.state(), other)
    }

    /// Asks a service that is waited for as long as `patience`; the clock goes on meanwhile. The answer is the one that was
    /// given for it, or `None` where it does what such a service does.
    pub fn ask(&self, name: &str, patience: Duration) -> Result<Option<Answer>, Fault> {
        let mut state = self.state();
        let Some(service) = state.services.get_mut(name) else { return Ok(None) };
        if service.down {
            return Err(Fault::Down);
        }
        self.clock.advance(service.takes.min(patience));
        if service.takes > patience {
            return Err(Fault::TooSlow);
        }
        Ok(if service.answers.len() > 1 { service.answers.pop_front() } else { service.answers.front().cloned() })
    }

    /// Whether a gateway loses what it takes.
    pub fn loses(&self, gateway: &str) -> bool {
        self.state().services.get(gateway).is_some_and(|service| service.loses)
    }

    /// A message is lost.
    pub fn lose(&self, message_id: &str) {
        self.state().lost.push(message_id.to_owned());
    }

    /// The messages that were lost since this was asked last.
    pub fn take_lost(&self) -> Vec<String> {
        std::mem::take(&mut self.state().lost)
    }

    /// How a transfer to this address goes; nobody is at an address that is not given.
    pub fn transfer(&self, to: &str) -> Transferred {
        self.state().transfers.get(to).copied().unwrap_or(Transferred::Failed)
    }
}

impl Watch for World {
    fn passed(&self, passed: Vec<Passed>) {
        self.state().passed.extend(passed);
    }
}

impl State {
    /// A world in which the service knows one customer, who has a telephone.
    pub fn with_customer(id: &str, number: &str) -> Self {
        let contacts = vec![(Method::Sms, number.to_owned())];
        Self { customers: BTreeMap::from([(id.to_owned(), contacts)]), ..Self::default() }
    }

    /// Makes it so; settings and presets are the gateway's and change nothing here.
    pub fn give(&mut self, given: &Given) {
        match given {
            Given::Customer { id, contacts } => {
                self.customers.insert(id.clone(), contacts.clone());
            }
            Given::Service { name, manner } => self.services.entry(name.clone()).or_default().behave(manner),
            Given::Consent(Consent { contact, status }) => {
                self.consents.insert(contact.clone(), status.clone());
            }
            Given::Verified(id) => self.verified.clone_from(id),
            Given::Transfer { to, goes } => {
                self.transfers.insert(to.clone(), *goes);
            }
            Given::Setting { .. } | Given::Preset(_) => {}
        }
    }
}

impl Service {
    /// One that answers or takes its time is up again.
    fn behave(&mut self, manner: &Manner) {
        self.down = *manner == Manner::Down;
        self.loses = *manner == Manner::Loses;
        match manner {
            Manner::Down | Manner::Loses => {}
            Manner::Takes(long) => self.takes = *long,
            Manner::Answers(answers) => self.answers = answers.iter().cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn answer(status: &str) -> Answer {
        Answer { status: status.to_owned(), fields: Vec::new() }
    }

    fn world(manner: Manner) -> World {
        let world = World::new(Clock::by_hand(Timestamp::UNIX_EPOCH), Chance::seeded(1));
        world.state().give(&Given::Service { name: "find".into(), manner });
        world
    }

    #[test]
    fn answers_come_in_order_and_the_last_one_stays() {
        let world = world(Manner::Answers(vec![answer("not found"), answer("success")]));

        let answers = [(); 3].map(|()| world.ask("find", PATIENCE).unwrap().unwrap());

        assert_eq!(answers.map(|answer| answer.status), ["not found", "success", "success"]);
    }

    #[test]
    fn a_slow_service_costs_time_and_a_slower_one_patience() {
        let slow = world(Manner::Takes(Duration::from_secs(4)));
        assert_eq!(slow.ask("find", PATIENCE), Ok(None));
        assert_eq!(slow.clock.now().as_second(), 4);

        let slower = world(Manner::Takes(Duration::from_secs(6)));
        assert_eq!(slower.ask("find", PATIENCE), Err(Fault::TooSlow));
        assert_eq!(slower.clock.now().as_second(), 5);
    }

    #[test]
    fn a_service_is_down_until_it_answers() {
        let world = world(Manner::Down);
        assert_eq!(world.ask("find", PATIENCE), Err(Fault::Down));
        assert_eq!(world.ask("another", PATIENCE), Ok(None));

        world.state().give(&Given::Service { name: "find".into(), manner: Manner::Answers(vec![answer("success")]) });

        assert_eq!(world.ask("find", PATIENCE), Ok(Some(answer("success"))));
    }
}
