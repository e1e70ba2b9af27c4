//! A step: its kind and where each of its outcomes goes.

use std::collections::BTreeMap;

use super::branch::Branch;
use super::check_code::CheckCode;
use super::choose_method::ChooseMethod;
use super::collect::Collect;
use super::consent_read::ConsentRead;
use super::consent_set::ConsentSet;
use super::find_methods::FindMethods;
use super::leave::Leave;
use super::listening::Listening;
use super::menu::Menu;
use super::node::{Name, Node, Shape};
use super::reaching::Reaching;
use super::reading::{Fields, Located, Reading};
use super::require::Require;
use super::say::Say;
use super::send_code::SendCode;
use super::set::Set;
use super::stage::{Next, Stage};
use super::subflow::CallFlow;
use super::target::Target;
use super::transfer::Transfer;
use super::wait::Wait;
use super::web_service::WebService;
use super::yes_no::YesNo;

/// One step of a flow.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its id.
    pub id: Located,
    /// What it does.
    pub kind: Kind,
    /// Where its outcomes go.
    pub then: BTreeMap<String, (Located, Target)>,
    /// Where every outcome goes that `then` does not name.
    pub any: Option<Target>,
}

/// The kinds of steps.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Speaks.
    Say(Say),
    /// Lets the caller choose.
    Menu(Menu),
    /// Asks for yes or no.
    YesNo(YesNo),
    /// Collects digits.
    Collect(Box<Collect>),
    /// Finds the contact methods.
    FindMethods(FindMethods),
    /// Lets the caller choose a method.
    ChooseMethod(ChooseMethod),
    /// Sends a code.
    SendCode(SendCode),
    /// Checks the code.
    CheckCode(CheckCode),
    /// Reads a consent status.
    ConsentRead(ConsentRead),
    /// Writes a consent status.
    ConsentSet(ConsentSet),
    /// Asks a service.
    WebService(WebService),
    /// Runs another flow.
    Call(CallFlow),
    /// Guards.
    Require(Require),
    /// Puts the caller through.
    Transfer(Transfer),
    /// Decides.
    Branch(Branch),
    /// Writes variables.
    Set(Set),
    /// Waits.
    Wait(Box<Wait>),
    /// Leaves the flow.
    Return(Leave),
}

/// The names of all kinds, for hints.
const KINDS: &[&str] = &[
    "say",
    "menu",
    "yes_no",
    "collect",
    "find_methods",
    "choose_method",
    "send_code",
    "check_code",
    "consent.read",
    "consent.set",
    "web_service",
    "call",
    "require",
    "transfer",
    "branch",
    "set",
    "wait",
    "return",
];

/// The outcomes that a flow hopes for.
const WISHED: &[&str] = &[
    "done",
    "said_yes",
    "said_no",
    "entered",
    "found",
    "chosen",
    "sent",
    "not_needed",
    "right",
    "consented",
    "saved",
    "met",
    "ended",
    "happened",
    "success",
];

