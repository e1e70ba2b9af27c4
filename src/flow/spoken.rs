//! Which prompts are said where.

use super::document::Flow;
use super::method::Method;
use super::reading::Located;
use super::step::{Kind, Step};
use super::targets::each_target;

/// A prompt that something names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The prompt's id.
    pub id: String,
    /// Where it is named: itself, or the family it belongs to.
    pub place: Located,
}

impl Flow {
    /// Every prompt that a step, a way or an exit may say or send.
    pub fn spoken(&self) -> Vec<Spoken> {
        let mut spoken = Vec::new();
        each_target(self, &mut |target| spoken.extend(target.say.iter().chain(&target.ask).map(named)));
        spoken.extend(self.exits.values().filter_map(|exit| exit.say.as_ref()).map(named));
        self.steps.values().for_each(|step| spoken.extend(step.spoken()));
        spoken
    }
}

impl Step {
    /// The prompts that the step itself says or sends.
    pub fn spoken(&self) -> Vec<Spoken> {
        let mut spoken = Vec::new();
        match (&self.kind, self.kind.listening()) {
            (Kind::Wait(wait), Some(listening)) if wait.may_say_again() => {
                spoken.extend(family(&listening.ask, ["ask", "no_input"]));
            }
            (Kind::Wait(_), Some(listening)) => spoken.extend(family(&listening.ask, ["ask"])),
            (_, Some(listening)) => spoken.extend(family(&listening.ask, ["ask", "no_input", "no_match"])),
            (_, None) => {}
        }
        spoken.extend(self.kind.meanwhile().map(named));
        match &self.kind {
            Kind::Say(say) => spoken.push(named(&say.prompt)),
            Kind::Menu(menu) => spoken.extend(menu.choices.iter().map(|choice| named(&choice.offer))),
            Kind::ChooseMethod(choose) => spoken.extend(family(&choose.listening.ask, Method::ALL.map(Method::name))),
            Kind::SendCode(send) => spoken.extend(family(&send.message, [Method::Email, Method::Sms].map(Method::name))),
            Kind::Return(leave) => spoken.extend(leave.say.as_ref().map(named)),
            Kind::Transfer(transfer) => spoken.extend(transfer.say.as_ref().map(named)),
            Kind::YesNo(_) | Kind::Collect(_) | Kind::FindMethods(_) | Kind::CheckCode(_) | Kind::ConsentRead(_) => {}
            Kind::ConsentSet(_) | Kind::WebService(_) | Kind::Call(_) | Kind::Require(_) | Kind::Branch(_) | Kind::Set(_) => {}
            Kind::Wait(_) => {}
        }
        spoken
    }
}

fn named(place: &Located) -> Spoken {
    Spoken { id: place.text.clone(), place: place.clone() }
}

fn family<const N: usize>(name: &Located, members: [&'static str; N]) -> impl Iterator<Item = Spoken> {
    members.into_iter().map(|member| Spoken { id: format!("{}.{member}", name.text), place: name.clone() })
}
