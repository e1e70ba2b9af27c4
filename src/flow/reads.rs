//! The expressions that a flow evaluates, and the variables it writes.

use super::amount::Amount;
use super::document::Flow;
use super::expression::Expression;
use super::listening::Listening;
use super::step::{Kind, Step};
use super::targets::each_target;

impl Flow {
    /// Every expression of the flow.
    pub(super) fn expressions(&self) -> Vec<&Expression> {
        let mut expressions = Vec::new();
        each_target(self, &mut |target| expressions.extend(target.expressions()));
        expressions.extend(self.outputs.values());
        self.steps.values().for_each(|step| expressions.extend(step.expressions()));
        expressions
    }
}

impl Step {
    /// The expressions that the step itself evaluates; those on its ways are its targets'.
    pub fn expressions(&self) -> Vec<&Expression> {
        let listening = self.kind.listening().map(Listening::amounts).into_iter().flatten();
        let reaching = self.kind.reaching().and_then(|reaching| reaching.give_up_after.as_ref());
        listening.chain(reaching).filter_map(Amount::expression).chain(self.own_expressions()).collect()
    }

    fn own_expressions(&self) -> Vec<&Expression> {
        match &self.kind {
            Kind::Branch(branch) => {
                branch.cases.iter().filter_map(|case| case.condition.as_ref()).map(|(condition, _)| condition).collect()
            }
            Kind::Set(set) => set.to.iter().map(|(_, expression)| expression).collect(),
            Kind::Collect(collect) => collect.expressions(),
            Kind::WebService(service) => service.send.iter().chain(&service.keep).map(|(_, expression)| expression).collect(),
            Kind::Call(call) => call.with.iter().map(|(_, expression)| expression).collect(),
            Kind::ConsentRead(read) => read.contact.expression().into_iter().collect(),
            Kind::ConsentSet(set) => set.contact.expression().into_iter().collect(),
            Kind::Transfer(transfer) => transfer.to.expression().into_iter().chain(transfer.ring_for.expression()).collect(),
            Kind::Require(require) => require.max_age.iter().filter_map(Amount::expression).collect(),
            Kind::Wait(wait) => wait.expressions().collect(),
            Kind::Menu(menu) => menu.each.iter().map(|each| &each.list).collect(),
            Kind::Say(_) | Kind::YesNo(_) | Kind::FindMethods(_) | Kind::ChooseMethod(_) => Vec::new(),
            Kind::SendCode(_) | Kind::CheckCode(_) | Kind::Return(_) => Vec::new(),
        }
    }

    /// The variables that the step itself writes.
    pub fn writes(&self) -> Vec<&str> {
        match &self.kind {
            Kind::Collect(collect) => collect.keep.iter().map(|keep| keep.text.as_str()).collect(),
            Kind::Set(set) => set.to.iter().map(|(name, _)| name.as_str()).collect(),
            Kind::WebService(service) => service.keep.iter().map(|(name, _)| name.as_str()).collect(),
            Kind::Menu(menu) => menu.each.iter().map(|each| each.name.text.as_str()).collect(),
            Kind::Say(_) | Kind::YesNo(_) | Kind::Branch(_) | Kind::FindMethods(_) => Vec::new(),
            Kind::ChooseMethod(_) | Kind::SendCode(_) | Kind::CheckCode(_) | Kind::ConsentRead(_) => Vec::new(),
            Kind::ConsentSet(_) | Kind::Call(_) | Kind::Require(_) | Kind::Transfer(_) | Kind::Wait(_) => Vec::new(),
            Kind::Return(_) => Vec::new(),
        }
    }
}
