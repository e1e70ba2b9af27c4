//! Plays a case line by line: acts are done, what is told is compared with what happened.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::clock::{Chance, Clock};
use crate::finding::Finding;
use crate::flow::SettingFault;
use crate::store::{self, StoreError};

use super::call_end::CallEnd;
use super::coverage::Coverage;
use super::earlier;
use super::expectation::{Since, Unmet, returns};
use super::gateways::{FALLBACKS, GATEWAYS};
use super::house::{Flows, House, near};
use super::moment::Moment;
use super::outcome::CaseOutcome;
use super::pattern::Bindings;
use super::services::SERVICES;
use super::telephone::{Dialled, Door, Telephone};
use super::transcript::{Case, Ends, Given, Keys, Line, Tells, Transcript};
use super::world::World;

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

/// Plays every case of a transcript by one door, each in a fresh world.
pub async fn rehearse(flows: &Flows, transcript: &Transcript, door: Door) -> Vec<CaseOutcome> {
    let mut outcomes = Vec::new();
    for case in &transcript.cases {
        outcomes.push(play(flows, &transcript.given, case, door).await);
    }
    outcomes
}

async fn play(flows: &Flows, given: &[Line], case: &Case, door: Door) -> CaseOutcome {
    let clock = Clock::by_hand(START);
    let world = Arc::new(World::new(clock.clone(), Chance::seeded(SEED)));
    let store = match store::open("memory:", clock).await {
        Ok(store) => store,
        Err(error) => return CaseOutcome::new(case, door, Vec::new(), Some(fault(&case.span, &error)), Coverage::default()),
    };
    let house = House::new(flows, Arc::clone(&world), store);
    let (bound, since) = (Bindings::new(), Since::default());
    let mut player = Player { door, world, house, telephone: None, dialled: None, calls: Vec::new(), bound, since, act: 0 };
    let mut difference = None;
    for line in given.iter().chain(&case.lines) {
        if let Err(finding) = player.line(line).await {
            difference = Some(finding);
            break;
        }
    }
    let conversation = player.world.log(0);
    player.leave().await;
    let coverage = Coverage::of(&conversation, &player.records().await.unwrap_or_default());
    CaseOutcome::new(case, door, conversation, difference, coverage)
}

struct Player<'f> {
    door: Door,
    world: Arc<World>,
    house: House<'f>,
    telephone: Option<Telephone>,
    dialled: Option<Dialled>,
    /// The platform's ids of the calls so far.
    calls: Vec<String>,
    bound: Bindings,
    since: Since,
    /// The moment of the caller's last act.
    act: usize,
}

