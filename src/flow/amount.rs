//! A number or a duration that may vary: written out, or an expression; it never leaves its bounds.

use std::fmt;
use std::ops::RangeInclusive;

use serde_json::Value;

use super::expression::Expression;
use super::expression_file::compile;
use super::node::Node;
use super::reading::{Fields, Located, Reading, milliseconds};

/// A number, or a duration in milliseconds, within its bounds.
#[derive(Debug, Clone)]
pub struct Amount {
    worth: Worth,
    bounds: Bounds,
}

#[derive(Debug, Clone)]
enum Worth {
    /// As written.
    Fixed(u32),
    /// What this gives at the moment.
    Varying(Expression),
}

/// What a field may hold, and what it is where nothing is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    name: &'static str,
    from: u32,
    to: u32,
    usual: u32,
    unit: Unit,
    hint: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// So many.
    Count,
    /// Milliseconds; an expression gives seconds, or a text such as `15s`.
    Time,
}

impl Bounds {
    /// Of a number.
    pub const fn count(name: &'static str, from: u32, to: u32, usual: u32) -> Self {
        Self { name, from, to, usual, unit: Unit::Count, hint: "" }
    }

    /// Of a duration; in milliseconds.
    pub const fn time(name: &'static str, from: u32, to: u32, usual: u32) -> Self {
        Self { name, from, to, usual, unit: Unit::Time, hint: "" }
    }

    /// With words of help for who writes more or less.
    pub const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// The usual amount.
    pub fn usual(self) -> Amount {
        self.fixed(self.usual)
    }

    pub fn fixed(self, number: u32) -> Amount {
        Amount { worth: Worth::Fixed(number), bounds: self }
    }

    fn shown(self, number: u32) -> String {
        match self.unit {
            Unit::Count => number.to_string(),
            Unit::Time if number.is_multiple_of(60_000) && number > 60_000 => format!("{}m", number / 60_000),
            Unit::Time if number.is_multiple_of(1000) => format!("{}s", number / 1000),
            Unit::Time => format!("{number}ms"),
        }
    }

    fn parse(self, text: &str) -> Option<i64> {
        match self.unit {
            Unit::Count => text.trim().parse().ok(),
            Unit::Time => milliseconds(text.trim()).map(i64::from),
        }
    }

    fn of_value(self, value: &Value) -> Option<i64> {
        match (value, self.unit) {
            (Value::String(text), _) => self.parse(text),
            (Value::Number(number), Unit::Count) => number.as_i64(),
            (Value::Number(number), Unit::Time) => number.as_i64().map(|seconds| seconds.saturating_mul(1000)),
            (Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_), _) => None,
        }
    }

    fn clamped(self, number: i64) -> u32 {
        u32::try_from(number.clamp(self.from.into(), self.to.into())).unwrap_or(self.usual)
    }
}

impl Amount {
    /// Takes the field out; the usual amount where it is not there or is no such thing.
    pub(super) fn read(bounds: Bounds, fields: &mut Fields, reading: &mut Reading) -> Self {
        Self::read_given(bounds, fields, reading).unwrap_or_else(|| bounds.usual())
    }

    /// Takes the field out, if it is there.
    pub(super) fn read_given(bounds: Bounds, fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        fields.take(bounds.name).and_then(|node| Self::of(node, bounds, reading))
    }

    pub(super) fn of(node: Node, bounds: Bounds, reading: &mut Reading) -> Option<Self> {
        let text = reading.text(node, bounds.name)?;
        match bounds.parse(&text.text) {
            Some(number) => within(number, bounds, &text, reading).map(|number| bounds.fixed(number)),
            None => read_varying(&text, bounds, reading).map(|expression| Self { worth: Worth::Varying(expression), bounds }),
        }
    }

    /// What it is at the moment: never beyond its bounds, and the usual where an expression gives no such thing.
    pub(super) fn now(&self, evaluate: impl Fn(&Expression) -> Option<Value>) -> u32 {
        match &self.worth {
            Worth::Fixed(number) => *number,
            Worth::Varying(expression) => {
                let number = evaluate(expression).and_then(|value| self.bounds.of_value(&value));
                number.map_or(self.bounds.usual, |number| self.bounds.clamped(number))
            }
        }
    }

