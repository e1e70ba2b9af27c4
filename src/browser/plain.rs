//! Expressions that need no script engine: they compute with plain values that variables are known to hold (ECMA-262 §9, §11).

use serde_json::{Number, Value};

use super::ledger::Ledger;
use super::plain_syntax::Syntax;
use super::standing::Held;

/// Numbers from here on are written otherwise by ECMAScript than by us.
const LARGEST: f64 = 1e15;

/// What an expression gives, where that is known: none inside is `undefined`, none outside is for the engine to find out.
pub(super) fn value(expression: &str, ledger: &Ledger) -> Option<Option<Value>> {
    Plain::of(&Syntax::of(expression)?, ledger)?.to_json()
}

/// Whether a condition holds, where that is known.
pub(super) fn condition(expression: &str, ledger: &Ledger) -> Option<bool> {
    Some(Plain::of(&Syntax::of(expression)?, ledger)?.is_true())
}

/// A plain value as ECMAScript writes it.
pub(super) fn text(value: Option<&Value>) -> String {
    match value {
        None => "undefined".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A value that is no object. What is done with it here is done as ECMAScript does it, or not at all.
#[derive(Debug, Clone, PartialEq)]
enum Plain {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
}

impl Plain {
    fn of(syntax: &Syntax, ledger: &Ledger) -> Option<Self> {
        match syntax {
            Syntax::Undefined => Some(Self::Undefined),
            Syntax::Literal(value) => Self::from_json(value),
            Syntax::Name(names) => Self::named(names, ledger),
            Syntax::Not(operand) => Some(Self::Bool(!Self::of(operand, ledger)?.is_true())),
            Syntax::Minus(operand) => Some(Self::Number(-Self::of(operand, ledger)?.number()?)),
            Syntax::Conditional(condition, then, otherwise) => match Self::of(condition, ledger)?.is_true() {
                true => Self::of(then, ledger),
                false => Self::of(otherwise, ledger),
            },
            Syntax::Binary(operator, left, right) => {
                let left = Self::of(left, ledger)?;
                match (*operator, left.is_true()) {
                    ("&&", false) | ("||", true) => Some(left),
                    ("&&", true) | ("||", false) => Self::of(right, ledger),
                    (operator, _) => left.combine(operator, &Self::of(right, ledger)?),
                }
            }
        }
    }

    /// A variable, or what stands in the object that it holds.
    fn named(names: &[String], ledger: &Ledger) -> Option<Self> {
        let (held, properties) = ledger.found(names)?;
        let mut value = match held {
            Held::Undefined if properties.is_empty() => return Some(Self::Undefined),
            Held::Value(value) => value,
            Held::Undefined | Held::Opaque => return None,
        };
        for (place, name) in properties.iter().enumerate() {
            value = match value {
                Value::String(text) if name == "length" && place + 1 == properties.len() => {
                    return Some(Self::Number(text.encode_utf16().count() as f64));
                }
                Value::Object(object) => object.get(name)?,
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => return None,
            };
        }
        Self::from_json(value)
    }

    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::Bool(is_true) => Some(Self::Bool(*is_true)),
            Value::Number(number) => number.as_f64().map(Self::Number),
            Value::String(text) => Some(Self::Text(text.clone())),
            Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Numbers that are not whole are for the engine to write.
    fn to_json(&self) -> Option<Option<Value>> {
        Some(match self {
            Self::Undefined => None,
            Self::Null => Some(Value::Null),
            Self::Bool(is_true) => Some(Value::Bool(*is_true)),
            Self::Number(number) => Some(Value::Number(Number::from(whole(*number)?))),
            Self::Text(text) => Some(Value::String(text.clone())),
        })
    }

    fn is_true(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(is_true) => *is_true,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
        }
    }

    /// As a number: of texts only those that are nothing but a few digits.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) if text.len() <= 15 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            Self::Undefined | Self::Null | Self::Bool(_) | Self::Text(_) => None,
        }
    }

    fn combine(&self, operator: &str, right: &Self) -> Option<Self> {
        match operator {
            "===" => Some(Self::Bool(self == right)),
            "!==" => Some(Self::Bool(self != right)),
            "==" => self.equals(right).map(Self::Bool),
            "!=" => self.equals(right).map(|is_equal| Self::Bool(!is_equal)),
            "<" | ">" | "<=" | ">=" => self.compare(operator, right).map(Self::Bool),
            "+" if matches!(self, Self::Text(_)) || matches!(right, Self::Text(_)) => {
                Some(Self::Text(text(self.to_json()?.as_ref()) + &text(right.to_json()?.as_ref())))
            }
            _ => arithmetic(operator, self.number()?, right.number()?).map(Self::Number),
        }
    }

    /// `==` (§11.9.3): without conversion where both are of one sort, as numbers where one is.
    fn equals(&self, right: &Self) -> Option<bool> {
        match (self, right) {
            (Self::Undefined | Self::Null, Self::Undefined | Self::Null) => Some(true),
            (Self::Undefined | Self::Null, _) | (_, Self::Undefined | Self::Null) => Some(false),
            (Self::Bool(left), Self::Bool(right)) => Some(left == right),
            (Self::Text(left), Self::Text(right)) => Some(left == right),
            (left, right) => Some(left.number()? == right.number()?),
        }
    }

    /// Texts in the order of their letters, where all are of ASCII; else numbers (§11.8.5).
    fn compare(&self, operator: &str, right: &Self) -> Option<bool> {
        let order = match (self, right) {
            (Self::Text(left), Self::Text(right)) if left.is_ascii() && right.is_ascii() => Some(left.cmp(right)),
            (Self::Text(_), Self::Text(_)) => return None,
            (left, right) => left.number()?.partial_cmp(&right.number()?),
        };
        Some(match operator {
            "<" => order.is_some_and(|order| order.is_lt()),
            ">" => order.is_some_and(|order| order.is_gt()),
            "<=" => order.is_some_and(|order| order.is_le()),
            _ => order.is_some_and(|order| order.is_ge()),
        })
    }
}