impl Player<'_> {
    async fn line(&mut self, line: &Line) -> Result<(), Finding> {
        let span = &line.span;
        let unmet = |what: &'static str| move |unmet| difference(span, what, unmet);
        let since_act = self.world.log(self.act);
        match &line.tells {
            Tells::Given(given) => self.give(given, span),
            Tells::Call { from, target, variables } => self.call(from, target, variables, span).await,
            Tells::Presses(keys) => self.press(keys, span).await,
            Tells::StaysSilent(long) => self.stay_silent(*long, span).await,
            Tells::HangsUp => self.hang_up(span).await,
            Tells::Clock(passed) => self.pass(*passed, span).await,
            Tells::Hears(hears) => self.since.hears(hears, &since_act).map_err(unmet("this was not heard")),
            Tells::Receives(message) => {
                let bound = self.since.receives(message.as_ref(), &since_act).map_err(unmet("this did not arrive"))?;
                self.bound.extend(bound);
                Ok(())
            }
            Tells::Asks { service, fields } => self.since.asks(service, fields, &since_act).map_err(unmet("this was not asked")),
            Tells::Written(consent) => self.since.written(consent.as_ref(), &since_act).map_err(unmet("this was not written down")),
            Tells::Transfers(to) => self.since.transfers(to, &since_act).map_err(unmet("the call did not go there")),
            Tells::Returns(ends) => returns(ends, self.end().as_ref()).map_err(unmet("the call did not end so")),
            Tells::Recorded(ends) => self.recorded(ends, span).await,
            Tells::HungUp => match self.end() {
                Some(end) if !end.by_caller => Ok(()),
                Some(_) => Err(difference(span, "we did not end the call", Unmet("the caller hung up".to_owned()))),
                None => Err(difference(span, "we did not end the call", Unmet("it waits for the caller".to_owned()))),
            },
        }
    }

    fn give(&mut self, given: &Given, span: &Range<usize>) -> Result<(), Finding> {
        let wrong = |fault: SettingFault| {
            Finding::error("cannot-be-given", span.clone(), format!("{}: {}", fault.name, fault.what)).hint(fault.hint)
        };
        self.world.state().give(given);
        match given {
            Given::Setting { name, value } => self.house.set(name, value).map_err(wrong),
            Given::Preset(name) => self.house.preset(name).map_err(wrong),
            Given::Service { name, .. } if self.house.services().any(|service| service == name) => self.house.provide(name).map_err(wrong),
            Given::Service { name, .. } => self.provide(name, span),
            Given::Customer { .. } | Given::Consent(_) | Given::Verified(_) | Given::Transfer { .. } => Ok(()),
        }
    }

    /// A service that a flow names, or a second gateway, is there from here on; others always are.
    fn provide(&mut self, name: &str, span: &Range<usize>) -> Result<(), Finding> {
        if let Some((fallback, _)) = FALLBACKS.into_iter().find(|(fallback, _)| *fallback == name) {
            self.house.add_fallback(fallback);
            return Ok(());
        }
        let gateways = GATEWAYS.into_iter().chain(FALLBACKS).map(|(name, _)| name);
        let known = SERVICES.into_iter().chain(gateways).chain(CONSENT).chain(self.house.services());
        if known.clone().any(|known| known == name) {
            return Ok(());
        }
        Err(Finding::error("cannot-be-given", span.clone(), format!("there is no service called {name}")).hint(near(name, known)))
    }

    async fn call(&mut self, from: &str, target: &str, given: &[(String, String)], span: &Range<usize>) -> Result<(), Finding> {
        let refused = |(what, hint): (String, String)| Finding::error("no-such-process", span.clone(), what).hint(hint);
        self.house.check(target).map_err(refused)?;
        self.leave().await;
        let own_id = format!("call-{}", self.calls.len() + 1);
        let usual = [("from", from), ("to", target), ("call_id", &own_id)];
        let mut variables: Vec<_> = usual.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        variables.extend(given.iter().cloned());
        let dialled = Dialled { process: target.to_owned(), variables };
        let call_id = dialled.variable("call_id").to_owned();
        self.verify_earlier(&call_id, span).await?;
        self.calls.push(call_id);
        self.act(Moment::Called { from: from.to_owned(), target: target.to_owned(), variables: given.to_vec() });
        let (gateway, world) = (Arc::clone(&self.house.gateway), Arc::clone(&self.world));
        let telephone = Telephone::dial(self.door, gateway, world, &dialled).await;
        self.telephone = Some(telephone.map_err(|why| Finding::error("no-call", span.clone(), why))?);
        self.dialled = Some(dialled);
        Ok(())
    }

    /// Where the caller is said to be verified, that happens now, earlier in the same call.
    async fn verify_earlier(&self, call_id: &str, span: &Range<usize>) -> Result<(), Finding> {
        let Some(identity) = self.world.state().verified.clone() else { return Ok(()) };
        let number = format!("+49151000000{:02}", self.calls.len());
        let verified = earlier::verify(&self.house.gateway, &self.world, &identity, call_id, &number).await;
        verified.map_err(|error| fault(span, &error))
    }

    async fn press(&mut self, keys: &[Keys], span: &Range<usize>) -> Result<(), Finding> {
        let keys: String = keys.iter().map(|keys| self.keys(keys)).collect();
        self.act(Moment::Pressed(keys.clone()));
        self.telephone(span)?.press(&keys).await;
        Ok(())
    }

    async fn stay_silent(&mut self, long: Option<Duration>, span: &Range<usize>) -> Result<(), Finding> {
        let patience = self.telephone(span)?.patience();
        let long = long.unwrap_or(patience);
        self.act(Moment::Silent(long));
        self.telephone(span)?.stay_silent(long).await;
        Ok(())
    }

    async fn hang_up(&mut self, span: &Range<usize>) -> Result<(), Finding> {
        self.act(Moment::HungUp);
        self.telephone(span)?.hang_up().await;
        Ok(())
    }

    /// Puts the handset down, where a call still goes on.
    async fn leave(&mut self) {
        if self.telephone.as_ref().is_some_and(|telephone| !telephone.is_over()) {
            self.act(Moment::HungUp);
        }
        if let Some(mut telephone) = self.telephone.take() {
            telephone.hang_up().await;
        }
    }

    /// Time passes, and the gateway ends what was left alone.
    async fn pass(&self, passed: Duration, span: &Range<usize>) -> Result<(), Finding> {
        self.world.clock.advance(passed);
        self.world.note(Moment::Passed(passed));
        let tidied = self.house.gateway.switchboard.tidy(IDLE, KEPT).await;
        tidied.map_err(|error| fault(span, &error))
    }

    /// The telephone of a call that goes on.
    fn telephone(&mut self, span: &Range<usize>) -> Result<&mut Telephone, Finding> {
        let ended = self.end().map_or("nobody is there".to_owned(), |end| format!("it ended like this:\n{end}"));
        match self.telephone.as_mut().filter(|telephone| !telephone.is_over()) {
            Some(telephone) => Ok(telephone),
            None => Err(difference(span, "the call is over: the caller can do nothing", Unmet(ended))),
        }
    }

    fn keys(&self, keys: &Keys) -> String {
        match keys {
            Keys::These(keys) => keys.clone(),
            Keys::Bound(name) => self.bound.get(name).cloned().unwrap_or_default(),
            Keys::Wrong => self.wrong_code(),
        }
    }

    /// As long as the code that was sent last, and different in every digit; as long as a code can be where none was sent.
    fn wrong_code(&self) -> String {
        let sent = self.world.state().code.as_ref().map(|code| code.expose().to_owned());
        let process = self.dialled.as_ref().map_or("", |dialled| dialled.process.as_str());
        let code = sent.unwrap_or_else(|| "0".repeat(usize::from(self.house.code_digits(process).1)));
        code.bytes().map(|digit| char::from(b'0' + (digit.wrapping_sub(b'0') + 1) % 10)).collect()
    }

    /// From here on things are counted for the lines to come.
    fn act(&mut self, moment: Moment) {
        self.act = self.world.moments();
        self.since = Since::default();
        self.world.note(moment);
    }

    /// How the last call ended, if it has.
    fn end(&self) -> Option<CallEnd> {
        let of_call = self.world.log(0).into_iter().rev().take_while(|moment| !matches!(moment, Moment::Called { .. }));
        of_call.filter_map(|moment| if let Moment::Ended(end) = moment { Some(end) } else { None }).next()
    }

    async fn recorded(&self, ends: &Ends, span: &Range<usize>) -> Result<(), Finding> {
        let records = self.records().await.map_err(|error| fault(span, &error))?;
        let Some(record) = records.last() else {
            return Err(difference(span, "the call has no record", Unmet("a record is written when a call ends".to_owned())));
        };
        let value = |name: &str| Some(record.get(name)?.as_str()?.to_owned()).filter(|value| !value.is_empty());
        let path = value("path").unwrap_or_default();
        let came = Ends { path, verdict: value("status"), method: value("method"), reason: value("reason") };
        match ends.fits(&came) {
            true => Ok(()),
            false => Err(difference(span, "the record says something else", Unmet(format!("recorded  {came}")))),
        }
    }

    /// The records of the calls so far, without those that the transcript does not tell.
    async fn records(&self) -> Result<Vec<Value>, StoreError> {
        let mut records = Vec::new();
        for call in &self.calls {
            let of_call = self.house.store.records_of_call(call).await?;
            let bodies = of_call.iter().filter_map(|record| serde_json::from_str::<Value>(&record.body).ok());
            records.extend(bodies.filter(|record| record.get("process").and_then(Value::as_str) != Some(earlier::CODE)));
        }
        Ok(records)
    }
}

