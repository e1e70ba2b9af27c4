//! `collect`: digits are digits; an action is its key and then `#`.

use serde_json::Value;

use crate::secret::Digits;

use super::amount::{Amount, Bounds};
use super::check_digit::CheckDigit;
use super::expression::Expression;
use super::listening::{FIRST_KEY, Listening, follow, small};
use super::node::{Node, Shape};
use super::reading::{Fields, Located, Reading};
use super::stage::{Next, Stage};
use super::turn::{Listen, Takes};
use super::varying::Varying;

/// A code must arrive and be found first.
const FIRST_KEY_OF_CODE: Bounds = Bounds::time("first_key", 500, 60_000, 15_000);
const EXACTLY: Bounds = Bounds::count("digits", 1, 40, 1);
const FEWEST: Bounds = Bounds::count("from", 1, 40, 1);
const MOST: Bounds = Bounds::count("to", 1, 40, 1);

/// A step that collects digits.
#[derive(Debug, Clone)]
pub struct Collect {
    /// Question, timers, keys.
    pub listening: Listening,
    /// What is collected.
    pub takes: Collected,
    /// The variable that keeps it.
    pub keep: Option<Located>,
}

/// What is collected.
#[derive(Debug, Clone)]
pub enum Collected {
    /// A code: as long as the code is, and read by `check_code` only.
    Code,
    /// So many digits.
    Digits(Box<DigitRange>),
    /// What the grammar in this file says.
    Grammar(Located),
}

/// How many digits, and how they are checked.
#[derive(Debug, Clone)]
pub struct DigitRange {
    /// Fewest.
    pub from: Amount,
    /// Most.
    pub to: Amount,
    /// How the last ones are checked: `luhn`, `mod11`, `mod97` or `none`.
    pub check: Varying,
}

impl From<DigitRange> for Collected {
    fn from(range: DigitRange) -> Self {
        Collected::Digits(Box::new(range))
    }
}

