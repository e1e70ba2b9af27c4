//! The platform's own grammars, made from their URI and parameters (VoiceXML 2.0 §2.3.1.2, appendix P).

use super::abnf_form;
use super::builtin_value::BuiltinType;
use super::error::GrammarError;
use super::source::{Grammar, Mode, Surroundings, TagFormat};
use super::spoken_words;

const KEY_DIGIT: &str = "private $d = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;";
const KEY_DATE: &str = "$d <4> (0 (1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9) | 1 (0 | 1 | 2)) \
                        (0 (1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9) | (1 | 2) $d | 3 (0 | 1))";
const KEY_TIME: &str = "((0 | 1) $d | 2 (0 | 1 | 2 | 3)) (0 | 1 | 2 | 3 | 4 | 5) $d";

/// Makes the grammar behind `uri`. Parameters that its type does not have are ignored.
pub(super) fn grammar(uri: &str) -> Result<Grammar, GrammarError> {
    let unknown = || GrammarError::UnknownBuiltin(uri.to_owned());
    let address = uri.strip_prefix("builtin:").ok_or_else(unknown)?;
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let (mode, name) = path.split_once('/').ok_or_else(unknown)?;
    let mode = match mode {
        "dtmf" => Mode::Dtmf,
        "grammar" => Mode::Voice,
        _ => return Err(unknown()),
    };
    let parameters = Parameters { uri, pairs: query.split([';', '&']).filter_map(|pair| pair.split_once('=')).collect() };
    let kind = match name {
        "boolean" => parameters.boolean()?,
        "currency" => BuiltinType::Currency,
        "date" => BuiltinType::Date,
        "digits" => BuiltinType::Digits,
        "number" => BuiltinType::Number,
        "phone" => BuiltinType::Phone,
        "time" => BuiltinType::Time,
        _ => return Err(unknown()),
    };
    let mut grammar = abnf_form::read(document(kind, mode, &parameters)?.as_bytes(), &Surroundings::default())?;
    grammar.tag_format = TagFormat::Builtin(kind);
    Ok(grammar)
}

fn document(kind: BuiltinType, mode: Mode, parameters: &Parameters<'_>) -> Result<String, GrammarError> {
    let digits = if kind == BuiltinType::Digits { parameters.digits()? } else { String::new() };
    let (mode, rules, expansion) = match mode {
        Mode::Dtmf => ("dtmf", KEY_DIGIT.to_owned(), keyed(kind, &digits)),
        Mode::Voice => ("voice", spoken_words::rules(kind), spoken_words::expansion(kind, &digits)),
    };
    Ok(format!("#ABNF 1.0; language en-US; mode {mode}; root $builtin; {rules} public $builtin = {expansion};"))
}

/// What is keyed for `kind`; `digits` is how many of them, where that is asked.
fn keyed(kind: BuiltinType, digits: &str) -> String {
    match kind {
        BuiltinType::Boolean { yes, no } => format!("\"{yes}\" | \"{no}\""),
        BuiltinType::Digits => format!("$d <{digits}>"),
        BuiltinType::Number => "$d <1-> [\"*\" $d <1->] | \"*\" $d <1->".to_owned(),
        BuiltinType::Currency => "$d <1-> [\"*\" $d <1-2>] | \"*\" $d <1-2>".to_owned(),
        BuiltinType::Date => KEY_DATE.to_owned(),
        BuiltinType::Time => KEY_TIME.to_owned(),
        BuiltinType::Phone => "$d <1-> [\"*\" $d <1->]".to_owned(),
    }
}

/// What stands after the question mark.
struct Parameters<'u> {
    uri: &'u str,
    pairs: Vec<(&'u str, &'u str)>,
}

