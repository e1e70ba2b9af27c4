//! Every target of a flow, wherever it stands.

use std::ops::Range;

use super::document::Flow;
use super::keys::{BoundKey, Keys};
use super::step::Kind;
use super::target::Target;

impl Flow {
    /// The bytes of the file that each target takes.
    pub fn targets(&self) -> Vec<Range<usize>> {
        let mut targets = Vec::new();
        each_target(self, &mut |target| targets.push(target.span.clone()));
        targets
    }
}

/// Calls `visit` with every target of the flow.
pub(super) fn each_target<'f>(flow: &'f Flow, visit: &mut dyn FnMut(&'f Target)) {
    each_key(&flow.keys, visit);
    flow.otherwise.values().for_each(|(_, target)| visit_target(target, visit));
    for step in flow.steps.values() {
        step.then.values().map(|(_, target)| target).chain(&step.any).for_each(|target| visit_target(target, visit));
        if let Some(listening) = step.kind.listening() {
            each_key(&listening.keys, visit);
        }
        match &step.kind {
            Kind::Branch(branch) => branch.cases.iter().for_each(|case| visit_target(&case.target, visit)),
            Kind::Menu(menu) => menu.choices.iter().for_each(|choice| visit_target(&choice.target, visit)),
            Kind::Say(_) | Kind::YesNo(_) | Kind::Collect(_) | Kind::FindMethods(_) | Kind::ChooseMethod(_) => {}
            Kind::SendCode(_) | Kind::CheckCode(_) | Kind::ConsentRead(_) | Kind::ConsentSet(_) | Kind::WebService(_) => {}
            Kind::Call(_) | Kind::Require(_) | Kind::Transfer(_) | Kind::Set(_) | Kind::Wait(_) | Kind::Return(_) => {}
        }
    }
}

fn each_key<'f>(keys: &'f Keys, visit: &mut dyn FnMut(&'f Target)) {
    for bound in keys.values() {
        match bound {
            BoundKey::Target(target) => visit_target(target, visit),
            BoundKey::Repeat | BoundKey::MoreTime => {}
        }
    }
}

fn visit_target<'f>(target: &'f Target, visit: &mut dyn FnMut(&'f Target)) {
    visit(target);
    if let Some((_, after_that)) = &target.at_most {
        visit_target(after_that, visit);
    }
}
