//! `<say-as>`: digits, dates, times, money and telephone numbers, in words (SSML 1.0 §3.1.8; W3C note "SSML 1.0 say-as attribute values").

use std::time::Duration;

use super::languages::numerals;
use super::numerals::{Currency, Day, Money, Numerals};

/// Between two digits that are said one by one.
const DIGITS_APART: Duration = Duration::from_millis(400);
/// Between two digits of a telephone number.
const WITHIN_GROUP: Duration = Duration::from_millis(80);
/// Between two groups of a telephone number.
const BETWEEN_GROUPS: Duration = Duration::from_millis(400);
/// The digits of a group, where the number shows none.
const GROUP: usize = 3;

/// What a text is, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SayAs {
    /// What it is.
    pub kind: SayAsKind,
    /// How it is written: `dmy`, `hms12`, …; empty where nothing is said.
    pub format: String,
}

/// The kinds of text that are not said as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SayAsKind {
    /// Digit by digit, or letter by letter.
    Characters,
    /// A number.
    Cardinal,
    /// A place in a row.
    Ordinal,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// An amount of money.
    Currency,
    /// A telephone number.
    Telephone,
}

/// Words, and the pauses between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spelled {
    Words(String),
    Pause(Duration),
}

impl SayAs {
    /// What `interpret-as` names, in the words of VoiceXML's and of SSML's own types; `None` for a name that is unknown.
    pub fn named(name: &str, format: &str) -> Option<Self> {
        let kind = match name.trim().to_ascii_lowercase().trim_start_matches("vxml:") {
            "digits" | "characters" | "spell-out" | "letters" => SayAsKind::Characters,
            "number" if format == "ordinal" => SayAsKind::Ordinal,
            "number" if matches!(format, "digits" | "telephone") => SayAsKind::Characters,
            "cardinal" | "number" => SayAsKind::Cardinal,
            "ordinal" => SayAsKind::Ordinal,
            "date" => SayAsKind::Date,
            "time" => SayAsKind::Time,
            "currency" => SayAsKind::Currency,
            "telephone" | "phone" => SayAsKind::Telephone,
            _ => return None,
        };
        Some(Self { kind, format: format.trim().to_ascii_lowercase() })
    }

    /// The name in `interpret-as`.
    pub fn name(&self) -> &'static str {
        match self.kind {
            SayAsKind::Characters => "characters",
            SayAsKind::Cardinal => "cardinal",
            SayAsKind::Ordinal => "ordinal",
            SayAsKind::Date => "date",
            SayAsKind::Time => "time",
            SayAsKind::Currency => "currency",
            SayAsKind::Telephone => "telephone",
        }
    }

    /// How `text` is said in `language`; `None` where nobody here knows, or the text is nothing of the kind.
    pub(super) fn spelled(&self, text: &str, language: &str) -> Option<Vec<Spelled>> {
        let numerals = numerals(language)?;
        let text = text.trim();
        let words = match self.kind {
            SayAsKind::Characters => return Some(characters(text, numerals)),
            SayAsKind::Telephone => return Some(telephone(text, numerals)),
            SayAsKind::Cardinal => number(text, numerals)?,
            SayAsKind::Ordinal => numerals.ordinal(text.parse().ok()?),
            SayAsKind::Date => numerals.date(self.day(text, numerals)?),
            SayAsKind::Time => {
                let (hour, minute) = time(text)?;
                numerals.time(hour, minute)
            }
            SayAsKind::Currency => numerals.money(money(text)?),
        };
        Some(vec![Spelled::Words(words)])
    }

    /// `20261122` with `?` for what is not known (VoiceXML 2.0 appendix P), or parts in the order of the format.
    fn day(&self, text: &str, numerals: &dyn Numerals) -> Option<Day> {
        if text.len() == 8 && text.chars().all(|letter| letter.is_ascii_digit() || letter == '?') {
            let part = |from: usize, to: usize| text.get(from..to)?.parse().ok();
            return Day { year: part(0, 4), month: part(4, 6).map(|month: u32| month as usize), day: part(6, 8) }.checked();
        }
        let parts: Vec<&str> = text.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty()).collect();
        let order = match (self.format.as_str(), parts.first()?.len()) {
            ("", 4) => "ymd",
            ("", _) if numerals.month_first() => "mdy",
            ("", _) => "dmy",
            (format, _) => format,
        };
        let mut day = Day::default();
        for (letter, part) in order.chars().zip(parts) {
            let number: u32 = part.parse().ok()?;
            match letter {
                'y' => day.year = Some(number),
                'm' => day.month = Some(number as usize),
                'd' => day.day = Some(number),
                _ => return None,
            }
        }
        day.checked()
    }
}

