//! Lays expansions out as states and regions, back to front (SRGS 1.0 §2).

use std::collections::HashMap;

use super::automaton::{Region, RuleName, State};
use super::error::GrammarError;
use super::expansion::{Expansion, Target, Times};

/// Most states in one automaton.
const MOST_STATES: usize = 100_000;

/// Finds the region of a rule that is referred to.
pub(super) type Resolve<'r> = dyn FnMut(&mut Network, &Target) -> Result<u32, GrammarError> + 'r;

/// An automaton in the making.
#[derive(Debug, Default)]
pub(super) struct Network {
    pub states: Vec<State>,
    pub regions: Vec<Region>,
    pub symbols: HashMap<String, u32>,
    pub tags: Vec<String>,
}

impl Network {
    /// Opens a region: empty, it starts at its end.
    pub fn open_region(&mut self, rule: Option<RuleName>) -> Result<u32, GrammarError> {
        let region = self.regions.len() as u32;
        let end = self.add(State::End { region })?;
        self.regions.push(Region { start: end, rule });
        Ok(region)
    }

    /// Puts `expansion` before what stands in the region so far.
    pub fn fill_region(&mut self, region: u32, expansion: &Expansion, resolve: &mut Resolve<'_>) -> Result<(), GrammarError> {
        let end = self.regions[region as usize].start;
        self.regions[region as usize].start = self.lay(expansion, end, resolve)?;
        Ok(())
    }

    /// Lets a region begin with a call of one of `regions`.
    pub fn call_one_of(&mut self, region: u32, regions: &[u32]) -> Result<(), GrammarError> {
        let next = self.regions[region as usize].start;
        let calls = regions.iter().map(|region| self.add(State::Call { region: *region, next })).collect::<Result<_, _>>()?;
        self.regions[region as usize].start = self.add(State::Split(calls))?;
        Ok(())
    }

    /// Lays out `expansion` before `next`, and gives the state in which it begins.
    fn lay(&mut self, expansion: &Expansion, next: u32, resolve: &mut Resolve<'_>) -> Result<u32, GrammarError> {
        match expansion {
            Expansion::Tokens(tokens) => self.lay_tokens(tokens, next),
            Expansion::Sequence(parts) => parts.iter().rev().try_fold(next, |next, part| self.lay(part, next, resolve)),
            Expansion::Choice(parts) => {
                let branches = parts.iter().map(|part| self.lay(part, next, resolve)).collect::<Result<_, _>>()?;
                self.add(State::Split(branches))
            }
            Expansion::Rule(target, _) => {
                let region = resolve(self, target)?;
                self.add(State::Call { region, next })
            }
            Expansion::Repeat(body, times) => self.lay_repeat(body, *times, next, resolve),
            Expansion::Tag(text) => {
                let tag = self.tags.len() as u32;
                self.tags.push(text.clone());
                self.add(State::Tag { tag, next })
            }
            Expansion::Void => self.add(State::Dead),
            Expansion::Garbage => self.lay_garbage(next),
        }
    }

    fn lay_tokens(&mut self, tokens: &[String], next: u32) -> Result<u32, GrammarError> {
        tokens.iter().rev().try_fold(next, |next, token| {
            let fresh = self.symbols.len() as u32;
            let symbol = *self.symbols.entry(token.clone()).or_insert(fresh);
            self.add(State::Symbol { symbol, next })
        })
    }

    /// A large body gets a region of its own, so that nested repeats add up and do not multiply.
    fn lay_repeat(&mut self, body: &Expansion, times: Times, next: u32, resolve: &mut Resolve<'_>) -> Result<u32, GrammarError> {
        let copies = times.most.unwrap_or(times.least.saturating_add(1));
        if copies <= 1 || is_small(body) {
            return self.lay_copies(times, next, &mut |network, next| network.lay(body, next, resolve));
        }
        let region = self.open_region(None)?;
        self.fill_region(region, body, resolve)?;
        self.lay_copies(times, next, &mut |network, next| network.add(State::Call { region, next }))
    }

    fn lay_copies(
        &mut self,
        times: Times,
        next: u32,
        lay: &mut dyn FnMut(&mut Self, u32) -> Result<u32, GrammarError>,
    ) -> Result<u32, GrammarError> {
        let mut start = next;
        match times.most {
            Some(most) => {
                for _ in times.least..most {
                    let branch = lay(self, start)?;
                    start = self.add(State::Split(vec![branch, next]))?;
                }
            }
            None => {
                start = self.add(State::Dead)?;
                let again = lay(self, start)?;
                self.states[start as usize] = State::Split(vec![again, next]);
            }
        }
        (0..times.least).try_fold(start, |next, _| lay(self, next))
    }

    /// As little as possible is taken for garbage: what comes next is preferred.
    fn lay_garbage(&mut self, next: u32) -> Result<u32, GrammarError> {
        let any = self.add(State::Dead)?;
        let garbage = self.add(State::Split(vec![next, any]))?;
        self.states[any as usize] = State::Any { next: garbage };
        Ok(garbage)
    }

    fn add(&mut self, state: State) -> Result<u32, GrammarError> {
        if self.states.len() >= MOST_STATES {
            return Err(GrammarError::TooLarge { limit: MOST_STATES });
        }
        self.states.push(state);
        Ok(self.states.len() as u32 - 1)
    }
}

fn is_small(body: &Expansion) -> bool {
    match body {
        Expansion::Tokens(tokens) => tokens.len() <= 1,
        Expansion::Sequence(parts) => parts.len() <= 1 && parts.iter().all(is_small),
        Expansion::Rule(..) | Expansion::Tag(_) | Expansion::Void => true,
        Expansion::Choice(_) | Expansion::Repeat(..) | Expansion::Garbage => false,
    }
}
