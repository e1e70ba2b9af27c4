//! The engine: a flow, what is known, where the call stands and what has happened give what is to be done next.
//!
//! It never fails and never waits. What leads nowhere ends with spoken words and the path `error`.

use std::ops::ControlFlow;

use serde_json::{Map, Value};

use crate::secret::Digits;

use super::book::{Book, Chapter};
use super::document::{Flow, InputKind, Needs};
use super::effect::{ConsentStatus, Effect, Outcome};
use super::ending::{Farewell, Verdict, reason_of, verdict_of};
use super::facts::{Facts, Knowledge};
use super::input::Input;
use super::reading::Located;
use super::set;
use super::stage::{Next, Stage, plain};
use super::state::{Frame, State, Waiting};
use super::step::{Kind, Step as FlowStep};
use super::target::{Go, Target};
use super::trail::{Passed, Waypoint};
use super::turn::{Act, Turn};
use super::words::apology;

/// Most steps without a turn: more is a circle in which nobody speaks.
const MOST_STEPS: u32 = 200;

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
    /// The way there.
    pub trail: Vec<Passed>,
}

/// Takes a call one input further.
pub fn advance(book: &Book, knowledge: &dyn Knowledge, mut state: State, input: Input) -> Advance {
    let facts = Run::facts(book, knowledge, &state);
    let mut trail = Vec::new();
    let step = match facts {
        Some(facts) => Run { book, knowledge, facts, state: &mut state, trail: &mut trail, left: MOST_STEPS }.input(input),
        None => give_up(&mut state),
    };
    Advance { state, step, trail }
}

/// A call on its way from one input to the next thing to be done.
struct Run<'b, 's> {
    book: &'b Book,
    knowledge: &'s dyn Knowledge,
    facts: Facts,
    state: &'s mut State,
    trail: &'s mut Vec<Passed>,
    left: u32,
}

/// The way ends here, or goes on.
type Way<'b> = ControlFlow<Step, Next<'b>>;

