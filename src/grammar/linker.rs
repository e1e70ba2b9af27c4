//! Follows the references of a grammar until all its rules are in one automaton (SRGS 1.0 §2.2, §3.2, §4.7).

use std::collections::HashMap;
use std::sync::Arc;

use url::Url;

use super::automaton::{Automaton, Meaning, RuleName, prune};
use super::error::GrammarError;
use super::expansion::Target;
use super::library::Library;
use super::network::Network;
use super::rule::Rule;
use super::source::{Form, Grammar};

impl Grammar {
    /// Makes an automaton of the grammar and all that it refers to, which must be in `library`.
    pub fn link(&self, library: &Library) -> Result<Automaton, GrammarError> {
        let mut network = Network::default();
        let mut linker =
            Linker { library, grammars: vec![Arc::new(self.clone())], numbers: HashMap::new(), rules: HashMap::new(), pending: Vec::new() };
        let entry = network.open_region(None)?;
        let active = self.active_rules().iter().map(|rule| linker.region(&mut network, 0, &rule.name)).collect::<Result<Vec<_>, _>>()?;
        if active.is_empty() {
            return Err(GrammarError::unlinked("the grammar has neither a root nor a public rule: nothing of it can be active"));
        }
        network.call_one_of(entry, &active)?;
        linker.lay_out_pending(&mut network)?;
        let Network { mut states, regions, symbols, tags } = network;
        prune(&mut states, &regions);
        let grammars = linker.grammars.iter().map(|grammar| Meaning::of(grammar)).collect();
        Ok(Automaton { mode: self.mode, states, regions, entry, symbols, tags, grammars })
    }

    /// What is active when the grammar is named as a whole: its root, else each public rule.
    fn active_rules(&self) -> Vec<&Rule> {
        match &self.root {
            Some(root) => self.rules.named(root).into_iter().collect(),
            None => self.rules.iter().filter(|rule| rule.public).collect(),
        }
    }
}

impl Meaning {
    fn of(grammar: &Grammar) -> Self {
        Self { tag_format: grammar.tag_format, global_tags: grammar.global_tags.clone() }
    }
}

/// The grammars and rules met so far. Grammar 0 is the one that is linked.
struct Linker<'l> {
    library: &'l Library,
    grammars: Vec<Arc<Grammar>>,
    /// Places in `grammars`, by URI.
    numbers: HashMap<String, usize>,
    /// Regions of the rules met so far.
    rules: HashMap<RuleName, u32>,
    /// Rules met whose regions are still empty.
    pending: Vec<(u32, RuleName)>,
}

impl Linker<'_> {
    fn lay_out_pending(&mut self, network: &mut Network) -> Result<(), GrammarError> {
        while let Some((region, RuleName { grammar, name })) = self.pending.pop() {
            let source = Arc::clone(&self.grammars[grammar]);
            let Some(rule) = source.rules.named(&name) else {
                return Err(GrammarError::unlinked(format!("the rule {name:?} is not defined")));
            };
            network.fill_region(region, &rule.expansion, &mut |network, target| self.resolve(network, grammar, target))?;
        }
        Ok(())
    }

    /// The region of the rule that a reference in `grammar` names.
    fn resolve(&mut self, network: &mut Network, grammar: usize, target: &Target) -> Result<u32, GrammarError> {
        match target {
            Target::Local(name) => self.region(network, grammar, name),
            Target::Builtin(uri) => {
                let number = self.number(uri, || Grammar::builtin(uri).map(Arc::new))?;
                self.root_region(network, number, uri)
            }
            Target::External { grammar: uri, rule, media_type } => {
                let number = self.external(uri, media_type.as_deref())?;
                match rule {
                    None => self.root_region(network, number, uri.as_str()),
                    Some(name) if self.grammars[number].rules.named(name).is_some_and(|rule| rule.public) => {
                        self.region(network, number, name)
                    }
                    Some(name) => Err(GrammarError::unlinked(format!("the grammar {uri} has no public rule {name:?}"))),
                }
            }
        }
    }

    fn external(&mut self, uri: &Url, media_type: Option<&str>) -> Result<usize, GrammarError> {
        let Some(grammar) = self.library.grammar(uri) else {
            return Err(GrammarError::unlinked(format!("the grammar {uri} that is referred to could not be had")));
        };
        check_media_type(grammar, media_type, uri)?;
        self.number(uri.as_str(), || Ok(Arc::clone(grammar)))
    }

    /// The number of the grammar at `uri`; met for the first time, it is taken from `find`.
    fn number(&mut self, uri: &str, find: impl FnOnce() -> Result<Arc<Grammar>, GrammarError>) -> Result<usize, GrammarError> {
        if let Some(number) = self.numbers.get(uri) {
            return Ok(*number);
        }
        let grammar = find()?;
        if grammar.mode != self.grammars[0].mode {
            return Err(GrammarError::unlinked(format!("the grammar {uri} is of the other mode than the one that refers to it")));
        }
        self.grammars.push(grammar);
        self.numbers.insert(uri.to_owned(), self.grammars.len() - 1);
        Ok(self.grammars.len() - 1)
    }

    fn root_region(&mut self, network: &mut Network, grammar: usize, uri: &str) -> Result<u32, GrammarError> {
        let Some(root) = self.grammars[grammar].root.clone() else {
            return Err(GrammarError::unlinked(format!("the grammar {uri} declares no root: name one of its public rules after #")));
        };
        self.region(network, grammar, &root)
    }

    /// The region of a rule; met for the first time, it is laid out later.
    fn region(&mut self, network: &mut Network, grammar: usize, name: &str) -> Result<u32, GrammarError> {
        let rule = RuleName { grammar, name: name.to_owned() };
        if let Some(region) = self.rules.get(&rule) {
            return Ok(*region);
        }
        let region = network.open_region(Some(rule.clone()))?;
        self.rules.insert(rule.clone(), region);
        self.pending.push((region, rule));
        Ok(region)
    }
}

