//! Targets, keys and cases in the words of a comparison.

use crate::flow::{BoundKey, By, FlowStep, Go, Kind, Target, Way};

/// Where a target leads, and what happens on the way.
pub(super) fn target(target: &Target) -> String {
    let mut words = vec![go(&target.go)];
    words.extend(target.say.as_ref().map(|say| format!("saying {}", say.text)));
    words.extend(target.ask.as_ref().map(|ask| format!("asking {}", ask.text)));
    words.extend(target.language.as_ref().map(|language| format!("in {}", language.text)));
    words.extend(target.set.iter().map(|(name, expression)| format!("setting {name} to {}", expression.source)));
    if let Some((most, after_that)) = &target.at_most {
        words.push(format!("at most {most} times, after that to {}", self::target(after_that)));
    }
    words.join(", ")
}

/// The place itself.
pub(super) fn go(go: &Go) -> String {
    match go {
        Go::Name(name) => name.text.clone(),
        Go::Setting(name) => format!("setting {}", name.text),
        Go::AnswerPath => "the exit that the service names".to_owned(),
    }
}

/// What a bound key does.
pub(super) fn bound(key: &BoundKey) -> String {
    match key {
        BoundKey::Repeat => "repeats".to_owned(),
        BoundKey::MoreTime => "gives more time".to_owned(),
        BoundKey::Target(target) => self::target(target),
    }
}

/// A key's name in flow files.
pub(super) fn key(key: char) -> String {
    match key {
        '*' => "star".to_owned(),
        '#' => "hash".to_owned(),
        digit => digit.to_string(),
    }
}

/// What takes a way.
pub(super) fn by(step: &FlowStep, way: &Way<'_>) -> String {
    match way.by {
        By::Outcome(outcome) => format!("`{outcome}`"),
        By::Any => "`any`".to_owned(),
        By::Choice(_, choice) => format!("the line {}", choice.offer.text),
        By::Key(key) => format!("key {}", self::key(key)),
        By::Case(number) => case(step, number),
        By::Return => "it".to_owned(),
    }
}

fn case(step: &FlowStep, number: usize) -> String {
    let Kind::Branch(branch) = &step.kind else { return String::new() };
    match branch.cases.get(number).and_then(|case| case.condition.as_ref()) {
        Some((condition, true)) => format!("the case `{}`", condition.source),
        Some((condition, false)) => format!("the case unless `{}`", condition.source),
        None => "the last case".to_owned(),
    }
}