impl<'b> Run<'b, '_> {
    fn facts(book: &Book, knowledge: &dyn Knowledge, state: &State) -> Option<Facts> {
        let frame = state.frame()?;
        Some(knowledge.facts(frame, &book.chapter(&frame.flow)?.settings.rules))
    }

    fn input(mut self, input: Input) -> Step {
        let next = match (input, self.state.waiting) {
            (Input::HungUp, _) => return self.abandon(),
            (Input::Began, Waiting::Start) => self.begin(),
            (Input::Heard(keys), Waiting::Caller) => self.heard(&keys),
            (Input::Silence, Waiting::Caller) => self.silent(),
            (Input::NoMatch, Waiting::Caller) => Some(Next::Outcome("no_match")),
            (Input::Transferred(transferred), Waiting::Caller) => Some(Next::Outcome(transferred.name())),
            (Input::Performed(outcome), Waiting::Effect) => self.performed(&outcome),
            (Input::Lost, Waiting::Effect) => self.lost(),
            (Input::Began | Input::Heard(_) | Input::Silence | Input::NoMatch, _) => None,
            (Input::Transferred(_) | Input::Performed(_) | Input::Lost, _) => None,
        };
        self.run(next)
    }

    fn run(mut self, first: Option<Next<'b>>) -> Step {
        let mut next = first;
        while let Some(now) = next {
            next = match now {
                Next::Outcome(outcome) => self.outcome(outcome),
                Next::Key(target) => Some(self.key(target)),
                Next::Target(target) => self.take(target),
                Next::Run { flow, inputs } => self.call(flow, inputs),
                Next::Leave { go, say, reason } => self.leave(go, say, reason),
                Next::Exit(name) => match self.exit(&name) {
                    Some(ControlFlow::Break(step)) => return step,
                    Some(ControlFlow::Continue(next)) => Some(next),
                    None => None,
                },
                Next::Listen(listen) => return self.speak(Act::Listen(*listen)),
                Next::Transfer(transfer) => return self.speak(Act::Transfer(transfer)),
                Next::Perform(effect) => {
                    self.state.waiting = Waiting::Effect;
                    return Step::Perform(effect);
                }
            };
        }
        give_up(self.state)
    }

    fn speak(self, act: Act) -> Step {
        self.state.waiting = Waiting::Caller;
        let said = std::mem::take(&mut self.state.said);
        Step::Speak(Box::new(Turn { language: self.state.language.clone(), said, act }))
    }

    fn begin(&mut self) -> Option<Next<'b>> {
        let start = &self.chapter()?.flow.start.text;
        self.enter(start)
    }

    fn heard(&mut self, keys: &Digits) -> Option<Next<'b>> {
        self.state.frames.last_mut()?.by_key = false;
        let step = self.step()?;
        self.stage(|stage| step.kind.heard(keys.expose(), stage))
    }

    /// Silence to the end; where the step minds it, because the message has not arrived.
    fn silent(&mut self) -> Option<Next<'b>> {
        let undelivered = self.facts.code.undelivered && self.step()?.then.contains_key("not_delivered");
        Some(Next::Outcome(if undelivered { "not_delivered" } else { "no_input" }))
    }

    fn performed(&mut self, outcome: &Outcome) -> Option<Next<'b>> {
        self.state.frames.last_mut()?.by_key = false;
        let step = self.step()?;
        if let (Kind::WebService(service), Outcome::Status(_)) = (&step.kind, outcome) {
            self.stage(|stage| service.answered(stage))?;
        }
        self.outcome(outcome.name())
    }

    /// What was begun is not done again: a message counts as sent, anything else as failed.
    fn lost(&mut self) -> Option<Next<'b>> {
        match self.step()?.kind {
            Kind::SendCode(_) => self.performed(&Outcome::Sent),
            _ => self.performed(&Outcome::ServiceError),
        }
    }

    fn outcome(&mut self, outcome: &str) -> Option<Next<'b>> {
        if let Some(reason) = reason_of(outcome) {
            self.state.frames.last_mut()?.reason = Some(reason.to_owned());
        }
        let own = self.step().and_then(|step| step.target(outcome));
        let otherwise = &self.chapter()?.flow.otherwise;
        let target = own.or_else(|| otherwise.get(outcome).map(|(_, target)| target))?;
        Some(Next::Target(target))
    }

    /// A key that leads straight to an exit or a transfer gives the reason `agent_requested`, or whatever the exit is called.
    fn key(&mut self, target: &'b Target) -> Next<'b> {
        let exit = self.exit_named(&target.go);
        let transfer = match &target.go {
            Go::Name(name) => self.step_named(&name.text).is_some_and(|step| matches!(step.kind, Kind::Transfer(_))),
            Go::Setting(_) | Go::AnswerPath => false,
        };
        let reason = exit.or(transfer.then(|| "agent".to_owned())).map(|wanted| format!("{wanted}_requested"));
        if let Some(frame) = self.state.frames.last_mut() {
            frame.by_key = true;
            frame.reason = reason.or(frame.reason.take());
        }
        Next::Target(target)
    }

    /// Say, set, go, ask: in this order.
    fn take(&mut self, target: &'b Target) -> Option<Next<'b>> {
        self.pass(Waypoint::Target(target.span.start));
        if let Some((most, after_that)) = &target.at_most {
            let frame = self.state.frames.last_mut()?;
            let taken = frame.taken.entry(format!("{}/{}", frame.step, target.span.start)).or_default();
            if *taken >= *most {
                return Some(Next::Target(after_that));
            }
            *taken += 1;
        }
        if let Some(language) = &target.language {
            self.state.language.clone_from(&language.text);
        }
        if let Some(say) = &target.say {
            self.stage(|stage| stage.say(&say.text))?;
        }
        self.stage(|stage| set::write(&target.set, stage))?;
        self.state.frames.last_mut()?.ask = target.ask.as_ref().map(|ask| ask.text.clone());
        match &target.go {
            Go::Name(name) if self.step_named(&name.text).is_some() => self.enter(&name.text),
            go => Some(Next::Exit(self.exit_named(go)?)),
        }
    }

    fn enter(&mut self, step: &str) -> Option<Next<'b>> {
        self.left = self.left.checked_sub(1)?;
        self.pass(Waypoint::Step(step.to_owned()));
        step.clone_into(&mut self.state.frames.last_mut()?.step);
        let step = self.step()?;
        self.stage(|stage| step.kind.enter(stage))
    }

    fn pass(&mut self, place: Waypoint) {
        let flow = self.state.frame().map(|frame| frame.flow.clone()).unwrap_or_default();
        self.trail.push(Passed { flow, place });
    }

    /// Runs another flow on top of this one; without what it needs it is not begun.
    fn call(&mut self, flow: &'b str, inputs: Map<String, Value>) -> Option<Next<'b>> {
        let called = &self.book.chapter(flow)?.flow;
        let frame = Frame::of(called, flow, |name| inputs.get(name).cloned(), self.knowledge);
        if !called.missing_inputs(&frame).is_empty() {
            return Some(Next::Outcome("service_error"));
        }
        self.state.frames.push(frame);
        self.learn()?;
        self.enter(&called.start.text)
    }

    /// Looks at the world again: another run has another identity and other rules.
    fn learn(&mut self) -> Option<()> {
        self.facts = Run::facts(self.book, self.knowledge, self.state)?;
        Some(())
    }

    fn leave(&mut self, go: &'b Go, say: Option<&'b Located>, reason: Option<&'b Located>) -> Option<Next<'b>> {
        if let Some(say) = say {
            self.stage(|stage| stage.say(&say.text))?;
        }
        if let Some(reason) = reason {
            self.state.frames.last_mut()?.reason = Some(reason.text.clone());
        }
        Some(self.exit_named(go).map_or(Next::Outcome("service_error"), Next::Exit))
    }

    /// Leaves by an exit: ends the call, or gives the exit's name as an outcome to the flow that called this one. An exit that
    /// needs what is not so is a `service_error`.
    fn exit(&mut self, name: &str) -> Option<Way<'b>> {
        self.left = self.left.checked_sub(1)?;
        let exit = self.chapter()?.flow.exits.get(name);
        let needs = exit.and_then(|exit| exit.needs);
        let open = match needs {
            None => true,
            Some(Needs::Verified) => self.facts.verification.still_valid,
            Some(Needs::Consent) => self.facts.consent.status == ConsentStatus::Consented.name(),
        };
        if !open {
            return Some(ControlFlow::Continue(Next::Outcome("service_error")));
        }
        self.pass(Waypoint::Exit(name.to_owned()));
        self.state.proven |= needs == Some(Needs::Verified);
        if let Some(say) = exit.and_then(|exit| exit.say.as_ref()) {
            self.stage(|stage| stage.say(&say.text))?;
        }
        if self.state.frames.len() == 1 {
            let (verdict, reason) = self.verdict(needs)?;
            let farewell = self.farewell(name, verdict, reason)?;
            self.state.waiting = Waiting::End;
            return Some(ControlFlow::Break(Step::End(Box::new(farewell))));
        }
        self.come_back(needs, name).map(ControlFlow::Continue)
    }

    /// The flow that called this one goes on; what explained the way out explains its ending too, until something else does.
    fn come_back(&mut self, needs: Option<Needs>, exit: &str) -> Option<Next<'b>> {
        let proven = (needs == Some(Needs::Verified)).then(|| "already_verified".to_owned());
        let reason = self.state.frames.pop()?.reason.or(proven);
        self.learn()?;
        let next = self.outcome(exit)?;
        let caller = self.state.frames.last_mut()?;
        caller.reason = reason.or(caller.reason.take());
        Some(next)
    }

    fn verdict(&self, needs: Option<Needs>) -> Option<(Verdict, String)> {
        let frame = self.state.frame()?;
        let reason = frame.reason.clone();
        if needs == Some(Needs::Verified) {
            let fresh = reason.filter(|reason| reason == "code_correct");
            return Some((Verdict::Verified, fresh.unwrap_or_else(|| "already_verified".to_owned())));
        }
        // A flow that verifies nobody itself tells what the flows it called found out.
        if frame.identity.is_empty() && self.state.proven && self.facts.verification.verified {
            return Some((Verdict::Verified, reason.unwrap_or_else(|| "already_verified".to_owned())));
        }
        let reason = reason.unwrap_or_else(|| "not_asked".to_owned());
        Some((verdict_of(&reason), reason))
    }

    fn farewell(&mut self, path: &str, verdict: Verdict, reason: String) -> Option<Farewell> {
        let chapter = self.chapter()?;
        let outputs = self.stage(|stage| {
            let value = |value| stage.evaluate(value).unwrap_or(Value::from(""));
            chapter.flow.outputs.iter().map(|(name, expression)| (name.clone(), value(expression))).collect::<Map<String, Value>>()
        })?;
        let say = std::mem::take(&mut self.state.said);
        Some(Farewell { path: path.to_owned(), verdict, reason, say, language: self.state.language.clone(), outputs })
    }

    fn abandon(mut self) -> Step {
        self.state.said.clear();
        self.state.frames.truncate(1);
        let farewell = self.farewell("hangup", Verdict::Abandoned, "hung_up".to_owned());
        let Some(farewell) = farewell else { return give_up(self.state) };
        self.state.waiting = Waiting::End;
        Step::End(Box::new(farewell))
    }

    fn chapter(&self) -> Option<&'b Chapter> {
        self.book.chapter(&self.state.frame()?.flow)
    }

    fn step(&self) -> Option<&'b FlowStep> {
        self.step_named(&self.state.frame()?.step)
    }

    fn step_named(&self, name: &str) -> Option<&'b FlowStep> {
        self.chapter()?.flow.steps.get(name)
    }

    /// The exit that a target names, by itself or by a setting or answer.
    fn exit_named(&self, go: &Go) -> Option<String> {
        let Chapter { flow, settings } = self.chapter()?;
        let name = match go {
            Go::Name(name) => name.text.clone(),
            Go::Setting(name) => settings.values.get(&name.text)?.as_str()?.to_owned(),
            Go::AnswerPath => self.facts.answer.path.clone()?,
        };
        let known = flow.exits.contains_key(&name) || settings.paths.contains(&name);
        known.then_some(name)
    }

    /// Gives the step that runs all that it may know and change.
    fn stage<R>(&mut self, work: impl FnOnce(&mut Stage<'b, '_>) -> R) -> Option<R> {
        let Chapter { flow, settings } = self.chapter()?;
        let State { frames, language, said, entry, .. } = &mut *self.state;
        let frame = frames.last_mut()?;
        let mut stage = Stage { facts: &self.facts, settings, prompts: &flow.prompts, keys: &flow.keys, frame, language, said, entry };
        Some(work(&mut stage))
    }
}

