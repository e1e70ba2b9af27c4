//! Runs input over one automaton: every place where it could stand, with the way it came (Earley, Communications of the ACM 13:2, 1970).
//!
//! An item is a state and the position at which its region was entered. Items are found in the order of preference, so the first
//! way to a place is the one that counts. No place is entered twice for one symbol, however the rules nest.

use std::collections::{HashMap, HashSet};

use super::automaton::{Automaton, State};

/// Most steps in all charts of one matcher together; input that needs more matches nothing.
const MOST_STEPS: u32 = 3_000_000;
/// What each chart may take, however many there are.
const LEAST_STEPS: u32 = 3_000;

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
    steps: u32,
    most_steps: u32,
}

impl Chart {
    /// The chart of no input, one of so many.
    pub fn new(automaton: &Automaton, charts: usize) -> Self {
        let share = MOST_STEPS / u32::try_from(charts.max(1)).unwrap_or(u32::MAX);
        let mut chart = Self { most_steps: share.max(LEAST_STEPS), ..Self::default() };
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
            let Some(next) = after(automaton, item.state, symbol) else { continue };
            self.close(automaton, (next, item.origin, Way::Step(number)));
        }
    }

    /// The item at which all input is a sentence.
    pub fn accepted(&self) -> Option<u32> {
        self.accepted.filter(|_| !self.is_exhausted())
    }

    /// Whether more input could lead to a sentence.
    pub fn can_go_on(&self) -> bool {
        !self.hungry.is_empty() && !self.is_exhausted()
    }

    /// Whether one more `symbol` could lead to a sentence.
    pub fn could_take(&self, automaton: &Automaton, symbol: &str) -> bool {
        let symbol = automaton.symbols.get(symbol).copied();
        !self.is_exhausted() && self.hungry.iter().any(|number| after(automaton, self.item(*number).state, symbol).is_some())
    }

    pub fn item(&self, number: u32) -> Item {
        self.items[number as usize]
    }

    /// How many items there are.
    #[cfg(test)]
    pub fn size(&self) -> usize {
        self.items.len()
    }

    fn is_exhausted(&self) -> bool {
        self.steps >= self.most_steps
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
            self.steps = self.steps.saturating_add(1);
            if matches!(found, State::Dead) || self.is_exhausted() || !self.seen.insert((state, origin)) {
                continue;
            }
            let number = self.items.len() as u32;
            self.items.push(Item { state, origin, way });
            match found {
                State::Symbol { .. } | State::Any { .. } => self.hungry.push(number),
                State::Split(branches) => pending.extend(branches.iter().rev().map(|branch| (*branch, origin, Way::Step(number)))),
                State::Tag { next, .. } => pending.push((*next, origin, Way::Step(number))),
                State::Call { region, next } => {
                    if self.waits_first(*region, number) {
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

    /// Lets `caller` wait for `region`; whether it is the first to do so at this position.
    fn waits_first(&mut self, region: u32, caller: u32) -> bool {
        let Some(here) = self.waiting.last_mut() else { return false };
        let callers = here.entry(region).or_default();
        callers.push(caller);
        callers.len() == 1
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

/// The state after `state` when `symbol` comes; `None` as a symbol is one that the grammar does not know.
fn after(automaton: &Automaton, state: u32, symbol: Option<u32>) -> Option<u32> {
    match automaton.states[state as usize] {
        State::Symbol { symbol: wanted, next } => (symbol == Some(wanted)).then_some(next),
        State::Any { next } => Some(next),
        State::Split(_) | State::Call { .. } | State::Tag { .. } | State::End { .. } | State::Dead => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::grammar::expansion::{Expansion, Times};
    use crate::grammar::library::Library;
    use crate::grammar::rule::{Rule, Rules};
    use crate::grammar::source::{Form, Grammar, Mode, TagFormat};
    use crate::xml::Position;

    proptest! {
        #[test]
        fn a_chart_agrees_with_derivatives(expansion in expansion(), input in "[12]{0,7}") {
            let automaton = grammar(expansion.clone()).link(&Library::default()).unwrap();
            let mut chart = Chart::new(&automaton, 1);
            let mut rest = expansion;
            for key in input.chars() {
                chart.push(&automaton, &key.to_string());
                rest = derivative(&rest, &key.to_string());
            }

            prop_assert_eq!(chart.accepted().is_some(), is_nullable(&rest));
            prop_assert_eq!(chart.can_go_on(), ["1", "2"].iter().any(|key| !is_void(&derivative(&rest, key))));
        }
    }

    fn grammar(expansion: Expansion) -> Grammar {
        let mut rules = Rules::default();
        rules.add(Rule { name: "x".to_owned(), public: true, expansion, position: Position::default() }).unwrap();
        Grammar {
            form: Form::Abnf,
            mode: Mode::Dtmf,
            language: None,
            root: None,
            rules,
            tag_format: TagFormat::Undeclared,
            global_tags: Vec::new(),
        }
    }

    fn expansion() -> impl Strategy<Value = Expansion> {
        let leaf = prop_oneof![
            6 => prop::collection::vec("[12]", 1..3).prop_map(Expansion::Tokens),
            1 => Just(Expansion::Void),
            1 => Just(Expansion::Garbage),
            1 => Just(Expansion::Tag("tag".to_owned())),
        ];
        leaf.prop_recursive(4, 16, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Expansion::Sequence),
                prop::collection::vec(inner.clone(), 1..4).prop_map(Expansion::Choice),
                (inner, 0..3u32, prop::option::of(0..3u32)).prop_map(|(body, least, more)| {
                    Expansion::Repeat(Box::new(body), Times { least, most: more.map(|more| least + more) })
                }),
            ]
        })
    }

    /// What may follow `key` (Brzozowski, Journal of the ACM 11:4, 1964): slow, and nothing like a chart.
    fn derivative(expansion: &Expansion, key: &str) -> Expansion {
        match expansion {
            Expansion::Tokens(tokens) => match tokens.split_first() {
                Some((first, rest)) if first == key => Expansion::Tokens(rest.to_vec()),
                Some(_) | None => Expansion::Void,
            },
            Expansion::Sequence(parts) => match parts.split_first() {
                None => Expansion::Void,
                Some((first, rest)) => {
                    let rest = Expansion::Sequence(rest.to_vec());
                    let here = Expansion::Sequence(vec![derivative(first, key), rest.clone()]);
                    let later = if is_nullable(first) { derivative(&rest, key) } else { Expansion::Void };
                    either(here, later)
                }
            },
            Expansion::Choice(parts) => parts.iter().map(|part| derivative(part, key)).fold(Expansion::Void, either),
            Expansion::Repeat(_, Times { most: Some(0), .. }) => Expansion::Void,
            Expansion::Repeat(body, times) => {
                let fewer = Times { least: times.least.saturating_sub(1), most: times.most.map(|most| most - 1) };
                Expansion::Sequence(vec![derivative(body, key), Expansion::Repeat(body.clone(), fewer)])
            }
            Expansion::Garbage => Expansion::Garbage,
            Expansion::Rule(..) | Expansion::Tag(_) | Expansion::Void => Expansion::Void,
        }
    }

    fn either(one: Expansion, other: Expansion) -> Expansion {
        match (is_void(&one), is_void(&other)) {
            (_, true) => one,
            (true, false) => other,
            (false, false) => Expansion::Choice(vec![one, other]),
        }
    }

    fn is_nullable(expansion: &Expansion) -> bool {
        match expansion {
            Expansion::Tokens(tokens) => tokens.is_empty(),
            Expansion::Sequence(parts) => parts.iter().all(is_nullable),
            Expansion::Choice(parts) => parts.iter().any(is_nullable),
            Expansion::Repeat(body, times) => times.least == 0 || is_nullable(body),
            Expansion::Tag(_) | Expansion::Garbage => true,
            Expansion::Rule(..) | Expansion::Void => false,
        }
    }

    fn is_void(expansion: &Expansion) -> bool {
        match expansion {
            Expansion::Sequence(parts) => parts.iter().any(is_void),
            Expansion::Choice(parts) => parts.iter().all(is_void),
            Expansion::Repeat(body, times) => times.least > 0 && is_void(body),
            Expansion::Void => true,
            Expansion::Tokens(_) | Expansion::Rule(..) | Expansion::Tag(_) | Expansion::Garbage => false,
        }
    }
}