impl Day {
    fn checked(self) -> Option<Self> {
        let possible = self.month.is_none_or(|month| (1..=12).contains(&month)) && self.day.is_none_or(|day| (1..=31).contains(&day));
        (possible && self != Self::default()).then_some(self)
    }
}

fn characters(text: &str, numerals: &dyn Numerals) -> Vec<Spelled> {
    let said = text.chars().filter_map(|character| spelled_character(character, numerals));
    parted(said.collect(), DIGITS_APART)
}

/// A letter is said by its name, which is recorded as `letter a`.
fn spelled_character(character: char, numerals: &dyn Numerals) -> Option<Spelled> {
    match character {
        digit if digit.is_numeric() => Some(Spelled::Words(digit.to_string())),
        letter if letter.is_alphabetic() => Some(Spelled::Words(format!("letter {}", letter.to_lowercase()))),
        sign => numerals.sign(sign).map(|name| Spelled::Words(name.to_owned())),
    }
}

/// Groups as they are written, or of three digits.
fn telephone(text: &str, numerals: &dyn Numerals) -> Vec<Spelled> {
    let plus = text.starts_with('+').then(|| vec![Spelled::Words(numerals.sign('+').unwrap_or_default().to_owned())]);
    let written = text.split(|letter: char| !letter.is_ascii_digit()).filter(|group| !group.is_empty());
    let mut groups: Vec<Vec<char>> = written.map(|group| group.chars().collect()).collect();
    if let [all] = groups.as_slice() {
        groups = all.chunks(GROUP).map(<[char]>::to_vec).collect();
    }
    let said =
        groups.into_iter().map(|group| parted(group.into_iter().map(|digit| Spelled::Words(digit.to_string())).collect(), WITHIN_GROUP));
    let pause = [Spelled::Pause(BETWEEN_GROUPS)];
    plus.into_iter().chain(said).collect::<Vec<_>>().join(&pause[..])
}

fn parted(said: Vec<Spelled>, pause: Duration) -> Vec<Spelled> {
    let count = said.len();
    let paused = said.into_iter().enumerate().flat_map(|(at, said)| [Some(said), (at + 1 < count).then_some(Spelled::Pause(pause))]);
    paused.flatten().collect()
}

/// A number with or without sign and decimals.
fn number(text: &str, numerals: &dyn Numerals) -> Option<String> {
    let (minus, text) = text.strip_prefix('-').map_or((None, text), |text| (Some(numerals.minus()), text));
    let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let mut said: Vec<String> = minus.into_iter().map(str::to_owned).collect();
    said.push(numerals.cardinal(whole.parse().ok()?));
    if !decimals.is_empty() {
        said.push(numerals.point().to_owned());
        said.extend(decimals.chars().map(|digit| digit.to_string()));
    }
    Some(said.join(" "))
}

/// `15:30`, `15:30:00`, `3:30 pm`, and VoiceXML's own `0330p` and `1530h`.
fn time(text: &str) -> Option<(u64, u64)> {
    let lower = text.to_ascii_lowercase();
    let is_afternoon = lower.contains('p');
    let is_morning = lower.contains('a');
    let digits: String = lower.chars().map(|letter| if letter.is_ascii_digit() { letter } else { ' ' }).collect();
    let mut parts = digits.split_whitespace();
    let first = parts.next()?;
    let (hour, minute) = match (first.len(), parts.next()) {
        (4, None) => (first.get(..2)?.parse().ok()?, first.get(2..)?.parse().ok()?),
        (_, minute) => (first.parse().ok()?, minute.map_or(Some(0), |minute| minute.parse().ok())?),
    };
    let hour: u64 = match hour {
        12 if is_morning => 0,
        1..=11 if is_afternoon => hour + 12,
        _ => hour,
    };
    (hour < 24 && minute < 60).then_some((hour, minute))
}

