//! Runs input over one automaton after Earley: every place where it could stand, with the way it came (Communications of the ACM 13:2, 1970).
//!
//! An item is a state and the position at which its region was entered. Items are found in the order of preference, so the first
//! way to a place is the one that counts. The work for one symbol is bounded by states times positions, however the rules nest.

use std::collections::{HashMap, HashSet};

use super::automaton::{Automaton, State};

/// Most items in one chart; input that needs more matches nothing.
const MOST_ITEMS: usize = 1_000_000;

/// A place in the automaton, reached after some input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub state: u32,
    /// How much input there was when the region of `state` was entered.
    pub origin: u32,
    pub way: Way,
}

/// How an item was reached; the numbers are those of earlier items.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// The region was entered.
    Entered,
    /// By one step from another item.
    Step(u32),
    /// By the call at `caller`, whose region came to its end at `end`.
    Returned { caller: u32, end: u32 },
}

/// All items so far, for as much input as there was.
#[derive(Default)]
pub(super) struct Chart {
    items: Vec<Item>,
    /// For each amount of input: calls that wait there for their region, by region.
    waiting: Vec<HashMap<u32, Vec<u32>>>,
    /// Items that want a symbol next.
    hungry: Vec<u32>,
    /// The end of the entry region, when all input is a sentence.
    accepted: Option<u32>,
    seen: HashSet<(u32, u32)>,
    /// Regions that matched nothing at the present position, with the item of their end.
    empty: HashMap<u32, u32>,
    overflowed: bool,
}

impl Chart {
    /// The chart of no input.
    pub fn new(automaton: &Automaton) -> Self {
        let mut chart = Self::default();
        chart.begin_position();
        let start = automaton.regions[automaton.entry as usize].start;
        chart.close(automaton, (start, 0, Way::Entered));
        chart
    }

    /// One more key or word.
    pub fn push(&mut self, automaton: &Automaton, symbol: &str) {
        let symbol = automaton.symbols.get(symbol).copied();
        let hungry = self.begin_position();
        for number in hungry {
            let item = self.items[number as usize];
            let next = match automaton.states[item.state as usize] {
                State::Symbol { symbol: wanted, next } if symbol == Some(wanted) => next,
                State::Any { next } => next,
                State::Symbol { .. } | State::Split(_) | State::Call { .. } | State::Tag { .. } | State::End { .. } | State::Dead => {
                    continue;
                }
            };
            self.close(automaton, (next, item.origin, Way::Step(number)));
        }
    }

    /// The item at which all input is a sentence.
    pub fn accepted(&self) -> Option<u32> {
        self.accepted.filter(|_| !self.overflowed)
    }

    /// Whether more input could lead to a sentence.
    pub fn can_go_on(&self) -> bool {
        !self.hungry.is_empty() && !self.overflowed
    }

    pub fn item(&self, number: u32) -> Item {
        self.items[number as usize]
    }

    fn begin_position(&mut self) -> Vec<u32> {
        self.waiting.push(HashMap::new());
        self.accepted = None;
        self.seen.clear();
        self.empty.clear();
        std::mem::take(&mut self.hungry)
    }

    /// Adds an item and all that follow from it without input, depth first.
    fn close(&mut self, automaton: &Automaton, first: (u32, u32, Way)) {
        let here = self.waiting.len() as u32 - 1;
        let mut pending = vec![first];
        while let Some((state, origin, way)) = pending.pop() {
            let found = &automaton.states[state as usize];
            if matches!(found, State::Dead) || self.overflowed || !self.seen.insert((state, origin)) {
                continue;
            }
            let number = self.items.len() as u32;
            self.items.push(Item { state, origin, way });
            self.overflowed = self.items.len() >= MOST_ITEMS;
            match found {
                State::Symbol { .. } | State::Any { .. } => self.hungry.push(number),
                State::Split(branches) => pending.extend(branches.iter().rev().map(|branch| (*branch, origin, Way::Step(number)))),
                State::Tag { next, .. } => pending.push((*next, origin, Way::Step(number))),
                State::Call { region, next } => {
                    let waiting = self.waiting[here as usize].entry(*region).or_default();
                    waiting.push(number);
                    if waiting.len() == 1 {
                        pending.push((automaton.regions[*region as usize].start, here, Way::Entered));
                    } else if let Some(end) = self.empty.get(region) {
                        pending.push((*next, origin, Way::Returned { caller: number, end: *end }));
                    }
                }
                State::End { region } => self.end(automaton, *region, number, &mut pending),
                State::Dead => {}
            }
        }
    }

    /// A region is through: whoever waits for it goes on.
    fn end(&mut self, automaton: &Automaton, region: u32, number: u32, pending: &mut Vec<(u32, u32, Way)>) {
        let origin = self.items[number as usize].origin;
        if region == automaton.entry {
            self.accepted = Some(number);
        }
        if origin as usize + 1 == self.waiting.len() {
            self.empty.insert(region, number);
        }
        let Some(callers) = self.waiting[origin as usize].get(&region) else { return };
        for caller in callers.iter().rev() {
            let waiting = self.items[*caller as usize];
            if let State::Call { next, .. } = automaton.states[waiting.state as usize] {
                pending.push((next, waiting.origin, Way::Returned { caller: *caller, end: number }));
            }
        }
    }
}
