//! `wait`: holds the caller until something is so, or for so long. Nothing hangs meanwhile: the page asks again and again.

use serde_json::Value;

use super::amount::{Amount, Bounds};
use super::expression::Expression;
use super::expression_file::compile;
use super::listening::{Listening, follow};
use super::reading::{Fields, Located, Reading};
use super::stage::{Filling, Next, Stage};
use super::state::Held;
use super::turn::Hold;

/// Longest wait, in milliseconds: ten minutes, as long as a code can live.
const LONGEST_MS: u32 = 600_000;
const LONGEST_HINT: &str = "nobody listens to music for longer: lead the caller elsewhere, or call back";
const GIVE_UP_AFTER: Bounds = Bounds::time("give_up_after", 1_000, LONGEST_MS, 60_000).hint(LONGEST_HINT);
const SAY_EVERY: Bounds = Bounds::time("say_every", 1_000, LONGEST_MS, 20_000).hint(LONGEST_HINT);
/// How long a page listens before it asks whether the wait is over, in milliseconds; its music is not counted.
const PAUSE_MS: u32 = 500;

/// A step that waits.
#[derive(Debug, Clone)]
pub struct Wait {
    /// The words and the keys.
    pub listening: Listening,
    /// What it waits for; where there is nothing, it just lasts.
    pub until: Option<Expression>,
    /// How long it waits at most.
    pub give_up_after: Amount,
    /// How often callers hear that it still goes on.
    pub say_every: Amount,
}

impl Wait {
    /// The outcomes that a wait for something can have; one that just lasts has the last one only.
    pub(super) const OUTCOMES: &'static [&'static str] = &["happened", "timed_out"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let until = fields.take("for").and_then(|node| reading.text(node, "for"));
        let until = until.map(|until| read_until(&until, reading));
        let give_up_after = Amount::read(GIVE_UP_AFTER, fields, reading);
        let say_every = Amount::read(SAY_EVERY, fields, reading);
        let listening = Listening::read_held(fields, reading)?;
        let until = match until {
            Some(read) => Some(read?),
            None => None,
        };
        Some(Self { listening, until, give_up_after, say_every })
    }

    pub(super) fn outcomes(&self) -> &'static [&'static str] {
        if self.until.is_some() { Self::OUTCOMES } else { &["timed_out"] }
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        if self.has_happened(stage) {
            return Next::Outcome("happened");
        }
        stage.frame.held = Some(Held { since: stage.facts.now, said: 0 });
        self.ask(stage)
    }

    /// The page asks whether the wait is over.
    pub(super) fn waited(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        if self.has_happened(stage) {
            return Next::Outcome("happened");
        }
        let Some(held) = stage.frame.held else { return Next::Outcome("timed_out") };
        let waited_ms = u32::try_from(stage.facts.now.duration_since(held.since).as_millis()).unwrap_or(0);
        if waited_ms >= stage.amount(&self.give_up_after) {
            return Next::Outcome("timed_out");
        }
        let due = waited_ms.checked_div(stage.amount(&self.say_every)).unwrap_or(0);
        if due > held.said {
            stage.frame.held = Some(Held { said: due, ..held });
            self.say_again(due, stage);
        }
        self.hold(stage)
    }

    pub(super) fn heard<'f>(&'f self, pressed: &str, stage: &mut Stage<'f, '_>) -> Next<'f> {
        match self.listening.bound(pressed, false, stage.keys).map(follow) {
            Some(Next::Outcome(_)) => self.ask(stage),
            Some(next) => next,
            None => self.hold(stage),
        }
    }

    /// Whether callers may have to be told that it goes on.
    pub(super) fn may_say_again(&self) -> bool {
        self.say_every.span().start() < self.give_up_after.span().end()
    }

    /// The expressions it evaluates.
    pub(super) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let times = [&self.give_up_after, &self.say_every].into_iter().filter_map(Amount::expression);
        self.until.iter().chain(times)
    }

    /// A condition that cannot be evaluated has not come true.
    fn has_happened(&self, stage: &Stage<'_, '_>) -> bool {
        self.until.as_ref().is_some_and(|until| stage.evaluate(until) == Ok(Value::Bool(true)))
    }

    fn ask(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let own = format!("{}.ask", self.listening.ask.text);
        let id = stage.frame.ask.take().unwrap_or(own);
        stage.say(&id);
        self.hold(stage)
    }

    /// The wording by count; the last one stays.
    fn say_again(&self, times: u32, stage: &mut Stage<'_, '_>) {
        let wordings = stage.wordings(&format!("{}.no_input", self.listening.ask.text), &Filling::default());
        let place = usize::try_from(times - 1).unwrap_or(usize::MAX);
        let words = wordings.get(place).or(wordings.last()).cloned();
        stage.said.extend(words);
    }

    fn hold(&self, stage: &Stage<'_, '_>) -> Next<'_> {
        let keys = stage.keys.keys().chain(self.listening.keys.keys()).copied().collect();
        Next::Hold(Hold { keys, pause_ms: PAUSE_MS })
    }
}

