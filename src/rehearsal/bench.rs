//! What a case is played on: a world, the gateway in it, and a caller with a telephone.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::clock::{Chance, Clock};
use crate::store::{self, StoreError};

use super::call_end::CallEnd;
use super::coverage::Coverage;
use super::dialled::Dialled;
use super::discretion;
use super::earlier;
use super::gateways::{FALLBACKS, GATEWAYS};
use super::house::{Flows, House, near};
use super::moment::Moment;
use super::services::SERVICES;
use super::telephone::{Door, Telephone};
use super::transcript::Given;
use super::trouble::Trouble;
use super::world::{TENANT, World};

/// When every case begins: a Monday morning.
const START: Timestamp = Timestamp::constant(1_772_445_600, 0);
/// What chance is drawn from in every case.
const SEED: u64 = 1;
/// How long a call may be left alone (`http.call_idle_minutes`).
const IDLE: Duration = Duration::from_secs(15 * 60);
/// How long records are kept: 90 days.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);
/// What the given lines call the two sides of the consent service.
const CONSENT: [&str; 2] = ["consent read", "consent set"];

/// A bench for one case.
pub(super) struct Bench<'f> {
    door: Door,
    world: Arc<World>,
    house: House<'f>,
    telephone: Option<Telephone>,
    dialled: Option<Dialled>,
    /// The platform's ids of the calls so far.
    calls: Vec<String>,
    /// The moment of the caller's last act.
    act: usize,
}

impl<'f> Bench<'f> {
    /// A fresh world at a fixed time.
    pub async fn new(flows: &'f Flows, door: Door) -> Result<Self, StoreError> {
        let clock = Clock::by_hand(START);
        let world = Arc::new(World::new(clock.clone(), Chance::seeded(SEED)));
        let house = House::new(flows, Arc::clone(&world), store::open("memory:", clock).await?);
        Ok(Self { door, world, house, telephone: None, dialled: None, calls: Vec::new(), act: 0 })
    }

    /// Makes it so in world and gateway.
    pub fn give(&mut self, given: &Given) -> Result<(), Trouble> {
        self.world.state().give(given);
        match given {
            Given::Setting { name, value } => Ok(self.house.set(name, value)?),
            Given::Preset(name) => Ok(self.house.preset(name)?),
            Given::Service { name, .. } => self.provide(name),
            Given::Customer { .. } | Given::Consent(_) | Given::Verified(_) | Given::Transfer { .. } => Ok(()),
        }
    }

    /// Calls the process `target`. A call that still goes on is hung up.
    pub async fn call(&mut self, from: &str, target: &str, given: &[(String, String)]) -> Result<(), Trouble> {
        self.house.check(target).map_err(|(what, hint)| Trouble::unknown(what, hint))?;
        self.leave().await;
        let own_id = format!("call-{}", self.calls.len() + 1);
        let usual = [("from", from), ("to", target), ("call_id", &own_id)];
        let mut variables: Vec<_> = usual.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        variables.extend(given.iter().cloned());
        let dialled = Dialled { process: target.to_owned(), variables };
        let call_id = dialled.variable("call_id").to_owned();
        self.verify_earlier(&call_id).await?;
        self.calls.push(call_id);
        self.act(Moment::Called { from: from.to_owned(), target: target.to_owned(), variables: given.to_vec() });
        let (gateway, world) = (Arc::clone(&self.house.gateway), Arc::clone(&self.world));
        let telephone = Telephone::dial(self.door, gateway, world, &dialled).await;
        self.telephone = Some(telephone.map_err(|why| Trouble::difference("nobody can be called there", why))?);
        self.dialled = Some(dialled);
        Ok(())
    }

    pub async fn press(&mut self, keys: &str) -> Result<(), Trouble> {
        self.tell_lost().await?;
        self.act(Moment::Pressed(keys.to_owned()));
        self.telephone()?.press(keys).await;
        Ok(())
    }

    /// The caller does nothing for so long, or for as long as the page waits.
    pub async fn stay_silent(&mut self, long: Option<Duration>) -> Result<(), Trouble> {
        self.tell_lost().await?;
        self.telephone()?;
        self.act(Moment::Silent(long.unwrap_or_default()));
        let lasted = self.telephone()?.stay_silent(long).await;
        self.world.amend(self.act, Moment::Silent(lasted));
        Ok(())
    }

    pub async fn hang_up(&mut self) -> Result<(), Trouble> {
        self.act(Moment::HungUp);
        self.telephone()?.hang_up().await;
        Ok(())
    }

    /// The call is said to have ended, if there is one.
    pub async fn await_end(&mut self) {
        if let Some(telephone) = &mut self.telephone {
            telephone.await_end().await;
        }
    }

    /// Puts the handset down, where a call still goes on.
    pub async fn leave(&mut self) {
        if self.telephone.as_ref().is_some_and(|telephone| !telephone.is_over()) {
            self.act(Moment::HungUp);
        }
        if let Some(mut telephone) = self.telephone.take() {
            telephone.hang_up().await;
        }
    }

