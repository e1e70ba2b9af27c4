//! Expressions that need no script engine: a plain value, a variable that holds one, and comparisons of strings (ECMA-262 §11.9, §11.11).

use serde_json::Value;

use super::ledger::Ledger;
use super::literal;
use super::standing::Held;
use super::variable_name;

/// Numbers from here on are written otherwise by ECMAScript than by us.
const LARGEST: u64 = 1_000_000_000_000_000;

/// What an expression gives, where that is known: none inside is `undefined`, none outside is for the engine to find out.
pub(super) fn value(expression: &str, ledger: &Ledger) -> Option<Option<Value>> {
    let expression = expression.trim();
    if let Some(value) = literal::value(expression) {
        return Some(Some(value));
    }
    variable_name::check(expression).ok()?;
    match ledger.held(expression)? {
        Held::Undefined => Some(None),
        Held::Value(value) if is_plain(value) => Some(Some(value.clone())),
        Held::Value(_) | Held::Opaque => None,
    }
}

/// Whether a condition holds: a plain value, or `a == 'x'` and `a != 'x'` between strings, with `||` or `&&` between several.
pub(super) fn condition(expression: &str, ledger: &Ledger) -> Option<bool> {
    let (any, all) = (split(expression, "||"), split(expression, "&&"));
    match (any.len(), all.len()) {
        (1, _) => all.into_iter().map(|term| holds(term, ledger)).try_fold(true, |so_far, term| Some(so_far & term?)),
        (_, 1) => any.into_iter().map(|term| holds(term, ledger)).try_fold(false, |so_far, term| Some(so_far | term?)),
        (_, _) => None,
    }
}

/// A plain value as ECMAScript writes it.
pub(super) fn text(value: Option<&Value>) -> String {
    match value {
        None => "undefined".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn holds(term: &str, ledger: &Ledger) -> Option<bool> {
    let (equal, unequal) = (split(term, "=="), split(term, "!="));
    let (sides, wanted) = if unequal.len() > 1 { (unequal, false) } else { (equal, true) };
    match sides.as_slice() {
        [one] => value(one, ledger).map(|value| is_true(value.as_ref())),
        [left, right] => match (value(left, ledger)??, value(right, ledger)??) {
            (Value::String(left), Value::String(right)) => Some((left == right) == wanted),
            _ => None,
        },
        _ => None,
    }
}

fn is_true(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(is_true)) => *is_true,
        Some(Value::Number(number)) => number.as_i64() != Some(0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(_) | Value::Object(_)) => true,
    }
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.as_i64().is_some_and(|number| number.unsigned_abs() < LARGEST),
        Value::Array(_) | Value::Object(_) => false,
    }
}

/// The parts between `operator`, where it stands in no string.
fn split<'e>(expression: &'e str, operator: &str) -> Vec<&'e str> {
    let (mut parts, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, c) in expression.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, _) if at >= start && expression[at..].starts_with(operator) => {
                parts.push(&expression[start..at]);
                start = at + operator.len();
            }
            (None | Some(_), _) => {}
        }
    }
    parts.push(&expression[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::ledger_entry::Entry;
    use super::*;

    #[test]
    fn conditions_between_strings_are_found_out_and_others_left_to_the_engine() {
        let ledger = ledger();
        let table = [
            ("say == 'all'", Some(true)),
            ("say == 'all' || say == 'question'", Some(true)),
            ("say != 'all' && 'a||b' == 'a||b'", Some(false)),
            ("say", Some(true)),
            ("nothing", Some(false)),
            ("zero", Some(false)),
            ("zero == '0'", None),
            ("say == nothing", None),
            ("say === 'all'", None),
            ("say == 'all' || zero && say", None),
            ("unknown == 'all'", None),
            ("!say", None),
            ("say == 'it\\'s'", None),
            ("document", None),
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

        assert_eq!(value("say", &ledger), Some(Some(json!(7))));
        assert_eq!(value(" zero ", &ledger), Some(None));
        assert_eq!(value("far", &ledger), None);
        ledger.put(Entry::CloseAnonymous);
        assert_eq!(value("say", &ledger), Some(Some(json!("all"))));
    }

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        let declared = |name: &str, value: Option<Value>| Entry::Declare { name: name.to_owned(), value };
        let entries = [Entry::EnterContext, Entry::OpenApplication, Entry::OpenDocument { is_root: true }, Entry::OpenDialog];
        let variables = [
            declared("say", Some(json!("all"))),
            declared("nothing", None),
            declared("zero", Some(json!(0))),
            declared("far", Some(json!({ "a": 1.5 }))),
        ];
        entries.into_iter().chain(variables).for_each(|entry| ledger.put(entry));
        ledger
    }
}