fn read_until(until: &Located, reading: &mut Reading) -> Option<Expression> {
    if until.text == "verification" {
        let what = "no way of verifying is answered outside of the call, so no verdict can come by waiting";
        reading.fault("wait-for-verification", &until.span, what, "collect the code with `collect` and compare it with `check_code`");
        return None;
    }
    compile(until, "wait for a condition such as now.hour >= 9 or code.alive == false", reading)
}

#[cfg(test)]
mod tests {
    use crate::flow::{Act, Book, Chapter, Flow, Frame, Input, Overrides, State, Step, advance};

    use super::super::sample::Clocked;

    const FLOW: &str = r#"
callward: 1
title: Hold
languages: [en]
exits: { agent: {}, open: {} }
keys: { 0: agent, 9: repeat }
start: hold
steps:
  hold: { wait: { for: now.hour >= 9, ask: hold, give_up_after: 60s, say_every: 20s, then: { happened: open, timed_out: agent } } }
prompts:
  en:
    hold.ask: We open at nine. For an agent, press 0.
    hold.no_input: [Just a little longer., Still closed.]
"#;

    /// A call on hold; the world's clock stands at so many seconds past eight.
    struct Call {
        book: Book,
        state: State,
    }

    impl Call {
        fn new() -> Self {
            let flow = std::sync::Arc::new(Flow::read(FLOW).unwrap_or_else(|findings| panic!("{findings:#?}")));
            let settings = flow.settings(&Overrides::default()).unwrap();
            let chapter = Chapter { flow, settings };
            let book = Book::gather("hold", |_| Some(chapter.clone())).unwrap();
            let frame = Frame { flow: "hold".to_owned(), ..Frame::default() };
            Self { book, state: State::new("en", frame) }
        }

        fn then(&mut self, second: i64, input: Input) -> String {
            let advanced = advance(&self.book, &Clocked(8 * 3600 + second), self.state.clone(), input);
            self.state = advanced.state;
            match advanced.step {
                Step::Speak(turn) => match turn.act {
                    Act::Hold(hold) => {
                        assert_eq!(hold.keys, ['0', '9']);
                        turn.said.iter().map(|words| words.id.clone()).collect::<Vec<_>>().join(" ")
                    }
                    act => panic!("{act:?}"),
                },
                Step::End(farewell) => format!("{}: {}", farewell.path, farewell.reason),
                Step::Perform(effect) => panic!("{effect:?}"),
            }
        }
    }

    #[test]
    fn a_wait_ends_when_it_happens() {
        let mut call = Call::new();

        assert_eq!(call.then(3_570, Input::Began), "hold.ask");
        assert_eq!(call.then(3_573, Input::Waited), "");
        assert_eq!(call.then(3_600, Input::Waited), "open: not_asked");
        assert_eq!(Call::new().then(3_600, Input::Began), "open: not_asked");
    }

    #[test]
    fn it_says_that_it_goes_on_and_ends_in_time() {
        let mut call = Call::new();

        call.then(0, Input::Began);
        assert_eq!(call.then(19, Input::Waited), "");
        assert_eq!(call.then(21, Input::Waited), "hold.no_input");
        assert_eq!(call.then(23, Input::Waited), "");
        assert_eq!(call.then(45, Input::Silence), "hold.no_input");
        assert_eq!(call.then(60, Input::Waited), "agent: not_asked");
    }

    #[test]
    fn keys_lead_on_or_repeat_and_all_others_change_nothing() {
        let mut call = Call::new();

        call.then(0, Input::Began);
        assert_eq!(call.then(1, Input::Heard(crate::secret::Digits::new("9"))), "hold.ask");
        assert_eq!(call.then(2, Input::Heard(crate::secret::Digits::new("5"))), "");
        assert_eq!(call.then(3, Input::Heard(crate::secret::Digits::new("0"))), "agent: not_asked");
    }

    #[test]
    fn a_verdict_does_not_come_by_waiting() {
        let findings = Flow::read(&FLOW.replace("now.hour >= 9", "verification")).unwrap_err();

        assert_eq!(findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["wait-for-verification"]);
    }
}
