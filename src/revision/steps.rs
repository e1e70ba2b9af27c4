//! The steps of two versions, compared: their kinds, their fields and their ways.

use crate::flow::{Amount, Collected, Flow, FlowStep, Kind, Listening, Place, TransferKind, Varying};

use super::change::{Change, Told, compare};
use super::parts::ways;
use super::words;

/// The steps and the first one.
pub(super) fn steps(old: &Flow, new: &Flow) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.start.text != new.start.text {
        changes.push(Change::new(true, format!("the flow now begins at {}; before at {}", new.start.text, old.start.text)));
    }
    for (id, before) in &old.steps {
        match new.steps.get(id) {
            None => changes.push(Change::new(is_guard(before), format!("step {id} removed"))),
            Some(now) => changes.extend(step(old, before, new, now)),
        }
    }
    let added = new.steps.values().filter(|step| !old.steps.contains_key(&step.id.text));
    changes.extend(
        added.map(|step| Change::new(is_guard(step) || opens(new, step), format!("step {} added ({})", step.id.text, step.kind.name()))),
    );
    changes
}

fn step(old: &Flow, before: &FlowStep, new: &Flow, now: &FlowStep) -> Vec<Change> {
    let id = &now.id.text;
    let security = is_guard(before) || is_guard(now);
    if before.kind.name() != now.kind.name() {
        let what = format!("step {id} is a {} now; before a {}", now.kind.name(), before.kind.name());
        return vec![Change::new(security || opens(new, now), what)];
    }
    let mut changes = compare(&format!("step {id}: "), &fields(before), &fields(now), |_| security);
    let opened = opens(old, before) != opens(new, now);
    changes.extend(ways(&format!("step {id}:"), &told_ways(old, before), &told_ways(new, now), |_| security || opened));
    let (order, now_order) = (case_order(old, before), case_order(new, now));
    let sorted = |order: &[String]| {
        let mut order = order.to_vec();
        order.sort();
        order
    };
    if order != now_order && sorted(&order) == sorted(&now_order) {
        changes.push(Change::new(security || opens(new, now), format!("step {id}: its cases come in another order")));
    }
    changes
}

/// Steps that check something, or write what binds.
fn is_guard(step: &FlowStep) -> bool {
    match &step.kind {
        Kind::CheckCode(_) | Kind::Require(_) | Kind::ConsentRead(_) | Kind::ConsentSet(_) => true,
        Kind::Say(_) | Kind::Menu(_) | Kind::YesNo(_) | Kind::Collect(_) | Kind::FindMethods(_) | Kind::ChooseMethod(_) => false,
        Kind::SendCode(_) | Kind::WebService(_) | Kind::Call(_) | Kind::Transfer(_) | Kind::Branch(_) | Kind::Set(_) | Kind::Wait(_) => {
            false
        }
        Kind::Return(_) => false,
    }
}

/// Whether a step leads straight to an exit that needs something.
fn opens(flow: &Flow, step: &FlowStep) -> bool {
    let sealed = |place: Place<'_>| matches!(place, Place::Exit(exit) if flow.exits.get(exit).is_some_and(|exit| exit.needs.is_some()));
    flow.ways(step).iter().any(|way| flow.places(way.go).into_iter().any(sealed))
}

fn told_ways(flow: &Flow, step: &FlowStep) -> Told {
    let own = flow.ways(step).into_iter().filter(|way| way.own && !way.used_up);
    own.map(|way| (words::by(step, &way), way.target.map_or_else(|| words::go(way.go), words::target))).collect()
}

fn case_order(flow: &Flow, step: &FlowStep) -> Vec<String> {
    let choices = matches!(step.kind, Kind::Branch(_) | Kind::Menu(_));
    let ways = flow.ways(step).into_iter().filter(|way| choices && way.own && !way.used_up);
    ways.map(|way| words::by(step, &way)).collect()
}

