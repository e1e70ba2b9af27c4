//! The matcher: keys or words over several active grammars at once, as the key collector asks (VoiceXML 2.0 appendix D).

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::automaton::Automaton;
use super::chart::Chart;
use super::derivation;
use super::error::GrammarError;
use super::interpretation;
use super::library::Library;
use super::source::{Grammar, Mode};
use super::tokens;
use crate::script::ScriptError;

/// What the input is to all active grammars together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No sentence begins like this.
    NoMatch,
    /// The beginning of a sentence, but not itself one.
    Partial,
    /// A sentence, and more could follow.
    Match,
    /// A sentence, and nothing can follow.
    MatchEnd,
}

/// A match: which grammar, and what it means. `Debug` shows no input: keys are secrets.
#[derive(Clone, PartialEq)]
pub struct Outcome {
    /// The place of the grammar among those the matcher was given: the first that matches wins.
    pub grammar: usize,
    /// The keys without spaces, or the words with one space between them.
    pub utterance: String,
    /// The semantic result (SISR 1.0), or why the tags gave none (`error.semantic` in VoiceXML).
    pub interpretation: Result<Value, ScriptError>,
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome").field("grammar", &self.grammar).finish_non_exhaustive()
    }
}

/// Takes the input key by key, or word by word.
pub struct Matcher {
    runs: Vec<Run>,
    /// The words as they were said; keys in their standard spelling.
    input: Vec<String>,
}

struct Run {
    automaton: Arc<Automaton>,
    chart: Chart,
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher").field("grammars", &self.runs.len()).field("input", &self.input.len()).finish()
    }
}

impl Matcher {
    /// A matcher without input yet. The grammars stand in order of precedence.
    pub fn new(grammars: impl IntoIterator<Item = Arc<Automaton>>) -> Self {
        let runs = grammars.into_iter().map(|automaton| Run { chart: Chart::new(&automaton), automaton });
        Self { runs: runs.collect(), input: Vec::new() }
    }

    /// Takes a token: a key or several in sequence, a word or several with white space between.
    pub fn push(&mut self, token: &str) -> Verdict {
        let words = match self.runs.first().map(|run| run.automaton.mode) {
            Some(Mode::Dtmf) => token.chars().filter(|c| !c.is_whitespace()).map(String::from).collect(),
            Some(Mode::Voice) | None => token.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
        };
        for word in words {
            for run in &mut self.runs {
                run.push(&word);
            }
            self.input.push(word);
        }
        self.verdict()
    }

    /// What the input so far is.
    pub fn verdict(&self) -> Verdict {
        let matched = self.runs.iter().any(|run| run.chart.accepted().is_some());
        let open = self.runs.iter().any(|run| run.chart.can_go_on());
        match (matched, open) {
            (false, false) => Verdict::NoMatch,
            (false, true) => Verdict::Partial,
            (true, true) => Verdict::Match,
            (true, false) => Verdict::MatchEnd,
        }
    }

    /// The match, when the input so far is one. Tags are run here, not by `push`.
    pub fn outcome(&self) -> Option<Outcome> {
        let (grammar, run, accepted) =
            self.runs.iter().enumerate().find_map(|(place, run)| run.chart.accepted().map(|accepted| (place, run, accepted)))?;
        let events = derivation::derive(&run.automaton, &run.chart, accepted);
        let utterance = tokens::join(&self.input, run.automaton.mode);
        let interpretation = interpretation::interpret(&run.automaton, &events, &self.input);
        Some(Outcome { grammar, utterance, interpretation })
    }
}

impl Run {
    fn push(&mut self, word: &str) {
        let symbols = tokens::spell(word, self.automaton.mode).unwrap_or_else(|| vec![word.to_owned()]);
        for symbol in symbols {
            self.chart.push(&self.automaton, &symbol);
        }
    }
}

/// Links and matches in one go: for input that is whole already.
pub fn match_keys<'t>(
    grammars: &[&Grammar],
    library: &Library,
    tokens: impl IntoIterator<Item = &'t str>,
) -> Result<(Verdict, Option<Outcome>), GrammarError> {
    let automata = grammars.iter().map(|grammar| grammar.link(library).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    let mut matcher = Matcher::new(automata);
    for token in tokens {
        matcher.push(token);
    }
    Ok((matcher.verdict(), matcher.outcome()))
}