fn difference(span: &Range<usize>, what: &str, unmet: Unmet) -> Finding {
    Finding::error("difference", span.clone(), what).hint(unmet.0)
}

fn fault(span: &Range<usize>, error: &dyn std::error::Error) -> Finding {
    Finding::error("no-rehearsal", span.clone(), format!("this cannot be played: {error}"))
}

#[cfg(test)]
mod tests {
    use super::super::house::Flows;
    use super::*;
    use crate::finding::Source;
    use crate::flow::Flow;

    fn flows() -> Flows {
        let two_factor = Flow::read(include_str!("../../flows/two-factor.yaml")).unwrap();
        Flows::from([("two-factor".to_owned(), Arc::new(two_factor))])
    }

    fn read(text: &str) -> Transcript {
        Transcript::read(text).unwrap()
    }

    async fn differences(text: &str) -> Vec<Option<(&'static str, String)>> {
        let outcomes = rehearse(&flows(), &read(text), Door::Offline).await;
        outcomes.into_iter().map(|outcome| outcome.difference.map(|finding| (finding.what.leak() as &str, finding.hint))).collect()
    }

    #[tokio::test]
    async fn a_failure_shows_the_conversation_and_the_line_that_did_not_come_true() {
        let text = "given customer 1: sms +491701234533\ncase wrong\ncall +49 -> two-factor  identity=1\nhears Hello.\nhangs up\n";
        let source = Source { path: "a.call".to_owned(), text: text.to_owned() };

        let outcomes = rehearse(&flows(), &read(text), Door::Offline).await;
        let shown = outcomes[0].render(&source, false);

        let lines = [
            "wrong (offline), as it went:",
            "  call      +49 -> two-factor  identity=1",
            "  hears     I have sent a 6-digit code to the number ending 3 3. Enter it on your keypad. For more time, press star.",
            "error[difference]: this was not heard",
            "a.call:4:1",
            "4 | hears Hello.",
            "since the caller acted last came:",
        ];
        assert!(lines.iter().all(|line| shown.contains(line)), "{shown}");
        assert!(!shown.contains("hangs up"), "{shown}");
        assert_eq!(outcomes[0].json(&source)["line"], 2);
    }

