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
        let grammars: Vec<_> = grammars.into_iter().collect();
        let count = grammars.len();
        let runs = grammars.into_iter().map(|automaton| Run { chart: Chart::new(&automaton, count), automaton });
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

    /// Whether `key` could come next: a termination character ends the input only where no grammar wants it.
    pub fn could_take(&self, key: &str) -> bool {
        self.runs.iter().any(|run| run.could_take(key))
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
        for symbol in self.symbols(word) {
            self.chart.push(&self.automaton, &symbol);
        }
    }

    fn could_take(&self, word: &str) -> bool {
        self.symbols(word).first().is_some_and(|symbol| self.chart.could_take(&self.automaton, symbol))
    }

    /// What is no key at all is a symbol that no grammar knows.
    fn symbols(&self, word: &str) -> Vec<String> {
        tokens::spell(word, self.automaton.mode).unwrap_or_else(|| vec![word.to_owned()])
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::grammar::Surroundings;

    const PIN: &str = include_str!("../../fixtures/grammars/pin.grxml");
    const MENU: &str = include_str!("../../fixtures/grammars/menu.grxml");
    const FLIGHT: &str = include_str!("../../fixtures/grammars/flight.gram");
    const NESTED: &str = include_str!("../../fixtures/grammars/nested.gram");

    #[test]
    fn every_input_has_its_verdict_and_every_match_its_meaning() {
        use Verdict::{Match, MatchEnd, NoMatch, Partial};
        let table = [
            (PIN, "", Partial, json!(null)),
            (PIN, "1 2 3", Partial, json!(null)),
            (PIN, "1234#", MatchEnd, json!("1234#")),
            (PIN, "123456", Partial, json!(null)),
            (PIN, "1234567", NoMatch, json!(null)),
            (PIN, "* 9", MatchEnd, json!("*9")),
            (PIN, "x", NoMatch, json!(null)),
            (MENU, "1", MatchEnd, json!("balance")),
            (MENU, "7", Match, json!("cards")),
            (MENU, "71", Partial, json!(null)),
            (MENU, "715", MatchEnd, json!("lost card")),
            (MENU, "0#", MatchEnd, json!("#")),
            (MENU, "0a", MatchEnd, json!("star")),
            (NESTED, "", Match, json!("")),
            (NESTED, "1111", Match, json!("1111")),
            (NESTED, "12", NoMatch, json!(null)),
            (FLIGHT, "i want to", Partial, json!(null)),
            (FLIGHT, "FLY to  boston", Match, json!({ "to": "BOS", "said": "boston" })),
            (FLIGHT, "go to New York for two", Match, json!({ "to": "JFK", "seats": 2, "said": "New York" })),
            (FLIGHT, "go to boston please thank you", MatchEnd, json!({ "to": "BOS", "said": "boston" })),
            (FLIGHT, "go to boston please please please", NoMatch, json!(null)),
        ];
        for (grammar, input, verdict, meaning) in table {
            let (found, outcome) = matched(&[grammar], input);

            assert_eq!(found, verdict, "{input:?} in {grammar}");
            let interpretation = outcome.map_or(json!(null), |outcome| outcome.interpretation.unwrap());
            assert_eq!(interpretation, meaning, "{input:?} in {grammar}");
        }
    }

    #[test]
    fn the_verdict_is_over_all_grammars_and_the_first_that_matches_wins() {
        let (verdict, outcome) = matched(&[PIN, MENU], "7");
        assert_eq!((verdict, outcome.map(|outcome| outcome.grammar)), (Verdict::Match, Some(1)));

        let (verdict, outcome) = matched(&[NESTED, MENU], "1");
        assert_eq!((verdict, outcome.map(|outcome| outcome.grammar)), (Verdict::Match, Some(0)));

        assert_eq!(matched(&[], "1").0, Verdict::NoMatch);
    }

    #[test]
    fn a_key_is_wanted_or_not_without_being_pressed() {
        let mut matcher = matcher(&[PIN, MENU]);
        assert!(matcher.could_take("7") && !matcher.could_take("#") && !matcher.could_take("x"));

        matcher.push("1234");

        assert!(matcher.could_take("#") && !matcher.could_take("*"));
    }

    #[test]
    fn special_rules_match_nothing_never_or_anything() {
        let table = [
            ("$NULL 1", "1", Verdict::MatchEnd),
            ("$VOID 1 | 2", "1", Verdict::NoMatch),
            ("1 $VOID | 2", "1", Verdict::NoMatch),
            ("$VOID <0> 1", "1", Verdict::MatchEnd),
            ("$GARBAGE 1", "2221", Verdict::Match),
            ("$GARBAGE 1", "22", Verdict::Partial),
            ("$endless", "1", Verdict::NoMatch),
            ("$left", "1222", Verdict::Match),
            ("$right", "2221", Verdict::MatchEnd),
            ("$itself", "1", Verdict::MatchEnd),
            ("$hidden", "2111", Verdict::Match),
            ("$hidden", "22", Verdict::Partial),
            ("$hidden", "1112", Verdict::NoMatch),
            ("{tag} <3->", "", Verdict::MatchEnd),
        ];
        for (expansion, input, verdict) in table {
            let rules = "$endless = 1 $endless; $left = $left 2 | 1; $right = 2 $right | 1; $itself = $itself | 1; \
                         $hidden = $none $hidden 1 | 1; $none = () | 2;";
            let grammar = format!("#ABNF 1.0; mode dtmf; root $x; $x = {expansion}; {rules}");

            assert_eq!(matched(&[&grammar], input).0, verdict, "{expansion} {input:?}");
        }
    }

    #[test]
    fn repeats_in_repeats_cost_no_more_than_a_glance() {
        let mut matcher = matcher(&[NESTED]);

        for _ in 0..40 {
            assert_eq!(matcher.push("1"), Verdict::Match);
        }
        assert!(matcher.runs[0].chart.size() < 60_000, "{} items", matcher.runs[0].chart.size());
    }

    #[test]
    fn neither_a_matcher_nor_an_outcome_shows_the_keys_in_a_log() {
        let mut matcher = matcher(&[PIN]);
        matcher.push("1234#");

        let shown = format!("{matcher:?} {:?}", matcher.outcome());

        assert!(!shown.contains("1234"), "{shown}");
    }

    #[test]
    fn a_grammar_cut_at_any_byte_never_panics() {
        for whole in [PIN, MENU, FLIGHT, NESTED] {
            for end in 0..whole.len() {
                if let Ok(grammar) = Grammar::parse(&whole.as_bytes()[..end], &Surroundings::default()) {
                    drop(match_keys(&[&grammar], &Library::default(), ["1"]));
                }
            }
        }
    }

    fn matched(grammars: &[&str], input: &str) -> (Verdict, Option<Outcome>) {
        let mut matcher = matcher(grammars);
        let verdict = matcher.push(input);
        (verdict, matcher.outcome())
    }

    fn matcher(grammars: &[&str]) -> Matcher {
        let automata = grammars.iter().map(|text| {
            let grammar = Grammar::parse(text.as_bytes(), &Surroundings::default()).unwrap();
            Arc::new(grammar.link(&Library::default()).unwrap())
        });
        Matcher::new(automata)
    }
}
