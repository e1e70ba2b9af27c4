//! The roads through a flow: which step leads to which, and what lies within reach.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::{Flow, FlowStep, Located, Place, Way, scalars};

/// A flow with its roads.
#[derive(Debug)]
pub(super) struct Roads<'f> {
    pub flow: &'f Flow,
    /// The file's text.
    pub text: &'f str,
    /// Every value of the file.
    pub values: Vec<Located>,
    /// The steps in the order of the file, each with the ways on.
    pub steps: Vec<(&'f FlowStep, Vec<Way<'f>>)>,
    places: BTreeMap<&'f str, usize>,
}

impl<'f> Roads<'f> {
    pub fn of(flow: &'f Flow, text: &'f str) -> Self {
        let mut steps: Vec<_> = flow.steps.values().map(|step| (step, flow.ways(step))).collect();
        steps.sort_by_key(|(step, _)| step.id.span.start);
        let places = steps.iter().enumerate().map(|(number, (step, _))| (step.id.text.as_str(), number)).collect();
        Self { flow, text, values: scalars(text), steps, places }
    }

    /// Every step that a call can come to, by its place in the file.
    pub fn within_reach(&self) -> BTreeSet<usize> {
        self.places.get(self.flow.start.text.as_str()).map(|start| self.reach(*start, |_, _| true)).unwrap_or_default()
    }

    /// The step `from` and every one behind it, on ways that `passable` lets through.
    pub fn reach(&self, from: usize, passable: impl Fn(&FlowStep, &Way<'f>) -> bool) -> BTreeSet<usize> {
        let (mut reached, mut pending) = (BTreeSet::from([from]), vec![from]);
        while let Some(number) = pending.pop() {
            let next = self.next(number, &passable).into_iter().filter(|next| reached.insert(*next));
            pending.extend(next.collect::<Vec<_>>());
        }
        reached
    }

    /// Every circle: the steps that lead back to one another on passable ways, each set once.
    pub fn circles(&self, passable: impl Fn(&FlowStep, &Way<'f>) -> bool) -> Vec<BTreeSet<usize>> {
        let behind: Vec<BTreeSet<usize>> = (0..self.steps.len())
            .map(|number| self.next(number, &passable).into_iter().flat_map(|next| self.reach(next, &passable)).collect())
            .collect();
        let leads = |from: usize, to: usize| behind.get(from).is_some_and(|behind| behind.contains(&to));
        let mut circles: Vec<BTreeSet<usize>> = Vec::new();
        for number in (0..self.steps.len()).filter(|number| leads(*number, *number)) {
            if circles.iter().all(|circle| !circle.contains(&number)) {
                circles.push((0..self.steps.len()).filter(|other| leads(number, *other) && leads(*other, number)).collect());
            }
        }
        circles
    }

    /// The steps that a way leads to.
    pub fn steps_at(&self, way: &Way<'f>) -> Vec<usize> {
        let step = |place: Place<'_>| match place {
            Place::Step(id) => self.places.get(id).copied(),
            Place::Exit(_) => None,
        };
        self.flow.places(way.go).into_iter().filter_map(step).collect()
    }

    /// Whether a way leads out of the flow.
    pub fn leaves(&self, way: &Way<'f>) -> bool {
        self.flow.places(way.go).iter().any(|place| matches!(place, Place::Exit(_)))
    }

    fn next(&self, number: usize, passable: impl Fn(&FlowStep, &Way<'f>) -> bool) -> Vec<usize> {
        let Some((step, ways)) = self.steps.get(number) else { return Vec::new() };
        ways.iter().filter(|way| passable(step, way)).flat_map(|way| self.steps_at(way)).collect()
    }
}
