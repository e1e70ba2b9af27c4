//! A cursor over an ABNF document: space, comments, words and quotes (SRGS 1.0 §1.5, appendix D).

use std::cell::Cell;

use super::error::GrammarError;
use crate::xml::Position;

/// Reads on from a place in the text.
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// The last place whose position was asked for.
    counted: Cell<(usize, Position)>,
}

impl<'t> Scanner<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0, counted: Cell::new((0, Position { line: 1, column: 1 })) }
    }

    /// The next character after space and comments, not taken.
    pub fn peek(&mut self) -> Option<char> {
        self.skip_space();
        self.rest().chars().next()
    }

    /// Takes `wanted` if it comes next.
    pub fn take(&mut self, wanted: &str) -> bool {
        self.skip_space();
        self.take_here(wanted)
    }

    /// Takes `wanted` if it comes next, without space before it.
    pub fn take_here(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// Takes `wanted`, which must come next.
    pub fn expect(&mut self, wanted: &str) -> Result<(), GrammarError> {
        match self.take(wanted) {
            true => Ok(()),
            false => Err(self.fault(format!("{wanted:?} is expected here"))),
        }
    }

    /// Takes a run of characters up to space or a character with a meaning; empty when there is none.
    pub fn word(&mut self) -> &'t str {
        self.skip_space();
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || ";=|<>()[]{}\"$/!~".contains(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Takes everything up to `end`, and `end` itself.
    pub fn until(&mut self, end: &str) -> Result<&'t str, GrammarError> {
        let rest = self.rest();
        let Some((run, _)) = rest.split_once(end) else {
            return Err(self.fault(format!("{end:?} is missing")));
        };
        self.at += run.len() + end.len();
        Ok(run)
    }

    /// Takes a string in double or single quotes.
    pub fn quoted(&mut self) -> Result<&'t str, GrammarError> {
        match self.peek() {
            Some('"') if self.take("\"") => self.until("\""),
            Some('\'') if self.take("'") => self.until("'"),
            _ => Err(self.fault("a quoted string is expected here")),
        }
    }

    /// `{…}`, or `{!{…}!}` where the tag has braces of its own.
    pub fn tag(&mut self) -> Result<String, GrammarError> {
        self.expect("{")?;
        let end = if self.take_here("!{") { "}!}" } else { "}" };
        self.until(end).map(|tag| tag.trim().to_owned())
    }

    /// Takes a media type, `~<…>`, if one follows at once.
    pub fn media_type(&mut self) -> Result<Option<String>, GrammarError> {
        if !self.take_here("~") {
            return Ok(None);
        }
        self.expect("<")?;
        self.until(">").map(|media_type| Some(media_type.trim().to_owned()))
    }

    pub fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// Where the cursor stands. Counts on from the place that was asked for before.
    pub fn position(&self) -> Position {
        let (from, mut position) = self.counted.get();
        for c in self.text[from..self.at].chars() {
            match c {
                '\n' => position = Position { line: position.line.saturating_add(1), column: 1 },
                _ => position.column = position.column.saturating_add(1),
            }
        }
        self.counted.set((self.at, position));
        position
    }

    pub fn fault(&self, what: impl Into<String>) -> GrammarError {
        GrammarError::malformed(what, self.position())
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Steps over white space and comments; one that is not closed reaches to the end.
    fn skip_space(&mut self) {
        loop {
            let rest = self.rest();
            let skipped = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                rest.len() - rest.trim_start().len()
            };
            if skipped == 0 {
                return;
            }
            self.at += skipped;
        }
    }
}
