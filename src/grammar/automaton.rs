//! A linked grammar: a network of states with one region for each rule, which a chart can be run over.

use std::collections::HashMap;

use serde_json::Value;

use super::source::{Mode, TagFormat};

/// A grammar with all that it refers to, ready for input.
#[derive(Debug)]
pub struct Automaton {
    pub(super) mode: Mode,
    pub(super) states: Vec<State>,
    pub(super) regions: Vec<Region>,
    /// The region in which input begins; it calls the root rule, or each public rule where there is no root.
    pub(super) entry: u32,
    /// Keys and words by their number.
    pub(super) symbols: HashMap<String, u32>,
    pub(super) tags: Vec<String>,
    pub(super) grammars: Vec<Meaning>,
}

/// What may happen next.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// One key or word.
    Symbol { symbol: u32, next: u32 },
    /// Any key or word.
    Any { next: u32 },
    /// One of several, the first preferred.
    Split(Vec<u32>),
    /// All that a region matches.
    Call { region: u32, next: u32 },
    /// A tag, by its number.
    Tag { tag: u32, next: u32 },
    /// The region is through.
    End { region: u32 },
    /// No sentence goes through here.
    Dead,
}

/// A part of the network that is entered by a call.
#[derive(Debug, Clone)]
pub(super) struct Region {
    pub start: u32,
    /// The rule it stands for; `None` for the entry, and for the body of a repeat.
    pub rule: Option<RuleName>,
}

/// A rule, and the number of the grammar it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct RuleName {
    pub grammar: usize,
    pub name: String,
}

/// How the tags of one grammar are to be run.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    pub tag_format: TagFormat,
    pub global_tags: Vec<String>,
}

impl Automaton {
    /// The input it is for.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// How many states it has.
    pub fn size(&self) -> usize {
        self.states.len()
    }

    /// The rule that a region stands for.
    pub(super) fn rule(&self, region: u32) -> Option<&RuleName> {
        self.regions[region as usize].rule.as_ref()
    }

    /// The value of a rule of a builtin grammar.
    pub(super) fn builtin_value(&self, region: u32, input: &[String]) -> Option<Value> {
        let RuleName { grammar, name } = self.rule(region)?;
        let TagFormat::Builtin(kind) = self.grammars[*grammar].tag_format else { return None };
        let symbols = input.iter().map(|symbol| symbol.to_lowercase()).collect::<Vec<_>>();
        (name == "builtin").then(|| kind.value(&symbols))
    }
}

/// Marks what cannot lead to a sentence, so that whatever is alive is the beginning of one.
pub(super) fn prune(states: &mut [State], regions: &[Region]) {
    let live = live_states(states, regions);
    for (state, live) in states.iter_mut().zip(live) {
        if !live {
            *state = State::Dead;
        }
    }
}

fn live_states(states: &[State], regions: &[Region]) -> Vec<bool> {
    let mut waiting: Vec<Vec<u32>> = vec![Vec::new(); states.len()];
    for (number, state) in (0..).zip(states) {
        match state {
            State::Symbol { next, .. } | State::Any { next } | State::Tag { next, .. } => waiting[*next as usize].push(number),
            State::Split(branches) => branches.iter().for_each(|branch| waiting[*branch as usize].push(number)),
            State::Call { region, next } => {
                waiting[*next as usize].push(number);
                waiting[regions[*region as usize].start as usize].push(number);
            }
            State::End { .. } | State::Dead => {}
        }
    }
    let mut live = vec![false; states.len()];
    let mut pending: Vec<u32> =
        (0..).zip(states).filter(|(_, state)| matches!(state, State::End { .. })).map(|(number, _)| number).collect();
    while let Some(number) = pending.pop() {
        if live[number as usize] {
            continue;
        }
        let through = match &states[number as usize] {
            State::Symbol { next, .. } | State::Any { next } | State::Tag { next, .. } => live[*next as usize],
            State::Split(branches) => branches.iter().any(|branch| live[*branch as usize]),
            State::Call { region, next } => live[*next as usize] && live[regions[*region as usize].start as usize],
            State::End { .. } => true,
            State::Dead => false,
        };
        if through {
            live[number as usize] = true;
            pending.extend(&waiting[number as usize]);
        }
    }
    live
}