fn arithmetic(operator: &str, left: f64, right: f64) -> Option<f64> {
    match operator {
        "+" => Some(left + right),
        "-" => Some(left - right),
        "*" => Some(left * right),
        "/" => Some(left / right),
        "%" => Some(left % right),
        _ => None,
    }
}

/// A whole number; minus zero is none, for it is another value than zero.
fn whole(number: f64) -> Option<i64> {
    let is_plain = number.abs() < LARGEST && number.fract() == 0.0 && (number != 0.0 || number.is_sign_positive());
    is_plain.then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::ledger_entry::Entry;
    use super::super::scopes::Scopes;
    use super::*;
    use crate::clock::{Chance, Clock};

    #[test]
    fn conditions_are_found_out_and_others_left_to_the_engine() {
        let ledger = ledger();
        let table = [
            ("say == 'all'", Some(true)),
            ("say == 'all' || say == 'question'", Some(true)),
            ("say != 'all' && 'a||b' == 'a||b'", Some(false)),
            ("say", Some(true)),
            ("nothing", Some(false)),
            ("zero", Some(false)),
            ("zero == '0'", Some(true)),
            ("say == nothing", Some(false)),
            ("say === 'all'", Some(true)),
            ("say == 'all' || zero && unknown", Some(true)),
            ("code.length == 6 && code > 99999", Some(true)),
            ("!(tries < 3) ? say : code$.confidence >= 0.5", Some(true)),
            ("unknown == 'all'", None),
            ("say == 'it\\'s'", None),
            ("say == 1", None),
            ("document", None),
            ("far.b == 1", None),
            ("application.say == document.say", Some(true)),
            ("application.lastresult$.inputmode == 'dtmf'", Some(true)),
            ("application.lastresult$.length == 1", None),
        ];
        for (expression, expected) in table {
            assert_eq!(condition(expression, &ledger), expected, "{expression}");
        }
    }

    #[test]
    fn a_variable_gives_what_its_innermost_scope_holds() {
        let mut ledger = ledger();
        ledger.put(Entry::OpenAnonymous);
        ledger.put(Entry::Declare { name: "say".to_owned(), value: Some(json!(7)) });
        ledger.put(Entry::Assign { name: "zero".to_owned(), value: None });

        assert_eq!(value("say + 1", &ledger), Some(Some(json!(8))));
        assert_eq!(value("'code ' + code + '.'", &ledger), Some(Some(json!("code 482913."))));
        assert_eq!(value(" zero ", &ledger), Some(None));
        assert_eq!(value("far", &ledger), None);
        assert_eq!(value("far.a", &ledger), None);
        assert_eq!(value("tries / 2", &ledger), Some(Some(json!(1))));
        assert_eq!(value("tries / 4", &ledger), None);
        ledger.put(Entry::CloseAnonymous);
        assert_eq!(value("say", &ledger), Some(Some(json!("all"))));
    }

    proptest! {
        #[test]
        fn what_is_known_without_the_engine_is_what_the_engine_gives(expression in expression()) {
            let ledger = ledger();
            let Some(known) = value(&expression, &ledger) else { return Ok(()) };
            let mut scopes = engine();

            prop_assert_eq!(scopes.json(&expression).unwrap(), known.clone());
            prop_assert_eq!(scopes.is_undefined(&expression).unwrap(), known.is_none());
            prop_assert_eq!(scopes.text(&expression).unwrap(), text(known.as_ref()));
            prop_assert_eq!(scopes.truth(&expression).unwrap(), condition(&expression, &ledger).unwrap());
        }
    }

    fn expression() -> impl Strategy<Value = String> {
        let leaves = "say nothing zero tries code code.length code$.confidence code$.utterance far.a application.tries lastresult$ unknown \
            application.lastresult$.utterance application.lastresult$.confidence application.lastresult$.length \
            true false null undefined 'all' \"\" '12' 'b' 0 3 42 0.5";
        let leaf = prop::sample::select(leaves.split_whitespace().collect::<Vec<_>>());
        let operators = vec!["+", "-", "*", "/", "%", "==", "!=", "===", "!==", "<", ">", "<=", ">=", "&&", "||"];
        leaf.prop_map(str::to_owned).prop_recursive(4, 20, 3, move |inner| {
            let operator = prop::sample::select(operators.clone());
            prop_oneof![
                4 => (inner.clone(), operator, inner.clone()).prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
                1 => inner.clone().prop_map(|inner| format!("!{inner}")),
                1 => inner.clone().prop_map(|inner| format!("-({inner})")),
                1 => inner.clone().prop_map(|inner| format!("({inner})")),
                1 => (inner.clone(), inner.clone(), inner).prop_map(|(one, two, three)| format!("{one} ? {two} : {three}")),
            ]
        })
    }

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.put(Entry::EnterContext);
        entries().for_each(|entry| ledger.put(entry));
        ledger
    }

    /// Scopes that hold the same, with an engine that has been made.
    fn engine() -> Scopes {
        let mut scopes = Scopes::new(json!({}).into(), Clock::by_hand(Timestamp::UNIX_EPOCH), Chance::seeded(1));
        scopes.enter_context().unwrap();
        entries().for_each(|entry| scopes.note(entry).unwrap());
        scopes.text("[]").unwrap();
        scopes
    }

    fn entries() -> impl Iterator<Item = Entry> {
        let declared = |name: &str, value: Option<Value>| Entry::Declare { name: name.to_owned(), value };
        let scopes = [Entry::OpenApplication, Entry::OpenDocument { is_root: true }];
        let variables = [
            declared("say", Some(json!("all"))),
            declared("nothing", None),
            declared("zero", Some(json!(0))),
            declared("tries", Some(json!(2))),
            Entry::OpenDialog,
            declared("code", Some(json!("482913"))),
            declared("code$", Some(json!({ "confidence": 0.75, "utterance": "482913" }))),
            declared("far", Some(json!({ "a": 1.5 }))),
            Entry::SetResult { results: json!([{ "confidence": 1.0, "utterance": "482913", "inputmode": "dtmf" }]) },
        ];
        scopes.into_iter().chain(variables)
    }
}