impl Parameters<'_> {
    fn boolean(&self) -> Result<BuiltinType, GrammarError> {
        let (yes, no) = (self.key("y", '1')?, self.key("n", '2')?);
        match yes == no {
            true => Err(self.fault(format!("{yes:?} cannot mean both yes and no"))),
            false => Ok(BuiltinType::Boolean { yes, no }),
        }
    }

    /// The repeat that the length parameters ask for.
    fn digits(&self) -> Result<String, GrammarError> {
        let (least, most, length) = (self.count("minlength")?, self.count("maxlength")?, self.count("length")?);
        match (least, most, length) {
            (None, None, Some(length)) => Ok(format!("{length}")),
            (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => Err(self.fault("length excludes minlength and maxlength".to_owned())),
            (Some(least), Some(most), None) if least > most => Err(self.fault(format!("minlength {least} is more than maxlength {most}"))),
            (least, Some(most), None) => Ok(format!("{}-{most}", least.unwrap_or(1).min(most))),
            (least, None, None) => Ok(format!("{}-", least.unwrap_or(1))),
        }
    }

    fn key(&self, name: &str, default: char) -> Result<char, GrammarError> {
        let Some(value) = self.value(name) else { return Ok(default) };
        let mut keys = value.chars();
        match (keys.next(), keys.next()) {
            (Some(key), None) if key.is_ascii_digit() || matches!(key, '*' | '#') => Ok(key),
            _ => Err(self.fault(format!("{name}={value} is not one key"))),
        }
    }

    fn count(&self, name: &str) -> Result<Option<u32>, GrammarError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.parse().map(Some).map_err(|_| self.fault(format!("{name}={value} is not a count")))
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
    }

    fn fault(&self, what: String) -> GrammarError {
        GrammarError::BuiltinParameters { uri: self.uri.to_owned(), what }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::grammar::{Library, Verdict, match_keys};

    #[test]
    fn builtin_grammars_collect_as_their_parameters_say() {
        let table = [
            ("builtin:dtmf/digits", "0123", Verdict::Match, json!("0123")),
            ("builtin:dtmf/digits?length=4", "012", Verdict::Partial, json!(null)),
            ("builtin:dtmf/digits?length=4", "0123", Verdict::MatchEnd, json!("0123")),
            ("builtin:dtmf/digits?minlength=2;maxlength=3;lenght=9", "01", Verdict::Match, json!("01")),
            ("builtin:dtmf/boolean", "1", Verdict::MatchEnd, json!(true)),
            ("builtin:dtmf/boolean?y=7;n=9", "9", Verdict::MatchEnd, json!(false)),
            ("builtin:dtmf/boolean?y=7;n=9", "1", Verdict::NoMatch, json!(null)),
            ("builtin:dtmf/number", "12*5", Verdict::Match, json!("12.5")),
            ("builtin:dtmf/currency", "12*50", Verdict::MatchEnd, json!("12.50")),
            ("builtin:dtmf/date", "20261121", Verdict::MatchEnd, json!("20261121")),
            ("builtin:dtmf/date", "202613", Verdict::NoMatch, json!(null)),
            ("builtin:dtmf/time", "1430", Verdict::MatchEnd, json!("1430h")),
            ("builtin:dtmf/phone", "49301*22", Verdict::Match, json!("49301x22")),
            ("builtin:grammar/boolean", "Yes", Verdict::MatchEnd, json!(true)),
            ("builtin:grammar/digits?length=2", "one oh", Verdict::MatchEnd, json!("10")),
        ];
        for (uri, input, verdict, meaning) in table {
            let grammar = Grammar::builtin(uri).unwrap();
            let (found, outcome) = match_keys(&[&grammar], &Library::default(), [input]).unwrap();

            assert_eq!(found, verdict, "{uri} {input}");
            assert_eq!(outcome.map_or(json!(null), |outcome| outcome.interpretation.unwrap()), meaning, "{uri} {input}");
        }
    }

    #[test]
    fn spoken_numbers_amounts_dates_and_times_are_understood() {
        let table = [
            ("number", "one hundred twenty-three", "123"),
            ("number", "minus twenty three point five", "-23.5"),
            ("number", "two million three hundred and four thousand and six", "2304006"),
            ("number", "one two three", "123"),
            ("number", "point oh five", ".05"),
            ("number", "fifteen hundred", "1500"),
            ("currency", "five dollars", "5.00"),
            ("currency", "twelve euros and fifty cents", "EUR12.50"),
            ("currency", "u s dollars", ""),
            ("currency", "three hundred u s dollars twenty-five", "USD300.25"),
            ("currency", "nine point five yen", "JPY9.50"),
            ("currency", "ninety nine cents", "0.99"),
            ("currency", "one two point five", "12.50"),
            ("date", "march fifth two thousand six", "20060305"),
            ("date", "the twenty first of december nineteen ninety-nine", "19991221"),
            ("date", "july four", "????0704"),
            ("date", "march twenty twenty six", "202603??"),
            ("date", "march twenty twenty twenty six", "20260320"),
            ("date", "may", "????05??"),
            ("date", "two zero two six one one two one", "20261121"),
            ("date", "march forty", ""),
            ("time", "five thirty", "0530?"),
            ("time", "half past three", "0330?"),
            ("time", "quarter to one in the afternoon", "1245p"),
            ("time", "seven o'clock a m", "0700a"),
            ("time", "fourteen hundred hours", "1400h"),
            ("time", "twenty-three oh five", "2305h"),
            ("time", "noon", "1200p"),
            ("time", "nine oh five p.m.", "0905p"),
            ("time", "oh nine three oh", "0930?"),
            ("time", "zero nine three zero", "0930?"),
            ("time", "twenty five thirty", ""),
        ];
        for (kind, words, value) in table {
            let grammar = Grammar::builtin(&format!("builtin:grammar/{kind}")).unwrap();
            let (_, outcome) = match_keys(&[&grammar], &Library::default(), [words]).unwrap();

            let found = outcome.map_or(json!(""), |outcome| outcome.interpretation.unwrap());
            assert_eq!(found, value, "{kind}: {words}");
        }
    }

    #[test]
    fn builtins_that_contradict_themselves_are_another_error_than_unknown_ones() {
        for uri in [
            "builtin:dtmf/digits?minlength=5;maxlength=3",
            "builtin:dtmf/digits?length=3;maxlength=3",
            "builtin:dtmf/boolean?y=2",
            "builtin:dtmf/digits?length=x",
        ] {
            assert!(matches!(Grammar::builtin(uri), Err(GrammarError::BuiltinParameters { .. })), "{uri}");
        }
        for uri in ["builtin:dtmf/colour", "builtin:digits", "builtin:speech/digits"] {
            assert!(matches!(Grammar::builtin(uri), Err(GrammarError::UnknownBuiltin(_))), "{uri}");
        }
    }
}
