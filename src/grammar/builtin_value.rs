//! What input to a builtin grammar means (VoiceXML 2.0 appendix P).

use serde_json::Value;

use super::spoken_value::{self, UNITS};

pub(super) const YES_WORDS: &[&str] = &["yes", "yeah", "yep", "sure", "right", "correct", "true"];
pub(super) const NO_WORDS: &[&str] = &["no", "nope", "wrong", "false"];

/// The types of appendix P.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BuiltinType {
    /// Yes or no; the keys that say so.
    Boolean {
        /// The key for yes.
        yes: char,
        /// The key for no.
        no: char,
    },
    /// Digits as a string.
    Digits,
    /// A number, `*` or "point" before its decimals.
    Number,
    /// An amount, with the code of its currency where that was said; `*` or "point" before the cents.
    Currency,
    /// `yyyymmdd`.
    Date,
    /// `hhmm` and then `a`, `p`, `h`, or `?` where that is open.
    Time,
    /// A telephone number, `*` or "extension" before the extension.
    Phone,
}

impl BuiltinType {
    /// The value of `symbols`, which the grammar has matched: keys, or words in lower case.
    pub fn value(self, symbols: &[String]) -> Value {
        let text = symbols.iter().map(|symbol| self.character(symbol)).collect::<String>();
        // `twenty-three` is two words.
        let words: Vec<&str> = symbols.iter().flat_map(|symbol| symbol.split('-')).collect();
        match self {
            Self::Boolean { yes, .. } => Value::Bool(text == yes.to_string() || YES_WORDS.contains(&text.as_str())),
            Self::Digits | Self::Phone => Value::String(text),
            Self::Number => Value::String(spoken_value::number(&words)),
            Self::Currency => Value::String(spoken_value::amount(&words)),
            Self::Date => Value::String(spoken_value::date(&words)),
            Self::Time => Value::String(spoken_value::time(&words)),
        }
    }

    /// A symbol as it is written in the value.
    fn character(self, symbol: &str) -> String {
        let digit = UNITS.iter().position(|word| *word == symbol);
        match (symbol, self) {
            ("*", Self::Phone) | ("extension", _) => "x".to_owned(),
            ("oh", _) => "0".to_owned(),
            _ => digit.map_or_else(|| symbol.to_owned(), |digit| digit.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_type_writes_its_value_as_appendix_p_says() {
        let boolean = BuiltinType::Boolean { yes: '7', no: '9' };
        let values = [
            (boolean, "7", json!(true)),
            (boolean, "9", json!(false)),
            (boolean, "yes", json!(true)),
            (BuiltinType::Digits, "0 1 2", json!("012")),
            (BuiltinType::Digits, "oh one two", json!("012")),
            (BuiltinType::Number, "1 * 5", json!("1.5")),
            (BuiltinType::Number, "minus one point 5", json!("-1.5")),
            (BuiltinType::Currency, "1 2 * 5", json!("12.50")),
            (BuiltinType::Currency, "1 2", json!("12.00")),
            (BuiltinType::Time, "0 9 3 0", json!("0930?")),
            (BuiltinType::Time, "1 3 3 0", json!("1330h")),
            (BuiltinType::Time, "0 9 3 0 pm", json!("0930p")),
            (BuiltinType::Phone, "4 2 * 7", json!("42x7")),
        ];
        for (kind, input, value) in values {
            let symbols = input.split(' ').map(str::to_owned).collect::<Vec<_>>();

            assert_eq!(kind.value(&symbols), value, "{kind:?} {input}");
        }
    }
}
