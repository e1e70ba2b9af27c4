//! The engine: a flow, the facts, where the call stands and what has happened give what is to be done next.
//!
//! It never fails and never waits. What leads nowhere ends with spoken words and the path `error`.

use serde_json::{Map, Value};

use crate::secret::Digits;

use super::document::{Flow, Needs};
use super::effect::{Effect, Outcome};
use super::ending::{Farewell, Verdict, reason_of, verdict_of};
use super::facts::Facts;
use super::reading::Located;
use super::setting::Settings;
use super::stage::{Next, Stage};
use super::state::{State, Waiting};
use super::step::Step as FlowStep;
use super::target::{Go, Target};
use super::turn::Turn;
use super::words::apology;

/// Most steps without a turn: more is a circle in which nobody speaks.
const MOST_STEPS: u32 = 200;

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The call began.
    Began,
    /// The caller pressed these keys, a closing `#` included.
    Heard(Digits),
    /// The caller stayed silent to the end.
    Silence,
    /// The caller pressed wrong keys to the end.
    NoMatch,
    /// The effect is done.
    Performed(Outcome),
    /// The caller hung up.
    HungUp,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Say something and listen.
    Speak(Box<Turn>),
    /// Do something outside.
    Perform(Effect),
    /// The flow is over.
    End(Box<Farewell>),
}

/// The call's new state, and what is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// Where the call stands.
    pub state: State,
    /// What is to be done.
    pub step: Step,
}

/// Takes a call one input further.
pub fn advance(flow: &Flow, settings: &Settings, facts: &Facts, mut state: State, input: Input) -> Advance {
    let stage = Stage { facts, settings, prompts: &flow.prompts, keys: &flow.keys, state: &mut state };
    let step = Run { flow, stage, left: MOST_STEPS }.input(input);
    Advance { state, step }
}

struct Run<'a> {
    flow: &'a Flow,
    stage: Stage<'a>,
    left: u32,
}

impl<'a> Run<'a> {
    fn input(mut self, input: Input) -> Step {
        let waiting = self.stage.state.waiting;
        let next = match (input, waiting) {
            (Input::HungUp, _) => return self.abandon(),
            (Input::Began, Waiting::Start) => self.enter(&self.flow.start.text),
            (Input::Heard(keys), Waiting::Caller) => self.heard(&keys),
            (Input::Silence, Waiting::Caller) => Some(Next::Outcome("no_input")),
            (Input::NoMatch, Waiting::Caller) => Some(Next::Outcome("no_match")),
            (Input::Performed(outcome), Waiting::Effect) => {
                self.stage.state.by_key = false;
                Some(Next::Outcome(outcome.name()))
            }
            (Input::Began | Input::Heard(_) | Input::Silence | Input::NoMatch | Input::Performed(_), _) => None,
        };
        self.run(next)
    }

    fn run(mut self, first: Option<Next<'a>>) -> Step {
        let mut next = first;
        loop {
            let Some(now) = next else { return self.give_up() };
            next = match now {
                Next::Outcome(outcome) => self.outcome(outcome),
                Next::Key(target) => Some(self.key(target)),
                Next::Target(target) => self.take(target),
                Next::Leave { go, say, reason } => match self.leave(go, say, reason) {
                    Ok(farewell) => return self.end(farewell),
                    Err(next) => Some(next),
                },
                Next::Exit(name) => match self.exit(&name) {
                    Ok(farewell) => return self.end(farewell),
                    Err(next) => Some(next),
                },
                Next::Listen(listen) => {
                    self.stage.state.waiting = Waiting::Caller;
                    let said = std::mem::take(&mut self.stage.state.said);
                    return Step::Speak(Box::new(Turn { language: self.stage.state.language.clone(), said, listen: *listen }));
                }
                Next::Perform(effect) => {
                    self.stage.state.waiting = Waiting::Effect;
                    return Step::Perform(effect);
                }
            };
        }
    }