    #[tokio::test]
    async fn what_cannot_be_given_is_found_with_the_nearest_name() {
        let differences = differences(
            "case setting\ngiven setting maximum_atempts_at_sending = 2\n\
             case value\ngiven setting maximum_attempts_at_sending = 9\n\
             case preset\ngiven preset genesys_step\n\
             case service\ngiven code_authentification is down\n\
             case process\ncall +49 -> two-faktor\n",
        );

        let hints: Vec<String> = differences.await.into_iter().map(|difference| difference.unwrap().1).collect();
        let expected = [
            "did you mean maximum_attempts_at_sending?",
            "it may be 1 to 5",
            "did you mean genesys_step6?",
            "did you mean code_authentication?",
            "did you mean two-factor?",
        ];
        assert_eq!(hints, expected);
    }

    #[tokio::test]
    async fn nobody_acts_in_a_call_that_is_over_and_none_ends_before_it_does() {
        let differences = differences(
            "given customer 1: sms +491701234533\n\
             case over\ncall +49 -> two-factor  identity=1\npresses 0#\nreturns agent\npresses 1\n\
             case not over\ncall +49 -> two-factor  identity=1\nreturns agent\n\
             case ours\ncall +49 -> two-factor  identity=1\nhangs up\nhung up\n",
        );

        let hints: Vec<String> = differences.await.into_iter().map(|difference| difference.unwrap().1).collect();
        assert!(hints[0].starts_with("it ended like this:\nreturns   agent: not_verified, agent_requested"), "{hints:?}");
        assert_eq!(hints[1], "the call goes on: it waits for the caller");
        assert_eq!(hints[2], "the caller hung up");
    }

    #[tokio::test]
    async fn every_case_begins_in_the_same_world() {
        let case = "case one\ncall +49 -> two-factor  identity=1\npresses {wrong}\nstays silent\n";
        let text = format!("given customer 1: sms +491701234533\n{case}{case}");

        let outcomes = rehearse(&flows(), &read(&text), Door::Offline).await;

        assert_eq!(outcomes[0].conversation, outcomes[1].conversation);
        assert!(outcomes[0].coverage.prompts.contains("code.no_input"), "{:?}", outcomes[0].coverage);
        assert!(outcomes[0].coverage.outcomes.contains(&("check".to_owned(), "wrong".to_owned())), "{:?}", outcomes[0].coverage);
    }
}
