//! What input to a builtin grammar means (VoiceXML 2.0 appendix P).

use serde_json::Value;

pub(super) const YES_WORDS: &[&str] = &["yes", "yeah", "yep", "sure", "right", "correct", "true"];
pub(super) const NO_WORDS: &[&str] = &["no", "nope", "wrong", "false"];
const DIGIT_WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

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
    /// An amount without its currency, `*` or "point" before the cents.
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
        match self {
            Self::Boolean { yes, .. } => Value::Bool(text == yes.to_string() || YES_WORDS.contains(&text.as_str())),
            Self::Digits | Self::Number | Self::Date | Self::Phone => Value::String(text),
            Self::Currency => Value::String(amount(&text)),
            Self::Time => Value::String(time(&text)),
        }
    }

    /// A symbol as it is written in the value.
    fn character(self, symbol: &str) -> String {
        let digit = DIGIT_WORDS.iter().position(|word| *word == symbol);
        match (symbol, self) {
            ("*", Self::Number | Self::Currency) | ("point", _) => ".".to_owned(),
            ("*", Self::Phone) | ("extension", _) => "x".to_owned(),
            ("minus" | "negative", _) => "-".to_owned(),
            ("oh", _) => "0".to_owned(),
            _ => digit.map_or_else(|| symbol.to_owned(), |digit| digit.to_string()),
        }
    }
}

/// Two decimals, always.
fn amount(text: &str) -> String {
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    let whole = if whole.is_empty() { "0" } else { whole };
    format!("{whole}.{cents:0<2}")
}

/// From 01:00 to 12:59 it is open which half of the day is meant.
fn time(text: &str) -> String {
    for (words, half) in [("am", 'a'), ("pm", 'p'), ("hours", 'h')] {
        if let Some(digits) = text.strip_suffix(words) {
            return format!("{digits}{half}");
        }
    }
    let open = ("0100"..="1259").contains(&text);
    format!("{text}{}", if open { '?' } else { 'h' })
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