    /// Time passes for the gateway, which ends what was left alone.
    pub async fn pass(&self, passed: Duration) -> Result<(), Trouble> {
        self.world.clock.advance(passed);
        self.world.note(Moment::Passed(passed));
        let tidied = self.house.gateway.switchboard.tidy(IDLE, KEPT).await;
        tidied.map_err(|error| Trouble::fault(&error))
    }

    /// As long as the code that was sent last, and different in every digit; as long as a code can be where none was sent.
    pub fn wrong_code(&self) -> String {
        let sent = self.world.state().codes.last().map(|code| code.expose().to_owned());
        let process = self.dialled.as_ref().map_or("", |dialled| dialled.process.as_str());
        let code = sent.unwrap_or_else(|| "0".repeat(usize::from(self.house.code_digits(process).1)));
        code.bytes().map(|digit| char::from(b'0' + (digit.wrapping_sub(b'0') + 1) % 10)).collect()
    }

    /// All that happened.
    pub fn conversation(&self) -> Vec<Moment> {
        self.world.log(0)
    }

    /// What no log and no record may tell is not in `log`, nor in the records of the calls.
    pub async fn check_discretion(&self, log: &str) -> Result<(), Trouble> {
        let written = self.written(log).await?;
        let conversation = self.conversation();
        discretion::check(&self.world.state(), &conversation, &written)
    }

    /// What was logged, and the records of the calls.
    pub async fn written(&self, log: &str) -> Result<String, Trouble> {
        let records = self.records().await.map_err(|error| Trouble::fault(&error))?;
        Ok(records.iter().fold(log.to_owned(), |written, record| format!("{written}{record}\n")))
    }

    /// What of the flows was reached.
    pub fn coverage(&self) -> Coverage {
        Coverage::of(&self.conversation(), self.world.trail())
    }

    /// What happened since the caller acted last.
    pub fn since_act(&self) -> Vec<Moment> {
        self.world.log(self.act)
    }

    /// How the last call ended, if it has.
    pub fn end(&self) -> Option<CallEnd> {
        let of_call = self.conversation().into_iter().rev().take_while(|moment| !matches!(moment, Moment::Called { .. }));
        of_call.filter_map(|moment| if let Moment::Ended(end) = moment { Some(end) } else { None }).next()
    }

    /// The records of the calls so far, without those that the transcript does not tell.
    pub async fn records(&self) -> Result<Vec<Value>, StoreError> {
        let mut records = Vec::new();
        for call in &self.calls {
            let of_call = self.house.store.records_of_call(call).await?;
            let bodies = of_call.iter().filter_map(|record| serde_json::from_str::<Value>(&record.body).ok());
            records.extend(bodies.filter(|record| record.get("process").and_then(Value::as_str) != Some(earlier::CODE)));
        }
        Ok(records)
    }

    /// A service that a flow names, or a second gateway, is there from here on; others always are.
    fn provide(&mut self, name: &str) -> Result<(), Trouble> {
        if self.house.services().any(|service| service == name) {
            return Ok(self.house.provide(name)?);
        }
        if let Some((fallback, _)) = FALLBACKS.into_iter().find(|(fallback, _)| *fallback == name) {
            self.house.add_fallback(fallback);
            return Ok(());
        }
        let gateways = GATEWAYS.into_iter().chain(FALLBACKS).map(|(name, _)| name);
        let known = SERVICES.into_iter().chain(gateways).chain(CONSENT).chain(self.house.services());
        match known.clone().any(|known| known == name) {
            true => Ok(()),
            false => Err(Trouble::unknown(format!("there is no service called {name}"), near(name, known))),
        }
    }

    /// Where the caller is said to be verified, that happens now, earlier in the same call.
    async fn verify_earlier(&self, call_id: &str) -> Result<(), Trouble> {
        let Some(identity) = self.world.state().verified.clone() else { return Ok(()) };
        let number = format!("+49151000000{:02}", self.calls.len());
        let verified = earlier::verify(&self.house.gateway, &self.world, &identity, call_id, &number).await;
        verified.map_err(|error| Trouble::fault(&error))
    }

    /// Gateways say which messages were lost, before anything else happens.
    async fn tell_lost(&self) -> Result<(), Trouble> {
        for message in self.world.take_lost() {
            let told = self.house.gateway.switchboard.receipt(TENANT, &message, "failed").await;
            told.map_err(|error| Trouble::fault(&error))?;
        }
        Ok(())
    }

    /// The telephone of a call that goes on.
    fn telephone(&mut self) -> Result<&mut Telephone, Trouble> {
        let ended = self.end().map_or("nobody is there".to_owned(), |end| format!("it ended like this:\n{end}"));
        let telephone = self.telephone.as_mut().filter(|telephone| !telephone.is_over());
        telephone.ok_or_else(|| Trouble::difference("the call is over: the caller can do nothing", ended))
    }

    fn act(&mut self, moment: Moment) {
        self.act = self.world.moments();
        self.world.note(moment);
    }
}
