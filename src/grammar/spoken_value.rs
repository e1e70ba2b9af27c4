//! What numbers, amounts, dates and times mean that were said in English or keyed (VoiceXML 2.0 appendix P).

pub(super) const UNITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
pub(super) const TEENS: [&str; 10] =
    ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
pub(super) const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
pub(super) const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
/// Days of one word.
pub(super) const ORDINALS: [(&str, u64); 21] = [
    ("first", 1),
    ("second", 2),
    ("third", 3),
    ("fourth", 4),
    ("fifth", 5),
    ("sixth", 6),
    ("seventh", 7),
    ("eighth", 8),
    ("ninth", 9),
    ("tenth", 10),
    ("eleventh", 11),
    ("twelfth", 12),
    ("thirteenth", 13),
    ("fourteenth", 14),
    ("fifteenth", 15),
    ("sixteenth", 16),
    ("seventeenth", 17),
    ("eighteenth", 18),
    ("nineteenth", 19),
    ("twentieth", 20),
    ("thirtieth", 30),
];
/// Currencies and their codes (ISO 4217); none where the words fit several.
pub(super) const CURRENCIES: [(&str, &str); 14] = [
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("yen", "JPY"),
    ("us dollars", "USD"),
    ("u s dollars", "USD"),
    ("pounds sterling", "GBP"),
    ("swiss francs", "CHF"),
    ("canadian dollars", "CAD"),
    ("australian dollars", "AUD"),
    ("dollar", ""),
    ("dollars", ""),
    ("pound", ""),
    ("pounds", ""),
    ("francs", ""),
];

/// Digits as they are, any other number as its digits: `one two three` and `one hundred twenty three` are both 123.
pub(super) fn number(words: &[&str]) -> String {
    let (sign, words) = match words {
        ["minus" | "negative", rest @ ..] => ("-", rest),
        ["plus", rest @ ..] => ("+", rest),
        all => ("", all),
    };
    match split(words, is_point) {
        Some((before, after)) => format!("{sign}{}.{}", whole(before), whole(after)),
        None => format!("{sign}{}", whole(words)),
    }
}

/// `UUUmm.nn`: the currency only where it is sure which.
pub(super) fn amount(words: &[&str]) -> String {
    let text = words.join(" ");
    let unit = CURRENCIES.iter().find(|(unit, _)| format!(" {text} ").contains(&format!(" {unit} ")));
    let (main, small) = match unit {
        Some((unit, _)) => text.split_once(unit).unwrap_or((&text, "")),
        None => (text.as_str(), ""),
    };
    let cents = |words: &str| two_digits(cardinal(&words.split_whitespace().collect::<Vec<_>>()));
    let main: Vec<&str> = main.split_whitespace().collect();
    let code = unit.map_or("", |(_, code)| code);
    match split(&main, is_point) {
        _ if is_small(&main) => format!("0.{}", cents(&text)),
        Some((before, after)) => format!("{code}{}.{:0<2}", whole_or_zero(before), whole(after)),
        None => format!("{code}{}.{}", whole_or_zero(&main), cents(small)),
    }
}

/// `yyyymmdd`, with question marks for what was not said.
pub(super) fn date(words: &[&str]) -> String {
    let named = words.iter().position(|word| MONTHS.contains(word));
    let Some(at) = named else { return whole(words) };
    let month = MONTHS.iter().position(|month| *month == words[at]).map_or(0, |index| index + 1);
    let (before, after) = (telling(&words[..at]), telling(&words[at + 1..]));
    // How many of the words are the day: no other reading leaves a year.
    let days = if before.is_empty() { 0..=after.len().min(2) } else { 0..=0 };
    let read = days.rev().find_map(|count| Some((day(&after[..count])?, year(&after[count..])?)));
    let (later, year) = read.unwrap_or_default();
    let day = later.or_else(|| day(&before).flatten());
    let part = |value: Option<u64>, unknown: &str| value.map_or_else(|| unknown.to_owned(), two_digits);
    format!("{}{month:02}{}", part(year, "????"), part(day, "??"))
}

/// `hhmmx`: x is half of the day, `h` for 24 hours, or `?` where it is open.
pub(super) fn time(words: &[&str]) -> String {
    match words {
        ["noon"] => return "1200p".to_owned(),
        ["midnight"] => return "1200a".to_owned(),
        _ => {}
    }
    let (words, half) = half(words);
    let (hour, minute) = hour_and_minute(words).unwrap_or_default();
    let clock = format!("{hour:02}{minute:02}");
    // From 01:00 to 12:59 it is open which half of the day is meant.
    let is_open = ("0100"..="1259").contains(&clock.as_str());
    format!("{clock}{}", half.unwrap_or(if is_open { '?' } else { 'h' }))
}

fn hour_and_minute(words: &[&str]) -> Option<(u64, u64)> {
    if let Some(at) = words.iter().position(|word| matches!(*word, "past" | "after" | "to" | "before")) {
        let (hour, minutes) = (cardinal(&words[at + 1..]), past(&words[..at]));
        let is_before = matches!(words[at], "to" | "before");
        let earlier = if hour == 1 { 12 } else { hour.checked_sub(1).unwrap_or(23) };
        return Some(if is_before { (earlier, 60_u64.saturating_sub(minutes)) } else { (hour, minutes) });
    }
    if words.len() == 4 && words.iter().all(|word| is_digit(word)) {
        return Some((whole(&words[..2]).parse().ok()?, whole(&words[2..]).parse().ok()?));
    }
    (1..=words.len().min(2)).rev().find_map(|count| {
        let hour = below_hundred(&words[..count]).filter(|hour| *hour < 24)?;
        Some((hour, minutes(&words[count..])?))
    })
}