/// `USD12.50` (VoiceXML 2.0 appendix P), `$12.50`, `12,50 EUR`.
fn money(text: &str) -> Option<Money> {
    let upper = text.to_uppercase();
    let names = [("USD", Currency::Dollar), ("$", Currency::Dollar), ("EUR", Currency::Euro), ("€", Currency::Euro)];
    let pounds = [("GBP", Currency::Pound), ("£", Currency::Pound)];
    let currency = names.into_iter().chain(pounds).find(|(name, _)| upper.contains(name))?.1;
    let digits = upper.trim_matches(|letter: char| !letter.is_ascii_digit());
    let (whole, hundredths) = digits.rsplit_once(['.', ',']).filter(|(_, after)| after.len() < 3).unwrap_or((digits, ""));
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let hundredths = if hundredths.is_empty() { 0 } else { format!("{hundredths:0<2}").parse().ok()? };
    Some(Money { whole: whole.parse().ok()?, hundredths, currency })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words, with pauses as their milliseconds.
    fn said(name: &str, format: &str, text: &str, language: &str) -> Option<String> {
        let spelled = SayAs::named(name, format).unwrap().spelled(text, language)?;
        let piece = |spelled| match spelled {
            Spelled::Words(words) => words,
            Spelled::Pause(pause) => format!("({})", pause.as_millis()),
        };
        Some(spelled.into_iter().map(piece).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn digits_come_one_by_one_and_telephone_numbers_in_groups() {
        assert_eq!(said("digits", "", "40#", "en").unwrap(), "4 (400) 0 (400) hash");
        assert_eq!(said("characters", "", "a1", "es").unwrap(), "letter a (400) 1");
        assert_eq!(said("telephone", "", "+49 30-9", "en").unwrap(), "plus (400) 4 (80) 9 (400) 3 (80) 0 (400) 9");
        assert_eq!(said("vxml:phone", "", "5551", "en").unwrap(), "5 (80) 5 (80) 5 (400) 1");
    }

    #[test]
    fn days_are_read_in_every_order() {
        assert_eq!(said("date", "", "20261122", "en").unwrap(), "November 22nd 20 26");
        assert_eq!(said("date", "", "2026-11-22", "es").unwrap(), "22 de noviembre de 2 mil 26");
        assert_eq!(said("date", "dm", "1/5", "en").unwrap(), "May 1st");
        assert_eq!(said("date", "", "????1122", "en").unwrap(), "November 22nd");
        assert_eq!(said("date", "", "13/13/2026", "en"), None);
    }

    #[test]
    fn times_numbers_and_money_are_read_as_people_write_them() {
        assert_eq!(said("time", "", "3:30 pm", "es").unwrap(), "15 horas y 30 minutos");
        assert_eq!(said("time", "", "0005a", "en").unwrap(), "12 oh 5 a m");
        assert_eq!(said("time", "", "25:00", "en"), None);
        assert_eq!(said("number", "", "-3.14", "en").unwrap(), "minus 3 point 1 4");
        assert_eq!(said("currency", "", "USD1,250.5", "en").unwrap(), "1 thousand 2 hundred 50 dollars and 50 cents");
        assert_eq!(said("currency", "", "12,50 €", "es").unwrap(), "12 euros con 50 céntimos");
        assert_eq!(said("ordinal", "", "3", "en").unwrap(), "3rd");
    }

    #[test]
    fn what_nobody_knows_is_left_to_the_synthesiser() {
        assert_eq!(said("date", "", "20261122", "de"), None);
        assert_eq!(said("currency", "", "12 shells", "en"), None);
        assert_eq!(SayAs::named("poem", ""), None);
    }
}