    /// The least and the most that it can be.
    pub fn span(&self) -> RangeInclusive<u32> {
        match self.worth {
            Worth::Fixed(number) => number..=number,
            Worth::Varying(_) => self.bounds.from..=self.bounds.to,
        }
    }

    /// Where it varies, how.
    pub fn expression(&self) -> Option<&Expression> {
        match &self.worth {
            Worth::Fixed(_) => None,
            Worth::Varying(expression) => Some(expression),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.worth {
            Worth::Fixed(number) => f.write_str(&self.bounds.shown(*number)),
            Worth::Varying(expression) => f.write_str(&expression.source),
        }
    }
}

fn within(number: i64, bounds: Bounds, text: &Located, reading: &mut Reading) -> Option<u32> {
    let Bounds { name, from, to, hint, .. } = bounds;
    let fits = u32::try_from(number).ok().filter(|number| (from..=to).contains(number));
    if fits.is_none() {
        let what = format!("{name} may be {} to {}, not {}", bounds.shown(from), bounds.shown(to), text.text);
        reading.fault("out-of-bounds", &text.span, what, hint);
    }
    fits
}

/// An expression reads something by its name, such as `settings.patience`; anything else is a slip of the pen.
fn read_varying(text: &Located, bounds: Bounds, reading: &mut Reading) -> Option<Expression> {
    const NO_HINT: &str = "an expression looks like settings.name or vars.count + 1";
    let reads = |root: &str| text.text.contains(&format!("{root}."));
    if ["settings", "vars", "inputs"].into_iter().any(reads) {
        return compile(text, NO_HINT, reading);
    }
    let compiled = Expression::compile(&text.text, text.span.clone()).ok();
    let expression = compiled.filter(|compiled| text.text.contains('.') && !compiled.names().is_empty());
    if expression.is_none() {
        let (what, hint) = match bounds.unit {
            Unit::Count => ("a whole number", "write a number, or where it is: settings.name"),
            Unit::Time => ("a duration", "write it as 15s, 2m or 500ms, or where its seconds are: settings.name"),
        };
        reading.fault("wrong-type", &text.span, format!("{} must be {what}, not {:?}", bounds.name, text.text), hint);
    }
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Bounds = Bounds::time("patience", 1_000, 60_000, 7_000);

    fn read(text: &str) -> Result<Amount, (String, String)> {
        let mut reading = Reading::default();
        let node = super::super::node::parse(text).unwrap();
        let amount = Amount::of(node, PATIENCE, &mut reading);
        let fault = reading.findings.pop().map(|finding| (finding.what, finding.hint));
        amount.ok_or_else(|| fault.unwrap())
    }

    #[test]
    fn an_amount_is_written_out_or_an_expression() {
        assert_eq!(read("15s").unwrap().span(), 15_000..=15_000);
        assert_eq!(read("settings.patience").unwrap().span(), 1_000..=60_000);
        assert_eq!(read("methods.size() * 5").unwrap().to_string(), "methods.size() * 5");
    }

    #[test]
    fn what_is_neither_says_what_to_write() {
        assert_eq!(read("15").unwrap_err().0, "patience must be a duration, not \"15\"");
        assert_eq!(read("1.5s").unwrap_err().0, "patience must be a duration, not \"1.5s\"");
        assert_eq!(read("soon").unwrap_err().1, "write it as 15s, 2m or 500ms, or where its seconds are: settings.name");
        assert_eq!(read("2m").unwrap_err().0, "patience may be 1s to 60s, not 2m");
        assert!(read("settings.a +").unwrap_err().0.starts_with("this is not an expression"));
    }

    #[test]
    fn what_an_expression_gives_stays_within_the_bounds() {
        assert_eq!(PATIENCE.of_value(&Value::from(30)).map(|number| PATIENCE.clamped(number)), Some(30_000));
        assert_eq!(PATIENCE.of_value(&Value::from("2m")).map(|number| PATIENCE.clamped(number)), Some(60_000));
        assert_eq!(PATIENCE.of_value(&Value::from(-1)).map(|number| PATIENCE.clamped(number)), Some(1_000));
        assert_eq!(PATIENCE.of_value(&Value::from("soon")), None);
    }
}