impl Kind {
    /// The name that flow files give it.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Say(_) => "say",
            Kind::Menu(_) => "menu",
            Kind::YesNo(_) => "yes_no",
            Kind::Collect(_) => "collect",
            Kind::FindMethods(_) => "find_methods",
            Kind::ChooseMethod(_) => "choose_method",
            Kind::SendCode(_) => "send_code",
            Kind::CheckCode(_) => "check_code",
            Kind::ConsentRead(_) => "consent.read",
            Kind::ConsentSet(_) => "consent.set",
            Kind::WebService(_) => "web_service",
            Kind::Call(_) => "call",
            Kind::Require(_) => "require",
            Kind::Transfer(_) => "transfer",
            Kind::Branch(_) => "branch",
            Kind::Set(_) => "set",
            Kind::Wait(_) => "wait",
            Kind::Return(_) => "return",
        }
    }

    /// Every outcome a step of this kind can have.
    pub fn outcomes(&self) -> &'static [&'static str] {
        match self {
            Kind::Say(_) => Say::OUTCOMES,
            Kind::Menu(menu) => menu.outcomes(),
            Kind::YesNo(_) => YesNo::OUTCOMES,
            Kind::Collect(_) => Collect::OUTCOMES,
            Kind::FindMethods(_) => FindMethods::OUTCOMES,
            Kind::ChooseMethod(_) => ChooseMethod::OUTCOMES,
            Kind::SendCode(_) => SendCode::OUTCOMES,
            Kind::CheckCode(_) => CheckCode::OUTCOMES,
            Kind::Branch(_) => Branch::OUTCOMES,
            Kind::Set(_) => Set::OUTCOMES,
            Kind::ConsentRead(_) => ConsentRead::OUTCOMES,
            Kind::ConsentSet(_) => ConsentSet::OUTCOMES,
            Kind::WebService(_) => WebService::OUTCOMES,
            Kind::Require(_) => Require::OUTCOMES,
            Kind::Transfer(_) => Transfer::OUTCOMES,
            Kind::Wait(wait) => wait.outcomes(),
            Kind::Call(_) | Kind::Return(_) => &[],
        }
    }

    /// Its outcomes, with those that a flow need not name.
    pub(super) fn every_outcome(&self) -> impl Iterator<Item = &'static str> {
        let optional: &[&str] = match self {
            Kind::Collect(_) => Collect::OPTIONAL,
            Kind::Call(_) => CallFlow::OPTIONAL,
            Kind::Say(_)
            | Kind::Menu(_)
            | Kind::YesNo(_)
            | Kind::FindMethods(_)
            | Kind::ChooseMethod(_)
            | Kind::SendCode(_)
            | Kind::CheckCode(_)
            | Kind::ConsentRead(_)
            | Kind::ConsentSet(_)
            | Kind::WebService(_)
            | Kind::Require(_)
            | Kind::Transfer(_)
            | Kind::Branch(_)
            | Kind::Set(_)
            | Kind::Wait(_)
            | Kind::Return(_) => &[],
        };
        self.outcomes().iter().chain(optional).copied()
    }

    /// Whether outcomes may bear names of others: statuses of a service, exits of a flow.
    pub(super) fn names_its_outcomes(&self) -> bool {
        matches!(self, Kind::WebService(_) | Kind::Call(_))
    }

    /// The question, of kinds that listen.
    pub fn listening(&self) -> Option<&Listening> {
        match self {
            Kind::Menu(menu) => Some(&menu.listening),
            Kind::YesNo(yes_no) => Some(&yes_no.listening),
            Kind::Collect(collect) => Some(&collect.listening),
            Kind::ChooseMethod(choose) => Some(&choose.listening),
            Kind::Wait(wait) => Some(&wait.listening),
            Kind::Say(_)
            | Kind::FindMethods(_)
            | Kind::SendCode(_)
            | Kind::CheckCode(_)
            | Kind::ConsentRead(_)
            | Kind::ConsentSet(_)
            | Kind::WebService(_)
            | Kind::Call(_)
            | Kind::Require(_)
            | Kind::Transfer(_)
            | Kind::Branch(_)
            | Kind::Set(_)
            | Kind::Return(_) => None,
        }
    }

    /// What the kinds that reach out have in common.
    pub fn reaching(&self) -> Option<&Reaching> {
        match self {
            Kind::FindMethods(find) => Some(&find.reaching),
            Kind::SendCode(send) => Some(&send.reaching),
            Kind::CheckCode(check) => Some(&check.reaching),
            Kind::ConsentRead(read) => Some(&read.reaching),
            Kind::ConsentSet(set) => Some(&set.reaching),
            Kind::WebService(service) => Some(&service.reaching),
            Kind::Say(_) | Kind::Menu(_) | Kind::YesNo(_) | Kind::Collect(_) | Kind::ChooseMethod(_) | Kind::Call(_) => None,
            Kind::Require(_) | Kind::Transfer(_) | Kind::Branch(_) | Kind::Set(_) | Kind::Wait(_) | Kind::Return(_) => None,
        }
    }

    /// The prompt that is said before the step reaches out.
    pub fn meanwhile(&self) -> Option<&Located> {
        self.reaching()?.meanwhile.as_ref()
    }

    pub(super) fn enter<'f>(&'f self, stage: &mut Stage<'f, '_>) -> Next<'f> {
        let give_up_after = self.reaching().and_then(|reaching| reaching.give_up_after.as_ref());
        stage.frame.give_up_after_ms = give_up_after.map(|longest| stage.amount(longest));
        match self {
            Kind::Say(say) => say.enter(stage),
            Kind::Menu(menu) => menu.enter(stage),
            Kind::YesNo(yes_no) => yes_no.enter(stage),
            Kind::Collect(collect) => collect.enter(stage),
            Kind::FindMethods(find) => find.enter(),
            Kind::ChooseMethod(choose) => choose.enter(stage),
            Kind::SendCode(send) => send.enter(stage),
            Kind::CheckCode(check) => check.enter(stage),
            Kind::Branch(branch) => branch.enter(stage),
            Kind::Set(set) => set.enter(stage),
            Kind::Wait(wait) => wait.enter(stage),
            Kind::ConsentRead(read) => read.enter(stage),
            Kind::ConsentSet(set) => set.enter(stage),
            Kind::WebService(service) => service.enter(stage),
            Kind::Call(call) => call.enter(stage),
            Kind::Require(require) => require.enter(stage),
            Kind::Transfer(transfer) => transfer.enter(stage),
            Kind::Return(leave) => leave.enter(),
        }
    }

    pub(super) fn heard<'f>(&'f self, pressed: &str, stage: &mut Stage<'f, '_>) -> Next<'f> {
        match self {
            Kind::Menu(menu) => menu.heard(pressed, stage),
            Kind::YesNo(yes_no) => yes_no.heard(pressed, stage),
            Kind::Collect(collect) => collect.heard(pressed, stage),
            Kind::ChooseMethod(choose) => choose.heard(pressed, stage),
            Kind::Wait(wait) => wait.heard(pressed, stage),
            Kind::Say(_)
            | Kind::FindMethods(_)
            | Kind::SendCode(_)
            | Kind::CheckCode(_)
            | Kind::ConsentRead(_)
            | Kind::ConsentSet(_)
            | Kind::WebService(_)
            | Kind::Call(_)
            | Kind::Require(_)
            | Kind::Transfer(_)
            | Kind::Branch(_)
            | Kind::Set(_)
            | Kind::Return(_) => Next::Outcome("service_error"),
        }
    }
}

