//! The engine: a flow, what is known, where the call stands and what has happened give what is to be done next.
//!
//! It never fails and never waits. What leads nowhere ends with spoken words and the path `error`.

use std::ops::ControlFlow;

use crate::secret::Digits;

use super::book::Book;
use super::effect::Outcome;
use super::facts::Knowledge;
use super::input::{Advance, Input, Step};
use super::leaving::give_up;
use super::run::Run;
use super::stage::Next;
use super::state::{State, Waiting};
use super::step::Kind;
use super::turn::{Act, Turn};

/// Takes a call one input further.
pub fn advance(book: &Book, knowledge: &dyn Knowledge, mut state: State, input: Input) -> Advance {
    let facts = Run::facts(book, knowledge, &state);
    let mut trail = Vec::new();
    let step = match facts {
        Some(facts) => Run { book, knowledge, facts, state: &mut state, trail: &mut trail }.input(input),
        None => give_up(&mut state),
    };
    Advance { state, step, trail }
}

impl<'b> Run<'b, '_> {
    fn input(mut self, input: Input) -> Step {
        let next = match (input, self.state.waiting) {
            (Input::HungUp, _) => return self.abandon(),
            (Input::Began, Waiting::Start) => self.begin(),
            (Input::Heard(keys), Waiting::Caller) => self.heard(&keys),
            (Input::Silence | Input::NoMatch | Input::Waited, Waiting::Caller) if self.holds() => self.waited(),
            (Input::Silence, Waiting::Caller) => self.silent(),
            (Input::NoMatch, Waiting::Caller) => Some(Next::Outcome("no_match")),
            (Input::Transferred(transferred), Waiting::Caller) => Some(Next::Outcome(transferred.name())),
            (Input::Performed(outcome), Waiting::Effect) => self.performed(&outcome),
            (Input::Lost, Waiting::Effect) => self.lost(),
            (Input::Began | Input::Heard(_) | Input::Silence | Input::NoMatch | Input::Waited, _) => None,
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
                Next::Run { flow, process, inputs } => self.call(flow, process, inputs),
                Next::Leave { go, say, reason } => self.leave(go, say, reason),
                Next::Exit(name) => match self.exit(&name) {
                    Some(ControlFlow::Break(step)) => return step,
                    Some(ControlFlow::Continue(next)) => Some(next),
                    None => None,
                },
                Next::Listen(listen) => return self.speak(Act::Listen(*listen)),
                Next::Transfer(transfer) => return self.speak(Act::Transfer(transfer)),
                Next::Hold(hold) => return self.speak(Act::Hold(hold)),
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
        self.state.steps = 0;
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

    /// Whether the step holds the caller: it waits, or says something before it reaches out.
    fn holds(&self) -> bool {
        self.step().is_some_and(|step| matches!(step.kind, Kind::Wait(_)) || step.kind.meanwhile().is_some())
    }

    /// The wait may be over; what is said meanwhile has been said.
    fn waited(&mut self) -> Option<Next<'b>> {
        let step = self.step()?;
        self.stage(|stage| match &step.kind {
            Kind::Wait(wait) => wait.waited(stage),
            kind => kind.enter(stage),
        })
    }

    /// Silence to the end; where the step minds it, because the message has not arrived.
    fn silent(&mut self) -> Option<Next<'b>> {
        let undelivered = self.facts.code.undelivered && self.step()?.then.contains_key("not_delivered");
        Some(Next::Outcome(if undelivered { "not_delivered" } else { "no_input" }))
    }

    fn performed(&mut self, outcome: &Outcome) -> Option<Next<'b>> {
        self.state.frames.last_mut()?.by_key = false;
        let step = self.step()?;
        if let (Kind::WebService(service), Outcome::Status(status)) = (&step.kind, outcome) {
            self.stage(|stage| service.answered(stage))?;
            // A service's own word explains no ending, whatever it is called.
            return self.way(status);
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
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use crate::flow::{
        AnswerFacts, CallFacts, Chapter, CodeFacts, ConsentFacts, ConsentStatus, Effect, Facts, Flow, Frame, Listen, Method, MethodFacts,
        Overrides, Rules, Takes, Transferred, Verdict, VerificationFacts, Words,
    };

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
                consent: ConsentFacts { status: "NO_CONSENT".to_owned(), allowed: true, vouched: "+4930901820".to_owned() },
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
    fn a_flow_that_verifies_nobody_says_so_whatever_happens() {
        let (mut call, _) = Call::of("consent", Known::default());
        asked(call.then(Input::Performed(Outcome::Consent(ConsentStatus::NoConsent))));

        let Step::End(farewell) = call.then(Input::Silence) else { panic!("the flow goes on") };

        assert_eq!(
            (farewell.path.as_str(), farewell.verdict, farewell.reason.as_str()),
            ("not_recorded", Verdict::NotVerified, "not_asked")
        );
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