impl Frame {
    /// A run of `flow` that has not begun; `given` are its inputs by name.
    pub fn of(flow: &Flow, name: &str, given: impl Fn(&str) -> Option<Value>, knowledge: &dyn Knowledge) -> Self {
        let mut frame = Self { flow: name.to_owned(), ..Self::default() };
        for (input, declared) in &flow.inputs {
            let value = given(input).unwrap_or_else(|| match declared.kind {
                InputKind::Contact => Value::from(knowledge.contact()),
                InputKind::Identity | InputKind::Text | InputKind::Number | InputKind::Switch => Value::from(""),
            });
            if declared.kind == InputKind::Identity {
                frame.identity = plain(&value).trim().to_owned();
            }
            frame.inputs.insert(input.clone(), value);
        }
        frame
    }
}

/// The fall-back of fall-backs: nothing said where to go.
fn give_up(state: &mut State) -> Step {
    let language = state.language.clone();
    let (path, reason, outputs) = ("error".to_owned(), "internal".to_owned(), Map::new());
    state.waiting = Waiting::End;
    state.said.clear();
    Step::End(Box::new(Farewell { path, verdict: Verdict::Unavailable, reason, say: vec![apology(&language)], language, outputs }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::super::facts::{AnswerFacts, CallFacts, CodeFacts, ConsentFacts, MethodFacts, VerificationFacts};
    use super::super::method::Method;
    use super::super::rule::Rules;
    use super::super::setting::Overrides;
    use super::super::turn::Transferred;
    use super::super::turn::{Listen, Takes};
    use super::super::words::Words;
    use super::*;

    struct Call {
        book: Book,
        known: Known,
        state: State,
    }

    #[derive(Default)]
    struct Known {
        methods: Vec<MethodFacts>,
        verified: bool,
    }

    impl Knowledge for Known {
        fn facts(&self, _: &Frame, _: &Rules) -> Facts {
            Facts {
                now: Timestamp::UNIX_EPOCH,
                time_zone: TimeZone::UTC,
                call: CallFacts::default(),
                verification: VerificationFacts { still_valid: self.verified, verified: self.verified, ..VerificationFacts::default() },
                methods: self.methods.clone(),
                code: CodeFacts { digits: (6, 6), alive: true, number: 0, minutes: 5, undelivered: false },
                answer: AnswerFacts::default(),
                consent: ConsentFacts { status: "NO_CONSENT".to_owned(), allowed: true },
            }
        }

        fn contact(&self) -> String {
            "+4930901820".to_owned()
        }
    }

    const FLOWS: [(&str, &str); 3] = [
        ("two-factor", include_str!("../../flows/two-factor.yaml")),
        ("consent", include_str!("../../flows/consent.yaml")),
        ("front-door", include_str!("../../flows/front-door.yaml")),
    ];

    fn chapter(name: &str) -> Option<Chapter> {
        let (_, text) = FLOWS.iter().find(|(known, _)| *known == name)?;
        let flow = Flow::read(text).unwrap_or_else(|findings| panic!("{name}: {findings:#?}"));
        let settings = flow.settings(&Overrides::default()).unwrap();
        Some(Chapter { flow: Arc::new(flow), settings })
    }

    impl Call {
        fn of(flow: &str, known: Known) -> (Self, Step) {
            let book = Book::gather(flow, chapter).unwrap();
            let frame = Frame::of(&book.chapter(flow).unwrap().flow, flow, |_| None, &known);
            let mut call = Self { book, known, state: State::new("en", frame) };
            let step = call.then(Input::Began);
            (call, step)
        }

        fn begin(methods: &[Method]) -> (Self, Step) {
            let methods = methods.iter().map(|kind| MethodFacts { kind: *kind, mask: "21".to_owned() }).collect();
            Self::of("two-factor", Known { methods, verified: false })
        }

        fn then(&mut self, input: Input) -> Step {
            let Advance { state, step, .. } = advance(&self.book, &self.known, self.state.clone(), input);
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

    fn asked(step: Step) -> Listen {
        let Step::Speak(turn) = step else { panic!("a turn was expected, not {step:?}") };
        let Act::Listen(listen) = turn.act else { panic!("a question was expected, not {:?}", turn.act) };
        listen
    }

    #[test]
    fn two_methods_are_asked_for_in_the_services_order() {
        let (mut call, step) = Call::begin(&[Method::Email, Method::Sms]);
        assert!(matches!(step, Step::Perform(Effect::FindMethods { .. })));

        let asked = asked(call.then(Input::Performed(Outcome::Found)));

        assert_eq!(asked.takes, Takes::OneOf(vec!['1', '2']));
        let sent = call.hear("2");
        assert!(matches!(sent, Step::Perform(Effect::SendCode { method: Method::Sms, by_key: false, .. })), "{sent:?}");
    }

    #[test]
    fn a_right_code_opens_the_door_that_needs_it() {
        let (mut call, _) = Call::begin(&[Method::Sms]);
        call.then(Input::Performed(Outcome::Found));
        let asked = asked(call.then(Input::Performed(Outcome::Sent)));
        assert_eq!(ids(&asked.ask), ["code.ask"]);

        let checked = call.hear("012345");
        assert_eq!(checked, Step::Perform(Effect::CheckCode { entry: Some(Digits::new("012345")) }));
        assert_eq!(call.state.entry, None);
        call.known.verified = true;
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
        let asked = asked(call.then(Input::Performed(Outcome::TooSoon)));
        assert_eq!(ids(&asked.ask), ["code.too_soon"]);
        let Step::End(farewell) = call.hear("0#") else { panic!("the flow goes on") };

        assert_eq!((farewell.path.as_str(), farewell.reason.as_str()), ("agent", "agent_requested"));
        assert_eq!(ids(&farewell.say), ["to_agent"]);
    }

    #[test]
    fn a_consent_needs_a_yes_heard_in_this_call() {
        let (mut call, read) = Call::of("consent", Known::default());
        assert!(matches!(read, Step::Perform(Effect::ReadConsent { ref contact }) if contact == "+4930901820"), "{read:?}");

        asked(call.then(Input::Performed(Outcome::Consent(ConsentStatus::NoConsent))));
        let set = call.hear("1");

        let Step::Perform(Effect::SetConsent { status, evidence: Some(evidence), .. }) = set else { panic!("{set:?}") };
        assert_eq!((status, evidence.prompt.as_str(), evidence.key), (ConsentStatus::Consented, "consent.ask", '1'));
    }

    #[test]
    fn a_flow_called_by_another_gives_its_exit_as_an_outcome() {
        let (mut call, language) =
            Call::of("front-door", Known { methods: vec![MethodFacts { kind: Method::Sms, mask: "21".into() }], verified: false });
        asked(language);
        asked(call.hear("2"));
        assert_eq!(call.state.language, "es");

        let found = call.hear("10012#");
        assert!(matches!(found, Step::Perform(Effect::FindMethods { .. })), "{found:?}");
        assert_eq!((call.state.identity(), call.state.frames.len()), ("10012", 2));
        call.then(Input::Performed(Outcome::Found));
        asked(call.then(Input::Performed(Outcome::Sent)));
        let put_through = call.hear("0#");

        let Step::Speak(turn) = put_through else { panic!("{put_through:?}") };
        assert!(matches!(turn.act, Act::Transfer(_)), "{turn:?}");
        assert_eq!(ids(&turn.said), ["to_agent", "connecting"]);
        let Step::End(farewell) = call.then(Input::Transferred(Transferred::Ended)) else { panic!("the flow goes on") };
        assert_eq!((farewell.path.as_str(), farewell.verdict, farewell.reason.as_str()), ("done", Verdict::NotVerified, "agent_requested"));
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