/// The fields of a step but its ways.
fn fields(step: &FlowStep) -> Told {
    let mut fields = step.kind.listening().map(listening_fields).unwrap_or_default();
    let mut add = |name: &str, value: String| fields.push((name.to_owned(), value));
    if let Some(reaching) = step.kind.reaching() {
        add("meanwhile", reaching.meanwhile.as_ref().map(|prompt| prompt.text.clone()).unwrap_or_default());
        add("give_up_after", reaching.give_up_after.as_ref().map(Amount::to_string).unwrap_or_default());
    }
    match &step.kind {
        Kind::Say(say) => add("prompt", format!("{}, barge-in {}", say.prompt.text, say.barge_in)),
        Kind::Menu(menu) => {
            add("choices_from", menu.each.as_ref().map(|each| each.list.source.clone()).unwrap_or_default());
            add("as", menu.each.as_ref().map(|each| each.name.text.clone()).unwrap_or_default());
        }
        Kind::YesNo(_) | Kind::Branch(_) | Kind::CheckCode(_) => {}
        Kind::Collect(collect) => {
            add("takes", takes_words(&collect.takes));
            add("keep", collect.keep.as_ref().map(|keep| keep.text.clone()).unwrap_or_default());
        }
        Kind::FindMethods(find) => add("of", find.of.iter().map(|method| method.name()).collect::<Vec<_>>().join("/")),
        Kind::ChooseMethod(choose) => add("only others", choose.only_others.to_string()),
        Kind::SendCode(send) => add("message", send.message.text.clone()),
        Kind::ConsentRead(read) => add("contact", varying(&read.contact)),
        Kind::ConsentSet(set) => {
            add("contact", varying(&set.contact));
            add("status", format!("{:?}", set.status));
            add("evidence", set.evidence.text.clone());
        }
        Kind::WebService(service) => {
            add("service", service.service.text.clone());
            service.send.iter().for_each(|(name, expression)| add(&format!("send {name}"), expression.source.clone()));
            service.keep.iter().for_each(|(name, expression)| add(&format!("keep {name}"), expression.source.clone()));
        }
        Kind::Call(call) => {
            add("flow", call.flow.text.clone());
            add("process", call.process.as_ref().map(|process| process.text.clone()).unwrap_or_default());
            call.with.iter().for_each(|(name, expression)| add(&format!("with {name}"), expression.source.clone()));
        }
        Kind::Require(require) => {
            add("strength", require.strength.name().to_owned());
            add("max_age", require.max_age.as_ref().map_or_else(|| "as long as it counts".to_owned(), Amount::to_string));
        }
        Kind::Transfer(transfer) => {
            let kind = if transfer.kind == TransferKind::Blind { "blind" } else { "bridge" };
            add("to", varying(&transfer.to));
            add("kind", kind.to_owned());
            add("ring_for", transfer.ring_for.to_string());
            add("say", transfer.say.as_ref().map(|say| say.text.clone()).unwrap_or_default());
        }
        Kind::Set(set) => set.to.iter().for_each(|(name, expression)| add(name, expression.source.clone())),
        Kind::Wait(wait) => {
            add("for", wait.until.as_ref().map(|until| until.source.clone()).unwrap_or_default());
            add("give_up_after", wait.give_up_after.to_string());
            add("say_every", wait.say_every.to_string());
        }
        Kind::Return(leave) => {
            add("say", leave.say.as_ref().map(|say| say.text.clone()).unwrap_or_default());
            add("reason", leave.reason.as_ref().map(|reason| reason.text.clone()).unwrap_or_default());
        }
    }
    fields.into_iter().collect()
}

fn listening_fields(listening: &Listening) -> Vec<(String, String)> {
    let quiet = listening.keys.iter().filter(|(_, bound)| !matches!(bound, crate::flow::BoundKey::Target(_)));
    let keys: Vec<String> = quiet.map(|(key, bound)| format!("{} {}", words::key(*key), words::bound(bound))).collect();
    let fields = [
        ("ask", listening.ask.text.clone()),
        ("first_key", listening.first_key.to_string()),
        ("between_keys", listening.between_keys.to_string()),
        ("tries", listening.tries.to_string()),
        ("tries_together", listening.tries_together.to_string()),
        ("barge_in", listening.barge_in.to_string()),
        ("keys", keys.join("; ")),
    ];
    fields.map(|(name, value)| (name.to_owned(), value)).into()
}

fn takes_words(takes: &Collected) -> String {
    match takes {
        Collected::Code => "the code".to_owned(),
        Collected::Grammar(file) => format!("what the grammar {} says", file.text),
        Collected::Digits(range) => format!("from {}, to {}, check {}", range.from, range.to, varying(&range.check)),
    }
}

fn varying(varying: &Varying) -> String {
    match varying {
        Varying::Literal(text) => format!("{text:?}"),
        Varying::Expression(expression) => expression.source.clone(),
    }
}
