//! Follows the references of a grammar and lays its rules out as an automaton (SRGS 1.0 §2.2, §3.2, §4.7).

use std::collections::HashMap;
use std::sync::Arc;

use super::automaton::{Automaton, Meaning, Region, RuleName, State, prune};
use super::error::GrammarError;
use super::expansion::{Expansion, Rule, Target, Times};
use super::library::Library;
use super::source::{Form, Grammar};

/// Most states in one automaton.
const MOST_STATES: usize = 100_000;

impl Grammar {
    /// Makes an automaton of the grammar and all that it refers to, which must be in `library`.
    pub fn link(&self, library: &Library) -> Result<Automaton, GrammarError> {
        let mut linker = Linker::new(library);
        linker.grammars.push(Arc::new(self.clone()));
        let entry = linker.enter(self)?;
        while let Some((region, rule)) = linker.pending.pop() {
            linker.lay_out(region, &rule)?;
        }
        prune(&mut linker.states, &linker.regions);
        let grammars = linker.grammars.iter().map(|grammar| meaning(grammar)).collect();
        Ok(Automaton {
            mode: self.mode,
            states: linker.states,
            regions: linker.regions,
            entry,
            symbols: linker.symbols,
            tags: linker.tags,
            grammars,
        })
    }

    /// What is active when the grammar is named as a whole: its root, else each public rule.
    fn active_rules(&self) -> Vec<&Rule> {
        match &self.root {
            Some(root) => self.rule(root).into_iter().collect(),
            None => self.rules.iter().filter(|rule| rule.public).collect(),
        }
    }
}

fn meaning(grammar: &Grammar) -> Meaning {
    Meaning { tag_format: grammar.tag_format, global_tags: grammar.global_tags.clone() }
}

struct Linker<'l> {
    library: &'l Library,
    grammars: Vec<Arc<Grammar>>,
    /// Grammars already in `grammars`, by URI.
    numbers: HashMap<String, usize>,
    /// Regions of the rules met so far.
    rules: HashMap<RuleName, u32>,
    /// Rules met, but not laid out yet.
    pending: Vec<(u32, RuleName)>,
    states: Vec<State>,
    regions: Vec<Region>,
    symbols: HashMap<String, u32>,
    tags: Vec<String>,
}

impl<'l> Linker<'l> {
    fn new(library: &'l Library) -> Self {
        Self {
            library,
            grammars: Vec::new(),
            numbers: HashMap::new(),
            rules: HashMap::new(),
            pending: Vec::new(),
            states: Vec::new(),
            regions: Vec::new(),
            symbols: HashMap::new(),
            tags: Vec::new(),
        }
    }

    fn enter(&mut self, grammar: &Grammar) -> Result<u32, GrammarError> {
        let rules = grammar.active_rules();
        if rules.is_empty() {
            return Err(GrammarError::unlinked("the grammar has neither a root nor a public rule: nothing of it can be active"));
        }
        let (entry, end) = self.region(None)?;
        let mut calls = Vec::new();
        for rule in rules {
            let region = self.rule_region(RuleName { grammar: 0, name: rule.name.clone() })?;
            calls.push(self.state(State::Call { region, next: end })?);
        }
        self.regions[entry as usize].start = self.state(State::Split(calls))?;
        Ok(entry)
    }

    fn lay_out(&mut self, region: u32, rule: &RuleName) -> Result<(), GrammarError> {
        let grammar = Arc::clone(&self.grammars[rule.grammar]);
        let Some(definition) = grammar.rule(&rule.name) else {
            return Err(GrammarError::unlinked(format!("the rule {:?} is not defined", rule.name)));
        };
        let end = self.regions[region as usize].start;
        self.regions[region as usize].start = self.lay(&definition.expansion, rule.grammar, end)?;
        Ok(())
    }

    /// Lays out `expansion` before `next`, and gives the state in which it begins.
    fn lay(&mut self, expansion: &Expansion, grammar: usize, next: u32) -> Result<u32, GrammarError> {
        match expansion {
            Expansion::Tokens(tokens) => tokens.iter().rev().try_fold(next, |next, token| {
                let symbol = self.symbol(token);
                self.state(State::Symbol { symbol, next })
            }),
            Expansion::Sequence(parts) => parts.iter().rev().try_fold(next, |next, part| self.lay(part, grammar, next)),
            Expansion::Choice(alternatives) => {
                let branches = alternatives.iter().map(|alternative| self.lay(alternative, grammar, next)).collect::<Result<_, _>>()?;
                self.state(State::Split(branches))
            }
            Expansion::Rule(target, _) => {
                let region = self.resolve(target, grammar)?;
                self.state(State::Call { region, next })
            }
            Expansion::Repeat(body, times) => self.lay_repeat(body, *times, grammar, next),
            Expansion::Tag(tag) => {
                let number = self.tags.len() as u32;
                self.tags.push(tag.clone());
                self.state(State::Tag { tag: number, next })
            }
            Expansion::Void => self.state(State::Dead),
            Expansion::Garbage => {
                let any = self.state(State::Dead)?;
                let garbage = self.state(State::Split(vec![next, any]))?;
                self.states[any as usize] = State::Any { next: garbage };
                Ok(garbage)
            }
        }
    }

