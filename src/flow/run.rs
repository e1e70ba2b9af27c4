//! A call on its way through its flows: from outcome to target to step, and into the flows that steps call.

use serde_json::{Map, Value};

use super::book::{Book, Chapter};
use super::document::{Flow, InputKind};
use super::ending::reason_of;
use super::facts::{Facts, Knowledge};
use super::set;
use super::stage::{Next, Stage, plain};
use super::state::{Frame, State};
use super::step::{Kind, Step};
use super::subflow;
use super::target::{Go, Target};
use super::trail::{Passed, Waypoint};
use super::turn::Hold;

/// Most steps without a turn: more is a circle in which nobody speaks. It ends as `service_error`.
const MOST_STEPS: u32 = 200;
/// Steps that are left to that `service_error` for its way out.
const LAST_STEPS: u32 = 20;

/// A call on its way from one input to the next thing to be done.
pub(super) struct Run<'b, 's> {
    pub book: &'b Book,
    pub knowledge: &'s dyn Knowledge,
    pub facts: Facts,
    pub state: &'s mut State,
    pub trail: &'s mut Vec<Passed>,
}

impl<'b> Run<'b, '_> {
    pub(super) fn facts(book: &Book, knowledge: &dyn Knowledge, state: &State) -> Option<Facts> {
        let frame = state.frame()?;
        Some(knowledge.facts(frame, &book.chapter_of(frame)?.settings.rules))
    }

    pub(super) fn outcome(&mut self, outcome: &str) -> Option<Next<'b>> {
        if let Some(reason) = reason_of(outcome) {
            self.state.frames.last_mut()?.reason = Some(reason.to_owned());
        }
        self.way(outcome)
    }

    /// Where an outcome leads.
    pub(super) fn way(&mut self, outcome: &str) -> Option<Next<'b>> {
        let own = self.step().and_then(|step| step.target(outcome));
        let otherwise = &self.chapter()?.flow.otherwise;
        let target = own.or_else(|| otherwise.get(outcome).map(|(_, target)| target))?;
        Some(Next::Target(target))
    }

    /// A key that leads straight to an exit or a transfer gives the reason `agent_requested`, or whatever the exit is called.
    pub(super) fn key(&mut self, target: &'b Target) -> Next<'b> {
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
    pub(super) fn take(&mut self, target: &'b Target) -> Option<Next<'b>> {
        self.pass(Waypoint::Target(target.span.start));
        if let Some((most, after_that)) = &target.at_most {
            let most = self.stage(|stage| stage.amount(most))?;
            let frame = self.state.frames.last_mut()?;
            let taken = frame.taken.entry(format!("{}/{}", frame.step, target.span.start)).or_default();
            if *taken >= most {
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

    pub(super) fn enter(&mut self, step: &str) -> Option<Next<'b>> {
        if let Some(circle) = self.tread()? {
            return Some(circle);
        }
        self.pass(Waypoint::Step(step.to_owned()));
        step.clone_into(&mut self.state.frames.last_mut()?.step);
        let step = self.step()?;
        self.stage(|stage| match step.kind.meanwhile() {
            Some(prompt) => {
                stage.say(&prompt.text);
                Next::Hold(Hold::none())
            }
            None => step.kind.enter(stage),
        })
    }

    /// Counts a step: the one too many is a `service_error`, and nothing goes on for ever.
    pub(super) fn tread(&mut self) -> Option<Option<Next<'b>>> {
        self.state.steps += 1;
        match self.state.steps {
            0..=MOST_STEPS => Some(None),
            steps if steps == MOST_STEPS + 1 => Some(Some(Next::Outcome("service_error"))),
            steps => (steps <= MOST_STEPS + LAST_STEPS).then_some(None),
        }
    }

    pub(super) fn pass(&mut self, place: Waypoint) {
        let flow = self.state.frame().map(|frame| frame.flow.clone()).unwrap_or_default();
        self.trail.push(Passed { flow, place });
    }

    /// Runs another flow on top of this one; without what it needs it is not begun.
    pub(super) fn call(&mut self, flow: &'b str, process: Option<&'b str>, inputs: Map<String, Value>) -> Option<Next<'b>> {
        let called = &self.book.chapter(&subflow::chapter(flow, process))?.flow;
        let mut frame = Frame::of(called, flow, |name| inputs.get(name).cloned(), self.knowledge);
        frame.process = process.map(str::to_owned);
        if !called.missing_inputs(&frame).is_empty() {
            return Some(Next::Outcome("service_error"));
        }
        self.state.frames.push(frame);
        self.learn()?;
        self.enter(&called.start.text)
    }

    /// Looks at the world again: another run has another identity and other rules.
    pub(super) fn learn(&mut self) -> Option<()> {
        self.facts = Run::facts(self.book, self.knowledge, self.state)?;
        Some(())
    }

    pub(super) fn chapter(&self) -> Option<&'b Chapter> {
        self.book.chapter_of(self.state.frame()?)
    }

    pub(super) fn step(&self) -> Option<&'b Step> {
        self.step_named(&self.state.frame()?.step)
    }

    fn step_named(&self, name: &str) -> Option<&'b Step> {
        self.chapter()?.flow.steps.get(name)
    }

    /// The exit that a target names, by itself or by a setting or answer.
    pub(super) fn exit_named(&self, go: &Go) -> Option<String> {
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
    pub(super) fn stage<R>(&mut self, work: impl FnOnce(&mut Stage<'b, '_>) -> R) -> Option<R> {
        let Chapter { flow, settings } = self.chapter()?;
        let State { frames, language, said, entry, .. } = &mut *self.state;
        let frame = frames.last_mut()?;
        let (prompts, grammars, keys) = (&flow.prompts, &flow.grammars, &flow.keys);
        let mut stage = Stage { facts: &self.facts, settings, prompts, grammars, keys, frame, language, said, entry };
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
