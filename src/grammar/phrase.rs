//! Grammars of one phrase, as menus and options need them (VoiceXML 2.0 §2.2, §2.3.1.3).

use super::error::GrammarError;
use super::expansion::{Expansion, Times};
use super::rule::{Rule, Rules};
use super::source::{Form, Grammar, Mode, TagFormat};
use super::tokens;
use crate::xml::Position;

impl Grammar {
    /// A grammar of just these keys (`"1 2"`, `"#"`) or words.
    pub fn phrase(text: &str, mode: Mode) -> Result<Self, GrammarError> {
        of_one_rule(Expansion::Tokens(symbols(text, mode)?), mode)
    }

    /// A grammar of these words or some of them, in their order: `accept="approximate"`.
    pub fn approximate_phrase(text: &str) -> Result<Self, GrammarError> {
        let words = symbols(text, Mode::Voice)?;
        let beginnings = (0..words.len()).map(|first| {
            let mut parts = words.iter().skip(first).map(|word| Expansion::Tokens(vec![word.clone()]));
            let begin = parts.next();
            let rest = parts.map(|part| Expansion::Repeat(Box::new(part), Times { least: 0, most: Some(1) }));
            Expansion::Sequence(begin.into_iter().chain(rest).collect())
        });
        of_one_rule(Expansion::Choice(beginnings.collect()), Mode::Voice)
    }
}

fn symbols(text: &str, mode: Mode) -> Result<Vec<String>, GrammarError> {
    let symbols = tokens::spell(text, mode).filter(|symbols| !symbols.is_empty());
    symbols.ok_or_else(|| GrammarError::malformed(format!("{text:?} cannot be pressed or said"), Position { line: 1, column: 1 }))
}

fn of_one_rule(expansion: Expansion, mode: Mode) -> Result<Grammar, GrammarError> {
    let mut rules = Rules::default();
    rules.add(Rule { name: "phrase".to_owned(), public: true, expansion, position: Position::default() })?;
    Ok(Grammar { form: Form::Xml, mode, language: None, root: None, rules, tag_format: TagFormat::Undeclared, global_tags: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::{Library, Verdict, match_keys};

    #[test]
    fn a_phrase_is_matched_whole_and_an_approximate_one_in_parts() {
        let keys = Grammar::phrase("1 2#", Mode::Dtmf).unwrap();
        assert_eq!(verdict(&keys, "12"), Verdict::Partial);
        assert_eq!(verdict(&keys, "12#"), Verdict::MatchEnd);

        let news = Grammar::approximate_phrase("Stargazer astrophysics news").unwrap();
        assert_eq!(verdict(&news, "stargazer news"), Verdict::MatchEnd);
        assert_eq!(verdict(&news, "astrophysics"), Verdict::Match);
        assert_eq!(verdict(&news, "news stargazer"), Verdict::NoMatch);
        assert!(Grammar::phrase("E", Mode::Dtmf).is_err());
    }

    fn verdict(grammar: &Grammar, input: &str) -> Verdict {
        match_keys(&[grammar], &Library::default(), [input]).unwrap().0
    }
}
