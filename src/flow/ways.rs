//! The ways on from a step, as checks, pictures and comparisons see them.

use super::document::Flow;
use super::keys::{BoundKey, Keys};
use super::menu::Choice;
use super::step::{Kind, Step};
use super::target::{Go, Target};

/// A way on from a step.
#[derive(Debug, Clone, Copy)]
pub struct Way<'f> {
    /// What takes it.
    pub by: By<'f>,
    /// Where to.
    pub go: &'f Go,
    /// What happens on the way; `None` for a `return`, which only leaves.
    pub target: Option<&'f Target>,
    /// Whether the step says so itself; else the flow does, under `otherwise` or `keys`.
    pub own: bool,
    /// Whether it is what `after_that` says, once the way proper is used up.
    pub used_up: bool,
}

/// What takes a way.
#[derive(Debug, Clone, Copy)]
pub enum By<'f> {
    /// This outcome.
    Outcome(&'f str),
    /// Every outcome that is not named.
    Any,
    /// The caller, choosing this line with this key.
    Choice(char, &'f Choice),
    /// The caller, by a bound key.
    Key(char),
    /// The case of a branch, counted from 0.
    Case(usize),
    /// Nothing: the step leaves the flow.
    Return,
}

/// A place a way leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place<'f> {
    /// The step of this id.
    Step(&'f str),
    /// The exit of this name.
    Exit(&'f str),
}

impl Flow {
    /// Every way on from `step`: its own ones first, then those that the flow says for all.
    pub fn ways<'f>(&'f self, step: &'f Step) -> Vec<Way<'f>> {
        let mut ways = Vec::new();
        let mut then: Vec<_> = step.then.iter().collect();
        then.sort_by_key(|(_, (place, _))| place.span.start);
        let own = then.into_iter().map(|(outcome, (_, target))| (By::Outcome(outcome), target));
        own.chain(step.any.as_ref().map(|target| (By::Any, target))).for_each(|(by, target)| push(&mut ways, by, target, true));
        self.kind_ways(step, &mut ways);
        self.shared_ways(step, &mut ways);
        ways
    }

    /// The places that `go` may lead to; a setting or a service may name any exit that needs nothing.
    pub fn places<'f>(&'f self, go: &'f Go) -> Vec<Place<'f>> {
        match go {
            Go::Name(name) if self.steps.contains_key(&name.text) => vec![Place::Step(&name.text)],
            Go::Name(name) => vec![Place::Exit(&name.text)],
            Go::Setting(_) | Go::AnswerPath => self.open_exits().into_iter().map(Place::Exit).collect(),
        }
    }

    fn kind_ways<'f>(&'f self, step: &'f Step, ways: &mut Vec<Way<'f>>) {
        match &step.kind {
            Kind::Menu(menu) => menu.keyed().for_each(|(key, choice)| push(ways, By::Choice(key, choice), &choice.target, true)),
            Kind::Branch(branch) => {
                branch.cases.iter().enumerate().for_each(|(number, case)| push(ways, By::Case(number), &case.target, true))
            }
            Kind::Return(leave) => ways.push(Way { by: By::Return, go: &leave.path, target: None, own: true, used_up: false }),
            Kind::Say(_) | Kind::YesNo(_) | Kind::Collect(_) | Kind::FindMethods(_) | Kind::ChooseMethod(_) => {}
            Kind::SendCode(_) | Kind::CheckCode(_) | Kind::ConsentRead(_) | Kind::ConsentSet(_) | Kind::WebService(_) => {}
            Kind::Call(_) | Kind::Require(_) | Kind::Transfer(_) | Kind::Set(_) | Kind::Wait(_) => {}
        }
        if let Some(listening) = step.kind.listening() {
            push_keys(ways, &listening.keys, true, |_| true);
        }
    }

    fn shared_ways<'f>(&'f self, step: &'f Step, ways: &mut Vec<Way<'f>>) {
        // A condition whose names are known fails on a wrong type only; that is no road anybody plans.
        let outcomes = if matches!(step.kind, Kind::Branch(_)) { &[] } else { step.kind.outcomes() };
        for outcome in outcomes {
            let shared = self.otherwise.get(*outcome).filter(|_| step.target(outcome).is_none());
            if let Some((_, target)) = shared {
                push(ways, By::Outcome(outcome), target, false);
            }
        }
        if let Some(listening) = step.kind.listening() {
            push_keys(ways, &self.keys, false, |key| !listening.keys.contains_key(&key));
        }
    }
}

fn push_keys<'f>(ways: &mut Vec<Way<'f>>, keys: &'f Keys, own: bool, wanted: impl Fn(char) -> bool) {
    for (key, bound) in keys.iter().filter(|(key, _)| wanted(**key)) {
        match bound {
            BoundKey::Target(target) => push(ways, By::Key(*key), target, own),
            BoundKey::Repeat | BoundKey::MoreTime => {}
        }
    }
}

fn push<'f>(ways: &mut Vec<Way<'f>>, by: By<'f>, target: &'f Target, own: bool) {
    let mut next = Some((target, false));
    while let Some((target, used_up)) = next {
        ways.push(Way { by, go: &target.go, target: Some(target), own, used_up });
        next = target.at_most.as_ref().map(|(_, after_that)| (after_that.as_ref(), true));
    }
}

impl<'f> Way<'f> {
    /// Whether something is said on it.
    pub fn speaks(&self) -> bool {
        self.target.is_some_and(|target| target.say.is_some())
    }

    /// Whether it ends by itself after some times.
    pub fn is_counted(&self) -> bool {
        self.target.is_some_and(|target| target.at_most.is_some())
    }

    /// The caller's own choice, by a key or in words.
    pub fn is_chosen(&self) -> bool {
        match self.by {
            By::Choice(..) | By::Key(_) | By::Outcome("said_yes" | "said_no") => true,
            By::Outcome(_) | By::Any | By::Case(_) | By::Return => false,
        }
    }
}