impl Collect {
    pub(super) const OUTCOMES: &'static [&'static str] = &["entered", "no_input", "no_match"];
    /// Outcomes that a flow need not name.
    pub(super) const OPTIONAL: &'static [&'static str] = &["not_delivered"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let takes = fields.need("takes", reading).and_then(|node| read_takes(node, reading));
        let first_key = if matches!(takes, Some(Collected::Code)) { FIRST_KEY_OF_CODE } else { FIRST_KEY };
        let listening = Listening::read(fields, first_key, reading);
        let keep = fields.text("keep", reading);
        if let (Some(Collected::Code), Some(keep)) = (&takes, &keep) {
            reading.fault("code-kept", &keep.span, "a code cannot be kept: only check_code reads it", "leave `keep` out");
        }
        Some(Self { listening: listening?, takes: takes?, keep })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        stage.frame.misdialled = 0;
        let Some(takes) = self.takes(stage) else { return Next::Outcome("no_match") };
        Next::Listen(Box::new(self.listening.listen(takes, &[], stage)))
    }

    pub(super) fn heard<'f>(&'f self, pressed: &str, stage: &mut Stage<'f, '_>) -> Next<'f> {
        if let Some(bound) = self.listening.bound(pressed, true, stage.keys) {
            return follow(bound);
        }
        let digits = pressed.strip_suffix('#').unwrap_or(pressed);
        if !self.fits(pressed, digits, stage) {
            return Next::Outcome("no_match");
        }
        if !self.checks_out(digits, stage) {
            return self.ask_again(stage);
        }
        match (&self.takes, &self.keep) {
            (Collected::Code, _) => *stage.entry = Some(Digits::new(digits)),
            (Collected::Digits(_) | Collected::Grammar(_), Some(keep)) => {
                stage.frame.vars.insert(keep.text.clone(), Value::from(digits));
            }
            (Collected::Digits(_) | Collected::Grammar(_), None) => {}
        }
        Next::Outcome("entered")
    }

    /// What counts as an entry; `None` where the grammar is not there.
    fn takes(&self, stage: &Stage<'_, '_>) -> Option<Takes> {
        let Collected::Grammar(file) = &self.takes else {
            let (from, to) = self.length(stage);
            return Some(Takes::Digits { from, to });
        };
        let grammar = stage.grammars.get(&file.text)?.as_ref().ok()?;
        Some(Takes::Grammar { file: format!("{}/{}", grammar.version, file.text), text: grammar.text.to_string() })
    }

    /// Whether the entry is one: a grammar may want the `#` at its end or not.
    fn fits(&self, pressed: &str, digits: &str, stage: &Stage<'_, '_>) -> bool {
        if let Collected::Grammar(file) = &self.takes {
            let grammar = stage.grammars.get(&file.text).and_then(|grammar| grammar.as_ref().ok());
            return grammar.is_some_and(|grammar| grammar.accepts(pressed) || grammar.accepts(digits));
        }
        let (from, to) = self.length(stage);
        (usize::from(from)..=usize::from(to)).contains(&digits.len()) && digits.bytes().all(|key| key.is_ascii_digit())
    }

    /// Whether the check digits are right, where there are any.
    fn checks_out(&self, digits: &str, stage: &Stage<'_, '_>) -> bool {
        match &self.takes {
            Collected::Code | Collected::Grammar(_) => true,
            Collected::Digits(range) => CheckDigit::named(&range.check.text(stage)).is_none_or(|check| check.accepts(digits)),
        }
    }

    /// A wrong check digit is one wrong entry among others, but a page cannot tell.
    fn ask_again<'f>(&'f self, stage: &mut Stage<'f, '_>) -> Next<'f> {
        let wrong = stage.frame.misdialled.saturating_add(1);
        stage.frame.misdialled = wrong;
        if wrong >= small(stage, &self.listening.tries) {
            return Next::Outcome("no_match");
        }
        stage.frame.ask = Some(format!("{}.no_match", self.listening.ask.text));
        let (from, to) = self.length(stage);
        let listen = self.listening.listen(Takes::Digits { from, to }, &[], stage);
        let tries_together = listen.tries_together.saturating_sub(wrong).max(1);
        Next::Listen(Box::new(Listen { tries_together, ..listen }))
    }

    /// The expressions it evaluates.
    pub(super) fn expressions(&self) -> Vec<&Expression> {
        match &self.takes {
            Collected::Code | Collected::Grammar(_) => Vec::new(),
            Collected::Digits(range) => {
                let length = [&range.from, &range.to].into_iter().filter_map(Amount::expression);
                length.chain(range.check.expression()).collect()
            }
        }
    }

    /// Fewest and most digits, as the settings are now.
    fn length(&self, stage: &Stage<'_, '_>) -> (u8, u8) {
        match &self.takes {
            Collected::Code => stage.facts.code.digits,
            Collected::Grammar(_) => (1, 40),
            Collected::Digits(range) => {
                let from = small(stage, &range.from);
                (from, small(stage, &range.to).max(from))
            }
        }
    }
}

fn read_takes(node: Node, reading: &mut Reading) -> Option<Collected> {
    if let Shape::Text { text, .. } = &node.shape {
        if text == "code" {
            return Some(Collected::Code);
        }
        let hint = "takes: code, { digits: 8 }, { digits: { from: 4, to: 10 } } or { grammar: file.grxml }";
        reading.fault("wrong-type", &node.span, format!("takes cannot be {text}"), hint);
        return None;
    }
    let mut fields = reading.fields(node, "takes");
    if let Some(file) = fields.text("grammar", reading) {
        fields.finish(reading);
        return Some(Collected::Grammar(file));
    }
    let digits = fields.need("digits", reading);
    fields.finish(reading);
    let digits = digits?;
    if matches!(digits.shape, Shape::Text { .. }) {
        let exactly = Amount::of(digits, EXACTLY, reading)?;
        return Some(DigitRange { from: exactly.clone(), to: exactly, check: Varying::Literal("none".to_owned()) }.into());
    }
    let mut fields = reading.fields(digits, "digits");
    let from = fields.need("from", reading).and_then(|node| Amount::of(node, FEWEST, reading));
    let to = fields.need("to", reading).and_then(|node| Amount::of(node, MOST, reading));
    let check = read_check(&mut fields, reading);
    fields.finish(reading);
    Some(DigitRange { from: from?, to: to?, check: check? }.into())
}

fn read_check(fields: &mut Fields, reading: &mut Reading) -> Option<Varying> {
    let Some(node) = fields.take("check") else { return Some(Varying::Literal("none".to_owned())) };
    let span = node.span.clone();
    let check = Varying::read(node, reading)?;
    if let Varying::Literal(name) = &check
        && name != "none"
        && CheckDigit::named(name).is_none()
    {
        reading.fault("unknown-check", &span, format!("there is no check called {name}"), "none, luhn, mod11 or mod97");
    }
    Some(check)
}
