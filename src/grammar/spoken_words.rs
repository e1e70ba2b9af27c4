//! What callers may say for the platform's own types, in English, as rules of a grammar (VoiceXML 2.0 appendix P).

use super::builtin_value::{BuiltinType, NO_WORDS, YES_WORDS};
use super::spoken_value::{CURRENCIES, MONTHS, ORDINALS, TEENS, TENS, UNITS};

const TIME: &str = "$hour [$minute | \"o'clock\" | hundred] [$half] | \
                    (half | quarter | $minute [minutes] | $n [minutes]) (past | after | to | before) $hour [$half] | \
                    noon | midnight | $d <4> [$half]";
const HALF: &str = "am | pm | \"a.m.\" | \"p.m.\" | (a | p) m | hours | in the (morning | afternoon | evening) | at night";
const YEAR: &str = "$d <4> | two thousand [[and] $below_100] | (eighteen | nineteen | twenty) ($teen | $tens | oh $n | hundred)";

/// The rules that [`expansion`] refers to.
pub(super) fn rules(kind: BuiltinType) -> String {
    let digits = format!("private $d = oh | {};", alternatives(spelled(0..10)));
    match kind {
        BuiltinType::Boolean { .. } | BuiltinType::Digits | BuiltinType::Phone => digits,
        BuiltinType::Number | BuiltinType::Currency => [digits, numbers(), amounts()].concat(),
        BuiltinType::Date => [digits, numbers(), dates()].concat(),
        BuiltinType::Time => [digits, numbers(), times()].concat(),
    }
}

fn numbers() -> String {
    let tens: String = TENS.iter().map(|ten| format!("private ${ten} = {ten} [$n] | {};", alternatives(compounds(ten, 1..10)))).collect();
    format!(
        "private $n = {}; private $teen = {}; {tens} private $tens = {}; \
         private $below_100 = $n | $teen | $tens; \
         private $below_1000 = $below_100 | ($below_100 | a) hundred [[and] $below_100]; \
         private $below_million = $below_1000 | ($below_1000 | a) thousand [[and] $below_1000]; \
         private $cardinal = $below_million | ($below_1000 | a) million [[and] $below_million]; \
         private $whole = $cardinal | $d <1->;",
        alternatives(spelled(1..10)),
        alternatives(TEENS.iter().map(|word| (*word).to_owned())),
        alternatives(TENS.iter().map(|ten| format!("${ten}"))),
    )
}

fn amounts() -> String {
    let units = alternatives(CURRENCIES.iter().map(|(words, _)| (*words).to_owned()));
    format!("private $unit = {units}; private $small = cent | cents | penny | pence;")
}

fn dates() -> String {
    format!(
        "private $month = {}; private $ordinal = {}; private $year = {YEAR}; \
         private $day = $ordinal | $n | $teen | $twenty | thirty [one | 1] | \"thirty-one\";",
        alternatives(MONTHS.iter().map(|word| (*word).to_owned())),
        alternatives(ordinals()),
    )
}

fn times() -> String {
    format!(
        "private $hour = $n | $teen | zero | twenty [one | 1 | two | 2 | three | 3] | {}; \
         private $minute = (oh | zero) $n | $teen | {}; private $half = {HALF};",
        alternatives(compounds("twenty", 1..4)),
        alternatives(TENS[..4].iter().map(|ten| format!("${ten}"))),
    )
}

/// What is said for `kind`; `digits` is how many of them, where that is asked.
pub(super) fn expansion(kind: BuiltinType, digits: &str) -> String {
    match kind {
        BuiltinType::Boolean { .. } => [YES_WORDS, NO_WORDS].concat().join(" | "),
        BuiltinType::Digits => format!("$d <{digits}>"),
        BuiltinType::Number => "[minus | negative | plus] ($whole [point $d <1->] | point $d <1->)".to_owned(),
        BuiltinType::Currency => "$whole [point $d <1-2>] [$unit] | point $d <1-2> [$unit] | $below_100 $small | \
                                  $whole $unit [and] $below_100 [$small]"
            .to_owned(),
        BuiltinType::Date => "$month [[the] $day] [$year] | [the] $ordinal [of] $month [$year] | $d <8>".to_owned(),
        BuiltinType::Time => TIME.to_owned(),
        BuiltinType::Phone => "$d <1-> [extension $d <1->]".to_owned(),
    }
}

fn spelled(digits: std::ops::Range<usize>) -> impl Iterator<Item = String> {
    digits.flat_map(|digit| [UNITS[digit].to_owned(), digit.to_string()])
}

/// `twenty-one`, as it is written.
fn compounds(ten: &str, units: std::ops::Range<usize>) -> impl Iterator<Item = String> {
    units.map(move |unit| format!("\"{ten}-{}\"", UNITS[unit]))
}

/// From the first to the thirty-first.
fn ordinals() -> impl Iterator<Item = String> {
    let plain = ORDINALS.iter().map(|(word, _)| (*word).to_owned());
    let units = ORDINALS.iter().filter(|(_, day)| *day < 10);
    let twenties = units.flat_map(|(word, _)| [format!("twenty {word}"), format!("\"twenty-{word}\"")]);
    plain.chain(twenties).chain(["thirty first".to_owned(), "\"thirty-first\"".to_owned()])
}

fn alternatives(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(" | ")
}