/// The minutes before `past` or `to`.
fn past(words: &[&str]) -> u64 {
    match words {
        ["half"] => 30,
        ["quarter"] => 15,
        words => cardinal(words),
    }
}

/// The minutes after an hour.
fn minutes(words: &[&str]) -> Option<u64> {
    match words {
        [] | ["o'clock" | "hundred"] => Some(0),
        ["oh" | "zero" | "0", unit] => small(unit),
        words => below_hundred(words).filter(|minutes| (10..60).contains(minutes)),
    }
}

/// What is left when the half of the day is taken off.
fn half<'w, 's>(words: &'w [&'s str]) -> (&'w [&'s str], Option<char>) {
    match words {
        [rest @ .., "am" | "a.m."] | [rest @ .., "a", "m"] | [rest @ .., "in", "the", "morning"] => (rest, Some('a')),
        [rest @ .., "pm" | "p.m."] | [rest @ .., "p", "m"] => (rest, Some('p')),
        [rest @ .., "in", "the", "afternoon" | "evening"] | [rest @ .., "at", "night"] => (rest, Some('p')),
        [rest @ .., "hours"] => (rest, Some('h')),
        rest => (rest, None),
    }
}

/// The words that say something about a date.
fn telling<'s>(words: &[&'s str]) -> Vec<&'s str> {
    words.iter().copied().filter(|word| !matches!(*word, "the" | "of")).collect()
}

/// The day of a month, or that none was said; the outer nothing: these words are no day.
fn day(words: &[&str]) -> Option<Option<u64>> {
    let ordinal = |word: &str| ORDINALS.iter().find(|(name, _)| *name == word).map(|(_, day)| *day);
    let day = match words {
        [] => return Some(None),
        [one] => ordinal(one).or_else(|| small(one)),
        [ten, one] => {
            let one = ordinal(one).or_else(|| small(one)).filter(|one| (1..10).contains(one));
            small(ten).filter(|ten| *ten >= 20).zip(one).map(|(ten, one)| ten + one)
        }
        _ => None,
    };
    day.filter(|day| (1..=31).contains(day)).map(Some)
}

/// A year, in the same way: `two thousand six`, `nineteen ninety nine`, `two zero two six`.
fn year(words: &[&str]) -> Option<Option<u64>> {
    let year = match words {
        [] => return Some(None),
        ["two" | "2", "thousand", ..] => Some(cardinal(words)),
        [_, _, _, _] if words.iter().all(|word| is_digit(word)) => whole(words).parse().ok(),
        [century, rest @ ..] => small(century).filter(|century| (18..=20).contains(century)).zip(of_century(rest)).map(joined),
    };
    year.map(Some)
}

fn of_century(words: &[&str]) -> Option<u64> {
    match words {
        ["hundred"] => Some(0),
        ["oh", unit] => small(unit),
        words => below_hundred(words).filter(|year| *year >= 10),
    }
}

fn joined((hundreds, rest): (u64, u64)) -> u64 {
    hundreds * 100 + rest
}

fn whole_or_zero(words: &[&str]) -> String {
    if words.is_empty() { "0".to_owned() } else { whole(words) }
}

fn whole(words: &[&str]) -> String {
    match words.iter().all(|word| is_digit(word)) {
        true => words.iter().filter_map(|word| small(word)).map(|digit| digit.to_string()).collect(),
        false => cardinal(words).to_string(),
    }
}

/// Words that say no number, like `and`, say nothing.
fn cardinal(words: &[&str]) -> u64 {
    let (mut total, mut group) = (0_u64, 0_u64);
    for word in words {
        match *word {
            "hundred" => group = group.max(1).saturating_mul(100),
            "thousand" => total = total.saturating_add(std::mem::take(&mut group).max(1).saturating_mul(1_000)),
            "million" => total = total.saturating_add(std::mem::take(&mut group).max(1).saturating_mul(1_000_000)),
            word => group = group.saturating_add(small(word).unwrap_or(0)),
        }
    }
    total.saturating_add(group)
}

/// Two words at most.
fn below_hundred(words: &[&str]) -> Option<u64> {
    match words {
        [one] => small(one),
        [ten, one] => {
            let ten = small(ten).filter(|ten| *ten >= 20)?;
            Some(ten + small(one).filter(|one| (1..10).contains(one))?)
        }
        _ => None,
    }
}

/// A number of one word.
fn small(word: &str) -> Option<u64> {
    let place = |list: &[&str]| list.iter().position(|known| *known == word).map(|place| place as u64);
    let digit = || word.parse().ok().filter(|digit| *digit < 10);
    let oh = || (word == "oh").then_some(0);
    let teen = || place(&TEENS).map(|place| place + 10);
    place(&UNITS).or_else(digit).or_else(oh).or_else(teen).or_else(|| place(&TENS).map(|place| (place + 2) * 10))
}

fn is_digit(word: &str) -> bool {
    small(word).is_some_and(|number| number < 10)
}

fn is_point(word: &str) -> bool {
    matches!(word, "point" | "*")
}

fn is_small(words: &[&str]) -> bool {
    words.iter().any(|word| matches!(*word, "cent" | "cents" | "penny" | "pence"))
}

fn two_digits(number: u64) -> String {
    format!("{number:02}")
}

/// What stands before and behind the first word of that kind.
fn split<'w, 's>(words: &'w [&'s str], is_wanted: fn(&str) -> bool) -> Option<(&'w [&'s str], &'w [&'s str])> {
    let at = words.iter().position(|word| is_wanted(word))?;
    Some((&words[..at], &words[at + 1..]))
}
