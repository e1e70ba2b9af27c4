//! Rule expansions in the ABNF form (SRGS 1.0 §2, appendix D).

use url::Url;

use super::abnf_scanner::Scanner;
use super::error::GrammarError;
use super::expansion::{Expansion, Times, read_weight};
use super::source::{Mode, target};
use super::tokens;

/// Deepest nesting of groups.
const DEEPEST: usize = 100;

/// Reads the right hand side of a rule.
pub(super) struct ExpansionReader<'s, 't> {
    scanner: &'s mut Scanner<'t>,
    mode: Mode,
    base: Option<&'s Url>,
    depth: usize,
}

impl<'s, 't> ExpansionReader<'s, 't> {
    pub fn new(scanner: &'s mut Scanner<'t>, mode: Mode, base: Option<&'s Url>) -> Self {
        Self { scanner, mode, base, depth: 0 }
    }

    /// Reads alternatives, each with its weight if it has one.
    pub fn choice(&mut self) -> Result<Expansion, GrammarError> {
        let mut alternatives = Vec::new();
        loop {
            if self.scanner.take("/") {
                let position = self.scanner.position();
                read_weight(self.scanner.until("/")?.trim(), f64::MAX, position)?;
            }
            alternatives.push(self.sequence()?);
            if !self.scanner.take("|") {
                return Ok(Expansion::Choice(alternatives));
            }
        }
    }

    fn sequence(&mut self) -> Result<Expansion, GrammarError> {
        let mut parts = Vec::new();
        while !matches!(self.scanner.peek(), None | Some(';' | '|' | ')' | ']')) {
            let part = self.primary()?;
            self.language_attachment()?;
            parts.push(self.repeated(part)?);
        }
        match parts.is_empty() {
            true => Err(self.scanner.fault("an expansion is empty: write $NULL or ()")),
            false => Ok(Expansion::Sequence(parts)),
        }
    }

    fn primary(&mut self) -> Result<Expansion, GrammarError> {
        match self.scanner.peek() {
            Some('$') => self.reference(),
            Some('(') => self.group("(", ")"),
            Some('[') => {
                let body = self.group("[", "]")?;
                Ok(Expansion::Repeat(Box::new(body), Times { least: 0, most: Some(1) }))
            }
            Some('{') => self.scanner.tag().map(Expansion::Tag),
            Some('"') => {
                let token = self.scanner.quoted()?;
                self.token(token)
            }
            Some(_) | None => {
                let token = self.scanner.word();
                self.token(token)
            }
        }
    }

    fn group(&mut self, open: &str, close: &str) -> Result<Expansion, GrammarError> {
        self.scanner.expect(open)?;
        if self.scanner.take(close) {
            return Ok(Expansion::Sequence(Vec::new()));
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.scanner.fault(format!("groups are nested more than {DEEPEST} deep")));
        }
        let body = self.choice()?;
        self.depth -= 1;
        self.scanner.expect(close)?;
        Ok(body)
    }

    fn reference(&mut self) -> Result<Expansion, GrammarError> {
        self.scanner.expect("$")?;
        let position = self.scanner.position();
        if self.scanner.take_here("<") {
            let uri = self.scanner.until(">")?;
            let media_type = self.scanner.media_type()?;
            return Ok(Expansion::Rule(target(uri, media_type.as_deref(), self.base, position)?, position));
        }
        match self.scanner.word() {
            "NULL" => Ok(Expansion::Sequence(Vec::new())),
            "VOID" => Ok(Expansion::Void),
            "GARBAGE" => Ok(Expansion::Garbage),
            name => Ok(Expansion::Rule(target(&format!("#{name}"), None, None, position)?, position)),
        }
    }

    fn token(&mut self, token: &str) -> Result<Expansion, GrammarError> {
        let symbols = tokens::spell(token, self.mode).filter(|symbols| !symbols.is_empty());
        symbols.map(Expansion::Tokens).ok_or_else(|| self.scanner.fault(format!("{token:?} is not a token")))
    }

    fn language_attachment(&mut self) -> Result<(), GrammarError> {
        if self.scanner.take_here("!") && self.scanner.word().is_empty() {
            return Err(self.scanner.fault("a language is expected after \"!\""));
        }
        Ok(())
    }

    /// `<m-n>` or `<m-n /probability/>` after what it repeats.
    fn repeated(&mut self, body: Expansion) -> Result<Expansion, GrammarError> {
        if !self.scanner.take("<") {
            return Ok(body);
        }
        let position = self.scanner.position();
        let inside = self.scanner.until(">")?;
        let (count, probability) = inside.split_once('/').unwrap_or((inside, ""));
        if let Some(probability) = probability.trim().strip_suffix('/') {
            read_weight(probability.trim(), 1.0, position)?;
        } else if !probability.is_empty() {
            return Err(self.scanner.fault("a repeat probability stands between two slashes"));
        }
        Ok(Expansion::Repeat(Box::new(body), Times::read(count.trim(), position)?))
    }
}
