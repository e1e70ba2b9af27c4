//! A grammar as a page names it: inline, by address, computed, or made of choices (VoiceXML 2.0 §3.1).

use std::fmt::Write;
use std::sync::{Arc, OnceLock};

use super::content::{Expression, Fetching};
use crate::grammar::{Automaton, Grammar, GrammarError, Mode, Surroundings};

/// Longer phrases must be said as they stand: the grammar of their parts grows with the square of the words.
const LONGEST_PHRASE: usize = 40;

/// One grammar of a field, form, link, choice or transfer.
#[derive(Debug)]
pub(super) struct GrammarSource {
    pub form: GrammarForm,
    /// `mode="dtmf"` or `mode="voice"`; absent where the grammar itself says.
    pub mode: Option<Mode>,
    /// Whether it is active in the whole document, where its own `scope` says it (§3.1.3).
    pub is_public: Option<bool>,
    pub fetching: Fetching,
    /// The automaton, once it was used, where it is the same for every call.
    pub laid_out: OnceLock<Arc<Automaton>>,
}

/// Where the rules stand.
#[derive(Debug)]
pub(super) enum GrammarForm {
    /// Read with the page that holds it.
    Inline(Arc<Grammar>),
    Address(String),
    Computed(Expression),
    /// Rules in a form that is not SRGS, by its media type.
    Unsupported(String),
}

/// How closely words must be said (§2.2.1, `accept`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accept {
    Exact,
    Approximate,
}

impl GrammarSource {
    /// A grammar that gives `value` for the keys `keys`; spaces between keys are left out.
    pub fn of_keys(keys: &str, value: &str) -> Result<Self, GrammarError> {
        let tokens: Vec<String> = keys.chars().filter(|key| !key.is_whitespace()).map(String::from).collect();
        Self::made(Mode::Dtmf, &format!("{}{}", escaped(&tokens.join(" ")), literal(value)), None)
    }

    /// A grammar that gives `value` for `words`, or for some of them in their order.
    pub fn of_words(words: &str, accept: Accept, value: &str, lang: Option<&str>) -> Result<Self, GrammarError> {
        let words: Vec<String> = words.split_whitespace().map(escaped).collect();
        let rule = match accept {
            Accept::Approximate if words.len() <= LONGEST_PHRASE => some_of(&words),
            Accept::Approximate | Accept::Exact => words.join(" "),
        } + &literal(value);
        Self::made(Mode::Voice, &rule, lang)
    }

    fn made(mode: Mode, rule: &str, lang: Option<&str>) -> Result<Self, GrammarError> {
        let (word, lang_attribute) = match mode {
            Mode::Dtmf => ("dtmf", String::new()),
            Mode::Voice => ("voice", format!(" xml:lang=\"{}\"", escaped(lang.unwrap_or("en")))),
        };
        let text = format!(
            "<grammar xmlns=\"http://www.w3.org/2001/06/grammar\" version=\"1.0\" mode=\"{word}\" root=\"r\" \
             tag-format=\"semantics/1.0-literals\"{lang_attribute}><rule id=\"r\" scope=\"public\">{rule}</rule></grammar>"
        );
        let grammar = Grammar::parse(text.as_bytes(), &Surroundings::default())?;
        Ok(Self {
            form: GrammarForm::Inline(Arc::new(grammar)),
            mode: Some(mode),
            is_public: None,
            fetching: Fetching::default(),
            laid_out: OnceLock::new(),
        })
    }

    /// Whether it is the same for every call: nothing is computed, and nothing fetched.
    pub fn is_constant(&self) -> bool {
        match &self.form {
            GrammarForm::Inline(_) => true,
            GrammarForm::Address(address) => address.starts_with("builtin:"),
            GrammarForm::Computed(_) | GrammarForm::Unsupported(_) => false,
        }
    }
}

/// Any part of `words` in their order, at least one: the first word that is said, then whichever follow.
fn some_of(words: &[String]) -> String {
    let mut rule = String::from("<one-of>");
    for (first, word) in words.iter().enumerate() {
        let _ = write!(rule, "<item>{word}");
        for later in words.iter().skip(first + 1) {
            let _ = write!(rule, "<item repeat=\"0-1\">{later}</item>");
        }
        rule.push_str("</item>");
    }
    rule.push_str("</one-of>");
    rule
}

fn literal(value: &str) -> String {
    format!("<tag>{}</tag>", escaped(value))
}

fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}