/// A reference may promise a media type; the grammar must be of that form (SRGS 1.0 §2.2.2).
fn check_media_type(grammar: &Grammar, promised: Option<&str>, uri: &Url) -> Result<(), GrammarError> {
    let promised = promised.and_then(|media_type| media_type.split(';').next()).map(str::trim);
    let form = match grammar.form {
        Form::Xml => "application/srgs+xml",
        Form::Abnf => "application/srgs",
    };
    match promised {
        Some(promised @ ("application/srgs+xml" | "application/srgs")) if promised != form => {
            Err(GrammarError::unlinked(format!("the grammar {uri} is {form}, but {promised} was promised")))
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::{Surroundings, Verdict, match_keys};

    const NAMES: &str = "#ABNF 1.0; mode dtmf; root $any; $any = $one | $two; public $one = 1; $two = 2;";
    const ROOTLESS: &str = "#ABNF 1.0; mode dtmf; public $one = 1; public $two = $<names.gram#one> 2;";

    #[test]
    fn references_lead_to_roots_and_public_rules_of_other_grammars() {
        let table = [
            ("$<names.gram>", "2", Verdict::MatchEnd),
            ("$<names.gram#one>", "1", Verdict::MatchEnd),
            ("$<names.gram#one>", "2", Verdict::NoMatch),
            ("$<sub/../names.gram>~<application/srgs>", "1", Verdict::MatchEnd),
            ("$<rootless.gram#two>", "12", Verdict::MatchEnd),
            ("$<builtin:dtmf/digits?length=2> #", "12#", Verdict::MatchEnd),
            ("$<self.gram#x> 1 | 2", "2111", Verdict::Match),
        ];
        for (expansion, input, verdict) in table {
            let (grammar, library) = grammars(expansion);

            assert_eq!(match_keys(&[&grammar], &library, [input]).unwrap().0, verdict, "{expansion}");
        }
    }

    #[test]
    fn references_that_may_not_be_followed_are_errors_that_name_them() {
        let table = [
            ("$<nowhere.gram>", "http://example.com/nowhere.gram that is referred to could not be had"),
            ("$<names.gram#two>", "has no public rule \"two\""),
            ("$<names.gram#three>", "has no public rule \"three\""),
            ("$<rootless.gram>", "declares no root"),
            ("$<names.gram>~<application/srgs+xml>", "but application/srgs+xml was promised"),
            ("$<builtin:dtmf/colour>", "no builtin grammar"),
            ("$<builtin:grammar/digits>", "of the other mode"),
        ];
        for (expansion, what) in table {
            let (grammar, library) = grammars(expansion);

            let error = grammar.link(&library).unwrap_err().to_string();

            assert!(error.contains(what), "{expansion}: {error}");
        }
    }

    #[test]
    fn a_library_says_what_is_missing_through_all_references() {
        let (grammar, full) = grammars("$<rootless.gram#two> $<nowhere.gram>");
        assert_eq!(addresses(&Library::default(), &grammar), ["http://example.com/nowhere.gram", "http://example.com/rootless.gram"]);
        assert_eq!(addresses(&full, &grammar), ["http://example.com/nowhere.gram"]);
    }

    #[test]
    fn a_repeat_too_large_to_lay_out_is_refused_and_nested_ones_are_not() {
        let link = |expansion: &str| grammars(expansion).0.link(&Library::default()).map(drop);

        assert_eq!(link("1 <0-1000000>"), Err(GrammarError::TooLarge { limit: 100_000 }));
        assert_eq!(link("(((1 | 2) <1000>) <1000>) <1000>"), Ok(()));
    }

    fn addresses(library: &Library, grammar: &Grammar) -> Vec<String> {
        let mut addresses = library.missing(grammar).iter().map(|reference| reference.uri.to_string()).collect::<Vec<_>>();
        addresses.sort();
        addresses
    }

    fn grammars(expansion: &str) -> (Grammar, Library) {
        let read = |name: &str, text: &str| {
            let uri = Url::parse(&format!("http://example.com/{name}")).unwrap();
            let surroundings = Surroundings { base: Some(uri.clone()), ..Surroundings::default() };
            (uri, Grammar::parse(text.as_bytes(), &surroundings).unwrap())
        };
        let (own, grammar) = read("self.gram", &format!("#ABNF 1.0; mode dtmf; root $x; public $x = {expansion};"));
        let mut library = Library::default();
        for (uri, grammar) in [read("names.gram", NAMES), read("rootless.gram", ROOTLESS), (own, grammar.clone())] {
            library.insert(&uri, grammar);
        }
        (grammar, library)
    }
}
