//! Expressions that are a plain value, and scripts that do nothing but declare functions: neither needs a script engine at once.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::declarations::Declarations;
use crate::clock::{Chance, Clock};
use crate::script::{Limits, Sandbox};

/// Longer scripts are run where they stand.
const LONGEST_SCRIPT: usize = 64 << 10;

/// Compiles scripts, and never calls what it compiled.
static COMPILER: Mutex<Option<Sandbox>> = Mutex::new(None);

/// The value of an expression that is a number, a string without escapes, `true`, `false` or `null`.
pub(super) fn value(expression: &str) -> Option<Value> {
    let expression = expression.trim();
    match expression {
        "true" => Some(json!(true)),
        "false" => Some(json!(false)),
        "null" => Some(Value::Null),
        _ => number(expression).or_else(|| string(expression)),
    }
}

/// A number as everybody writes it: no leading zero before its digits, and no more of them than a double can hold.
fn number(expression: &str) -> Option<Value> {
    let (whole, decimals) = expression.split_once('.').map_or((expression, None), |(whole, decimals)| (whole, Some(decimals)));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = expression.len() <= 15 && is_digits(digits) && (whole == "0" || !digits.starts_with('0'));
    match decimals {
        None => expression.parse::<i64>().ok().filter(|_| is_plain).map(Value::from),
        Some(decimals) => expression.parse::<f64>().ok().filter(|_| is_plain && is_digits(decimals)).map(Value::from),
    }
}

fn string(expression: &str) -> Option<Value> {
    let quote = expression.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    let inside = expression.strip_prefix(quote)?.strip_suffix(quote)?;
    let is_plain = !inside.contains([quote, '\\', '\r', '\n', '\u{2028}', '\u{2029}']);
    is_plain.then(|| Value::from(inside))
}

/// The functions that a script declares, where it does nothing else and has no fault: it can then be run whenever it is needed.
pub(super) fn functions(source: &str) -> Option<Vec<String>> {
    if source.len() > LONGEST_SCRIPT {
        return None;
    }
    let names = Declarations::only_functions(source)?;
    compiles(source).then_some(names)
}

fn compiles(source: &str) -> bool {
    let mut compiler = COMPILER.lock().unwrap_or_else(PoisonError::into_inner);
    if compiler.as_ref().is_none_or(|sandbox| sandbox.broken().is_some()) {
        *compiler = Sandbox::new(Limits::default(), &Clock::by_hand(Timestamp::UNIX_EPOCH), &Chance::seeded(0)).ok();
    }
    let Some(sandbox) = compiler.as_mut() else { return false };
    sandbox.run(&format!("(function($scope){{with($scope){{{source}\n}}}})")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_are_read_and_everything_else_is_left_to_the_engine() {
        let table = [
            ("0", json!(0)),
            (" -17 ", json!(-17)),
            ("0.5", json!(0.5)),
            ("12.75", json!(12.75)),
            ("'it'", json!("it")),
            ("\"a 'b'\"", json!("a 'b'")),
            ("null", Value::Null),
        ];
        for (expression, expected) in table {
            assert_eq!(value(expression), Some(expected), "{expression}");
        }
        for expression in
            ["", "007", "-0", "1.", ".5", "00.5", "1e3", "1 + 1", "'a' + 'b'", "'a\\n'", "'", "undefined", "x", "1234567890123456"]
        {
            assert_eq!(value(expression), None, "{expression}");
        }
    }

    #[test]
    fn a_script_of_functions_alone_can_wait() {
        let both = "function one(a) { return a / 2 } // halves\n;function two() { return '}' }";
        assert_eq!(functions(both), Some(vec!["one".to_owned(), "two".to_owned()]));

        for other in
            ["", "one()", "function one() { return } one()", "function (", "function one() { return", "var one = 1", "function* one() {}"]
        {
            assert_eq!(functions(other), None, "{other}");
        }
        assert_eq!(functions("function one() { var var }"), None);
    }
}