impl Step {
    pub(super) fn read(id: Name, node: Node, reading: &mut Reading) -> Option<Self> {
        let id = Located { text: id.text, span: id.span };
        let what = format!("the step {}", id.text);
        let mut body = reading.fields(node, what.clone());
        let Some((kind, node)) = body.only() else {
            reading.fault("no-kind", &id.span, format!("{what} must have exactly one kind"), "write `id: { kind: { fields } }`");
            return None;
        };
        let kind = Located { text: kind.text, span: kind.span };
        if kind.text == "branch" {
            let branch = Branch::read(node, reading)?;
            return Some(Self { id, kind: Kind::Branch(branch), then: BTreeMap::new(), any: None });
        }
        let mut fields = reading.fields(node, format!("{what} ({})", kind.text));
        let read = read_kind(&kind, &mut fields, reading)?;
        let (then, any) = read_then(&read, &mut fields, reading);
        fields.finish(reading);
        Some(Self { id, kind: read, then, any })
    }

    /// Whether an outcome is one that nobody wishes for; a status of a service counts as one unless it is `success`.
    pub fn is_failure(outcome: &str) -> bool {
        !WISHED.contains(&outcome)
    }

    /// Where an outcome goes, as far as the step itself says.
    pub fn target(&self, outcome: &str) -> Option<&Target> {
        self.then.get(outcome).map(|(_, target)| target).or(self.any.as_ref())
    }
}

fn read_kind(kind: &Located, fields: &mut Fields, reading: &mut Reading) -> Option<Kind> {
    match kind.text.as_str() {
        "say" => Say::read(fields, reading).map(Kind::Say),
        "menu" => Menu::read(fields, reading).map(Kind::Menu),
        "yes_no" => YesNo::read(fields, reading).map(Kind::YesNo),
        "collect" => Collect::read(fields, reading).map(Box::new).map(Kind::Collect),
        "find_methods" => FindMethods::read(fields, reading).map(Kind::FindMethods),
        "choose_method" => ChooseMethod::read(fields, reading).map(Kind::ChooseMethod),
        "send_code" => SendCode::read(fields, reading).map(Kind::SendCode),
        "check_code" => Some(Kind::CheckCode(CheckCode::read(fields, reading))),
        "wait" => Wait::read(fields, reading).map(Box::new).map(Kind::Wait),
        "set" => Set::read(fields, reading).map(Kind::Set),
        "consent.read" => ConsentRead::read(fields, reading).map(Kind::ConsentRead),
        "consent.set" => ConsentSet::read(fields, reading).map(Kind::ConsentSet),
        "web_service" => WebService::read(fields, reading).map(Kind::WebService),
        "call" => CallFlow::read(fields, reading).map(Kind::Call),
        "require" => Require::read(fields, reading).map(Kind::Require),
        "transfer" => Transfer::read(fields, reading).map(Kind::Transfer),
        "return" => Leave::read(fields, reading).map(Kind::Return),
        unknown => {
            let hint = match crate::finding::nearest(unknown, KINDS.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("kinds are {}", KINDS.join(", ")),
            };
            reading.fault("unknown-kind", &kind.span, format!("there is no kind of step called {unknown}"), hint);
            None
        }
    }
}

type Then = (BTreeMap<String, (Located, Target)>, Option<Target>);

/// `then: target` where a kind has one outcome, else `then: { outcome: target, any: target }`.
fn read_then(kind: &Kind, fields: &mut Fields, reading: &mut Reading) -> Then {
    let mut then = BTreeMap::new();
    let Some(node) = fields.take("then") else { return (then, None) };
    if let ([single], true) = (kind.outcomes(), is_target(&node)) {
        let place = Located { text: (*single).to_owned(), span: node.span.clone() };
        then.extend(Target::read(node, reading).map(|target| (place.text.clone(), (place, target))));
        return (then, None);
    }
    let mut any = None;
    for (outcome, node) in reading.map(node, "then") {
        let Some(target) = Target::read(node, reading) else { continue };
        if outcome.text == "any" {
            any = Some(target);
            continue;
        }
        let outcome = Located { text: outcome.text, span: outcome.span };
        then.insert(outcome.text.clone(), (outcome, target));
    }
    (then, any)
}

fn is_target(node: &Node) -> bool {
    match &node.shape {
        Shape::Text { .. } => true,
        Shape::Map(entries) => entries.iter().any(|(name, _)| name.text == "go"),
        Shape::List(_) => false,
    }
}