    fn heard(&mut self, keys: &Digits) -> Option<Next<'a>> {
        self.stage.state.by_key = false;
        let step = self.step()?;
        Some(step.kind.heard(keys.expose(), &mut self.stage))
    }

    fn outcome(&mut self, outcome: &str) -> Option<Next<'a>> {
        if let Some(reason) = reason_of(outcome) {
            self.stage.state.reason = Some(reason.to_owned());
        }
        let own = self.step().and_then(|step| step.target(outcome));
        let target = own.or_else(|| self.flow.otherwise.get(outcome).map(|(_, target)| target))?;
        Some(Next::Target(target))
    }

    /// A key that leads straight to an exit gives the reason `EXIT_requested`.
    fn key(&mut self, target: &'a Target) -> Next<'a> {
        self.stage.state.by_key = true;
        if let Some(exit) = self.exit_named(&target.go) {
            self.stage.state.reason = Some(format!("{exit}_requested"));
        }
        Next::Target(target)
    }

    /// Say, set, go, ask: in this order.
    fn take(&mut self, target: &'a Target) -> Option<Next<'a>> {
        if let Some((most, after_that)) = &target.at_most {
            let key = format!("{}/{}", self.stage.state.step, target.span.start);
            let taken = self.stage.state.taken.entry(key).or_default();
            if *taken >= *most {
                return Some(Next::Target(after_that));
            }
            *taken += 1;
        }
        if let Some(language) = &target.language {
            self.stage.state.language.clone_from(&language.text);
        }
        if let Some(say) = &target.say {
            self.stage.say(&say.text);
        }
        super::set::write(&target.set, &mut self.stage);
        self.stage.state.ask = target.ask.as_ref().map(|ask| ask.text.clone());
        match &target.go {
            Go::Name(name) if self.flow.steps.contains_key(&name.text) => self.enter(&name.text),
            go => Some(Next::Exit(self.exit_named(go)?)),
        }
    }

    fn enter(&mut self, step: &str) -> Option<Next<'a>> {
        self.left = self.left.checked_sub(1)?;
        self.stage.state.step = step.to_owned();
        let step = self.step()?;
        Some(step.kind.enter(&mut self.stage))
    }

    fn step(&self) -> Option<&'a FlowStep> {
        self.flow.steps.get(&self.stage.state.step)
    }

    /// The exit that a target names, by itself or by a setting or answer.
    fn exit_named(&self, go: &Go) -> Option<String> {
        let name = match go {
            Go::Name(name) => name.text.clone(),
            Go::Setting(name) => self.stage.settings.values.get(&name.text)?.as_str()?.to_owned(),
            Go::AnswerPath => self.stage.facts.answer.path.clone()?,
        };
        let known = self.flow.exits.contains_key(&name) || self.stage.settings.paths.contains(&name);
        known.then_some(name)
    }

    fn leave(&mut self, go: &'a Go, say: Option<&'a Located>, reason: Option<&'a Located>) -> Result<Farewell, Next<'a>> {
        if let Some(say) = say {
            self.stage.say(&say.text);
        }
        if let Some(reason) = reason {
            self.stage.state.reason = Some(reason.text.clone());
        }
        match self.exit_named(go) {
            Some(name) => self.exit(&name),
            None => Err(Next::Outcome("service_error")),
        }
    }

    /// The exit's ending, or the outcome `service_error` where it needs what is not so.
    fn exit(&mut self, name: &str) -> Result<Farewell, Next<'a>> {
        let exit = self.flow.exits.get(name);
        let needs = exit.and_then(|exit| exit.needs);
        let open = match needs {
            None => true,
            Some(Needs::Verified) => self.stage.facts.verification.still_valid,
            Some(Needs::Consent) => false,
        };
        self.left = self.left.saturating_sub(1);
        if !open && self.left > 0 {
            return Err(Next::Outcome("service_error"));
        }
        if let Some(say) = exit.and_then(|exit| exit.say.as_ref()) {
            self.stage.say(&say.text);
        }
        let (verdict, reason) = self.verdict(needs);
        Ok(self.farewell(name, verdict, reason))
    }

    fn verdict(&self, needs: Option<Needs>) -> (Verdict, String) {
        let reason = self.stage.state.reason.clone();
        match needs {
            Some(Needs::Verified) => {
                let fresh = reason.filter(|reason| reason == "code_correct");
                (Verdict::Verified, fresh.unwrap_or_else(|| "already_verified".to_owned()))
            }
            Some(Needs::Consent) | None => {
                let reason = reason.unwrap_or_else(|| "not_asked".to_owned());
                (verdict_of(&reason), reason)
            }
        }
    }

    fn farewell(&mut self, path: &str, verdict: Verdict, reason: String) -> Farewell {
        let outputs = self.flow.outputs.iter().map(|(name, value)| (name.clone(), self.stage.evaluate(value).unwrap_or(Value::from(""))));
        let outputs: Map<String, Value> = outputs.collect();
        let say = std::mem::take(&mut self.stage.state.said);
        Farewell { path: path.to_owned(), verdict, reason, say, language: self.stage.state.language.clone(), outputs }
    }

    fn end(self, farewell: Farewell) -> Step {
        self.stage.state.waiting = Waiting::End;
        Step::End(Box::new(farewell))
    }

    fn abandon(mut self) -> Step {
        self.stage.state.said.clear();
        let farewell = self.farewell("hangup", Verdict::Abandoned, "hung_up".to_owned());
        self.end(farewell)
    }

    /// The fall-back of fall-backs: nothing said where to go.
    fn give_up(mut self) -> Step {
        let language = self.stage.state.language.clone();
        self.stage.state.said = vec![apology(&language)];
        let farewell = self.farewell("error", Verdict::Unavailable, "internal".to_owned());
        self.end(farewell)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::super::facts::{AnswerFacts, CallFacts, CodeFacts, MethodFacts, VerificationFacts};
    use super::super::method::Method;
    use super::super::setting::Overrides;
    use super::super::turn::Takes;
    use super::super::words::Words;
    use super::*;

    const TWO_FACTOR: &str = include_str!("../../flows/two-factor.yaml");

    struct Call {
        flow: Flow,
        settings: Settings,
        facts: Facts,
        state: State,
    }

    impl Call {
        fn begin(methods: &[Method]) -> (Self, Step) {
            let flow = Flow::read(TWO_FACTOR).unwrap();
            let settings = flow.settings(&Overrides::default()).unwrap();
            let methods = methods.iter().map(|kind| MethodFacts { kind: *kind, mask: "21".to_owned() }).collect();
            let facts = Facts {
                now: Timestamp::UNIX_EPOCH,
                time_zone: TimeZone::UTC,
                call: CallFacts::default(),
                verification: VerificationFacts::default(),
                methods,
                code: CodeFacts { digits: (6, 6), alive: true, number: 0, minutes: 5 },
                answer: AnswerFacts::default(),
            };
            let mut call = Self { flow, settings, facts, state: State::new("en", Map::new()) };
            let step = call.then(Input::Began);
            (call, step)
        }

        fn then(&mut self, input: Input) -> Step {
            let Advance { state, step } = advance(&self.flow, &self.settings, &self.facts, self.state.clone(), input);
            self.state = state;
            step
        }

        fn hear(&mut self, keys: &str) -> Step {
            self.then(Input::Heard(Digits::new(keys)))
        }
    }

    fn ids(words: &[Words]) -> Vec<&str> {
        words.iter().map(|words| words.id.as_str()).collect()
    }

    fn turn(step: Step) -> Turn {
        let Step::Speak(turn) = step else { panic!("a turn was expected, not {step:?}") };
        *turn
    }

    #[test]
    fn two_methods_are_asked_for_in_the_services_order() {
        let (mut call, step) = Call::begin(&[Method::Email, Method::Sms]);
        assert!(matches!(step, Step::Perform(Effect::FindMethods { .. })));

        let asked = turn(call.then(Input::Performed(Outcome::Found)));

        assert_eq!(asked.listen.takes, Takes::OneOf(vec!['1', '2']));
        let sent = call.hear("2");
        assert!(matches!(sent, Step::Perform(Effect::SendCode { method: Method::Sms, by_key: false, .. })), "{sent:?}");
    }

    #[test]
    fn a_right_code_opens_the_door_that_needs_it() {
        let (mut call, _) = Call::begin(&[Method::Sms]);
        call.then(Input::Performed(Outcome::Found));
        let asked = turn(call.then(Input::Performed(Outcome::Sent)));
        assert_eq!(ids(&asked.listen.ask), ["code.ask"]);

        let checked = call.hear("012345");
        assert_eq!(checked, Step::Perform(Effect::CheckCode { entry: Some(Digits::new("012345")) }));
        assert_eq!(call.state.entry, None);
        call.facts.verification.still_valid = true;
        let Step::End(farewell) = call.then(Input::Performed(Outcome::Right)) else { panic!("the flow goes on") };

        assert_eq!((farewell.path.as_str(), farewell.verdict, farewell.reason.as_str()), ("success", Verdict::Verified, "code_correct"));
        assert_eq!(ids(&farewell.say), ["success"]);
    }

    #[test]
    fn nobody_leaves_as_verified_without_a_verdict() {
        let (mut call, _) = Call::begin(&[Method::Sms]);
        call.then(Input::Performed(Outcome::Found));
        call.then(Input::Performed(Outcome::Sent));
        call.hear("012345");

        let Step::End(farewell) = call.then(Input::Performed(Outcome::Right)) else { panic!("the flow goes on") };

        assert_eq!((farewell.path.as_str(), farewell.verdict), ("agent", Verdict::Unavailable));
    }

    #[test]
    fn an_action_is_its_key_and_hash_and_resends_wait_when_a_key_asked() {
        let (mut call, _) = Call::begin(&[Method::Sms]);
        call.then(Input::Performed(Outcome::Found));
        call.then(Input::Performed(Outcome::Sent));

        assert!(matches!(call.hear("8#"), Step::Perform(Effect::SendCode { by_key: true, .. })));
        let asked = turn(call.then(Input::Performed(Outcome::TooSoon)));
        assert_eq!(ids(&asked.listen.ask), ["code.too_soon"]);
        let Step::End(farewell) = call.hear("0#") else { panic!("the flow goes on") };

        assert_eq!((farewell.path.as_str(), farewell.reason.as_str()), ("agent", "agent_requested"));
        assert_eq!(ids(&farewell.say), ["to_agent"]);
    }

    #[test]
    fn hanging_up_ends_a_call_anywhere() {
        let (mut call, _) = Call::begin(&[Method::Sms]);

        let Step::End(farewell) = call.then(Input::HungUp) else { panic!("the flow goes on") };

        assert_eq!((farewell.verdict, farewell.reason.as_str()), (Verdict::Abandoned, "hung_up"));
    }

    #[test]
    fn an_input_that_does_not_fit_ends_in_words() {
        let (mut call, _) = Call::begin(&[Method::Sms]);

        let Step::End(farewell) = call.hear("1") else { panic!("the flow goes on") };

        assert_eq!((farewell.path.as_str(), farewell.reason.as_str()), ("error", "internal"));
        assert_eq!(ids(&farewell.say), ["apology"]);
    }
}
