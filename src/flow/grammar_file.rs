//! Grammars beside the flow file: what an entry may be, where digits are not enough (SRGS 1.0).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::grammar::{Automaton, Grammar, Library, Matcher, Mode, Surroundings, Verdict};

use super::version::version;

/// The grammars beside a flow file, by file name; `Err` says why one cannot be used.
pub type Grammars = BTreeMap<String, Result<GrammarFile, String>>;

/// One grammar for keys.
#[derive(Clone)]
pub struct GrammarFile {
    /// The first 16 hexadecimal digits of its SHA-256.
    pub version: String,
    /// The document.
    pub text: Arc<str>,
    automaton: Arc<Automaton>,
}

impl GrammarFile {
    /// Reads a document that stands by itself; `Err` says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let grammar = Grammar::parse(text.as_bytes(), &Surroundings::default()).map_err(|error| error.to_string())?;
        if grammar.mode() == Mode::Voice {
            return Err("it is for spoken words: write mode=\"dtmf\"".to_owned());
        }
        if !grammar.references().is_empty() {
            return Err("it refers to other grammars: put their rules into this one".to_owned());
        }
        let automaton = grammar.link(&Library::default()).map_err(|error| error.to_string())?;
        Ok(Self { version: version(text.as_bytes()), text: text.into(), automaton: Arc::new(automaton) })
    }

    /// What these keys are to it.
    pub fn judge(&self, keys: &str) -> Verdict {
        Matcher::new([Arc::clone(&self.automaton)]).push(keys)
    }

    pub(super) fn accepts(&self, keys: &str) -> bool {
        matches!(self.judge(keys), Verdict::Match | Verdict::MatchEnd)
    }
}

impl fmt::Debug for GrammarFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GrammarFile({})", self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_TO_FOUR: &str = r##"<grammar xmlns="http://www.w3.org/2001/06/grammar" version="1.0" mode="dtmf" root="r">
<rule id="r"><one-of><item>1 2</item><item>1 2 3 4</item></one-of></rule></grammar>"##;

    #[test]
    fn a_grammar_accepts_what_it_describes() {
        let grammar = GrammarFile::read(TWO_TO_FOUR).unwrap();

        assert!(grammar.accepts("12") && grammar.accepts("1234"));
        assert!(!grammar.accepts("123") && !grammar.accepts("5"));
    }

    #[test]
    fn what_no_key_can_match_is_refused() {
        assert!(GrammarFile::read("<grammar/>").is_err());
        assert!(GrammarFile::read(&TWO_TO_FOUR.replace("mode=\"dtmf\"", "xml:lang=\"en\"")).unwrap_err().contains("mode=\"dtmf\""));
    }
}
