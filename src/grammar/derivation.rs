//! The way a sentence was derived, as events in the order of the input: rules entered and left, tokens, tags.

use super::automaton::{Automaton, State};
use super::chart::{Chart, Way};

/// One thing that happened on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// A region that stands for a rule begins.
    Enter(u32),
    /// One key or word.
    Token,
    /// A tag, by its number.
    Tag(u32),
    /// The region is through.
    Leave(u32),
}

/// Walks back from `accepted` to the beginning.
pub(super) fn derive(automaton: &Automaton, chart: &Chart, accepted: u32) -> Vec<Event> {
    let mut events = Vec::new();
    let mut callers = Vec::new();
    let mut item = chart.item(accepted);
    loop {
        match item.way {
            Way::Step(number) => {
                item = chart.item(number);
                events.extend(step_event(automaton, item.state));
            }
            Way::Returned { caller, end } => {
                let caller = chart.item(caller);
                events.extend(rule_called(automaton, caller.state).map(Event::Leave));
                callers.push(caller);
                item = chart.item(end);
            }
            Way::Entered => {
                let Some(caller) = callers.pop() else { break };
                events.extend(rule_called(automaton, caller.state).map(Event::Enter));
                item = caller;
            }
        }
    }
    events.reverse();
    events
}

/// What a step from `state` does.
fn step_event(automaton: &Automaton, state: u32) -> Option<Event> {
    match automaton.states[state as usize] {
        State::Symbol { .. } | State::Any { .. } => Some(Event::Token),
        State::Tag { tag, .. } => Some(Event::Tag(tag)),
        State::Split(_) | State::Call { .. } | State::End { .. } | State::Dead => None,
    }
}

/// The region that a call enters, if it stands for a rule.
fn rule_called(automaton: &Automaton, state: u32) -> Option<u32> {
    let State::Call { region, .. } = automaton.states[state as usize] else { return None };
    automaton.regions[region as usize].rule.is_some().then_some(region)
}