    /// A body that is more than one call or token gets a region of its own, so that nested repeats add up and do not multiply.
    fn lay_repeat(&mut self, body: &Expansion, times: Times, grammar: usize, next: u32) -> Result<u32, GrammarError> {
        let copies = times.most.unwrap_or(times.least.saturating_add(1));
        if copies <= 1 || is_small(body) {
            return self.lay_copies(times, next, &mut |linker, next| linker.lay(body, grammar, next));
        }
        let (region, end) = self.region(None)?;
        self.regions[region as usize].start = self.lay(body, grammar, end)?;
        self.lay_copies(times, next, &mut |linker, next| linker.state(State::Call { region, next }))
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
                    start = self.state(State::Split(vec![branch, next]))?;
                }
            }
            None => {
                start = self.state(State::Dead)?;
                let again = lay(self, start)?;
                self.states[start as usize] = State::Split(vec![again, next]);
            }
        }
        (0..times.least).try_fold(start, |next, _| lay(self, next))
    }

    fn resolve(&mut self, target: &Target, grammar: usize) -> Result<u32, GrammarError> {
        match target {
            Target::Local(name) => self.rule_region(RuleName { grammar, name: name.clone() }),
            Target::Builtin(uri) => {
                let number = match self.numbers.get(uri) {
                    Some(number) => *number,
                    None => self.adopt(uri.clone(), Arc::new(Grammar::builtin(uri)?))?,
                };
                self.root_region(number, uri)
            }
            Target::External { grammar, rule, media_type } => {
                let Some(other) = self.library.grammar(grammar).map(Arc::clone) else {
                    return Err(GrammarError::unlinked(format!("the grammar {grammar} that is referred to could not be had")));
                };
                check_media_type(&other, media_type.as_deref(), grammar.as_str())?;
                let number = match self.numbers.get(grammar.as_str()) {
                    Some(number) => *number,
                    None => self.adopt(grammar.to_string(), Arc::clone(&other))?,
                };
                match rule {
                    None => self.root_region(number, grammar.as_str()),
                    Some(name) if other.rule(name).is_some_and(|rule| rule.public) => {
                        self.rule_region(RuleName { grammar: number, name: name.clone() })
                    }
                    Some(name) => Err(GrammarError::unlinked(format!("the grammar {grammar} has no public rule {name:?}"))),
                }
            }
        }
    }

    fn adopt(&mut self, uri: String, grammar: Arc<Grammar>) -> Result<usize, GrammarError> {
        if grammar.mode != self.grammars[0].mode {
            return Err(GrammarError::unlinked(format!("the grammar {uri} is of the other mode than the one that refers to it")));
        }
        let number = self.grammars.len();
        self.grammars.push(grammar);
        self.numbers.insert(uri, number);
        Ok(number)
    }

    fn root_region(&mut self, grammar: usize, uri: &str) -> Result<u32, GrammarError> {
        let Some(name) = self.grammars[grammar].root.clone() else {
            return Err(GrammarError::unlinked(format!("the grammar {uri} declares no root: name one of its public rules after #")));
        };
        self.rule_region(RuleName { grammar, name })
    }

    /// The region of a rule; laid out later when it is met for the first time.
    fn rule_region(&mut self, rule: RuleName) -> Result<u32, GrammarError> {
        if let Some(region) = self.rules.get(&rule) {
            return Ok(*region);
        }
        let (region, _) = self.region(Some(rule.clone()))?;
        self.rules.insert(rule.clone(), region);
        self.pending.push((region, rule));
        Ok(region)
    }

    /// An empty region: it starts at its end.
    fn region(&mut self, rule: Option<RuleName>) -> Result<(u32, u32), GrammarError> {
        let region = self.regions.len() as u32;
        let end = self.state(State::End { region })?;
        self.regions.push(Region { start: end, rule });
        Ok((region, end))
    }

    fn state(&mut self, state: State) -> Result<u32, GrammarError> {
        if self.states.len() >= MOST_STATES {
            return Err(GrammarError::TooLarge { limit: MOST_STATES });
        }
        self.states.push(state);
        Ok(self.states.len() as u32 - 1)
    }

    fn symbol(&mut self, token: &str) -> u32 {
        let fresh = self.symbols.len() as u32;
        *self.symbols.entry(token.to_owned()).or_insert(fresh)
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

/// A reference may promise a media type; the grammar must be of that form (SRGS 1.0 §2.2.2).
fn check_media_type(grammar: &Grammar, promised: Option<&str>, uri: &str) -> Result<(), GrammarError> {
    let promised = promised.and_then(|media_type| media_type.split(';').next()).map(str::trim);
    match (promised, grammar.form) {
        (Some("application/srgs+xml"), Form::Abnf) => {
            Err(GrammarError::unlinked(format!("the grammar {uri} is ABNF, but application/srgs+xml was promised")))
        }
        (Some("application/srgs"), Form::Xml) => {
            Err(GrammarError::unlinked(format!("the grammar {uri} is XML, but application/srgs was promised")))
        }
        (Some(_) | None, Form::Xml | Form::Abnf) => Ok(()),
    }
}
