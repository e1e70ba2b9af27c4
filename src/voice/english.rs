//! English numbers, dates, times and money.

use super::numerals::{Currency, Day, Money, Numerals, grouped};

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// English.
pub(super) struct English;

impl Numerals for English {
    fn cardinal(&self, number: u64) -> String {
        grouped(number, [(1_000_000, "million"), (1000, "thousand")], below_thousand)
    }

    fn ordinal(&self, number: u64) -> String {
        let ending = match (number % 100, number % 10) {
            (11..=13, _) => "th",
            (_, 1) => "st",
            (_, 2) => "nd",
            (_, 3) => "rd",
            _ => "th",
        };
        format!("{number}{ending}")
    }

    fn date(&self, Day { year, month, day }: Day) -> String {
        let month = month.and_then(|month| MONTHS.get(month.checked_sub(1)?)).map(|month| (*month).to_owned());
        let day = day.map(|day| self.ordinal(day.into()));
        [month, day, year.map(said_year)].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn time(&self, hour: u64, minute: u64) -> String {
        let half = if hour < 12 { "a m" } else { "p m" };
        let hour = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
        match minute {
            0 => format!("{hour} {half}"),
            1..=9 => format!("{hour} oh {minute} {half}"),
            _ => format!("{hour} {minute} {half}"),
        }
    }

    fn money(&self, Money { whole, hundredths, currency }: Money) -> String {
        let (one, many, cent, cents) = match currency {
            Currency::Dollar => ("dollar", "dollars", "cent", "cents"),
            Currency::Euro => ("euro", "euros", "cent", "cents"),
            Currency::Pound => ("pound", "pounds", "penny", "pence"),
        };
        let counted = |number, one, many| format!("{} {}", self.cardinal(number), if number == 1 { one } else { many });
        match (whole, hundredths) {
            (_, 0) => counted(whole, one, many),
            (0, _) => counted(hundredths, cent, cents),
            _ => format!("{} and {}", counted(whole, one, many), counted(hundredths, cent, cents)),
        }
    }

    fn point(&self) -> &'static str {
        "point"
    }

    fn minus(&self) -> &'static str {
        "minus"
    }

    fn sign(&self, sign: char) -> Option<&'static str> {
        match sign {
            '+' => Some("plus"),
            '*' => Some("star"),
            '#' => Some("hash"),
            _ => None,
        }
    }

    fn month_first(&self) -> bool {
        true
    }
}

fn below_thousand(number: u64) -> String {
    match (number / 100, number % 100) {
        (0, rest) => rest.to_string(),
        (hundreds, 0) => format!("{hundreds} hundred"),
        (hundreds, rest) => format!("{hundreds} hundred {rest}"),
    }
}

/// Years are said in pairs: 20 26, 19 oh 5, 19 hundred; only those around 2000 are numbers.
fn said_year(year: u32) -> String {
    match (year / 100, year % 100) {
        (20, 0..=9) | (0..=9, _) | (100.., _) => English.cardinal(year.into()),
        (century, 0) => format!("{century} hundred"),
        (century, rest @ 1..=9) => format!("{century} oh {rest}"),
        (century, rest) => format!("{century} {rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_in_parts_below_a_hundred() {
        let said = [0, 15, 100, 342, 1_001, 20_300, 2_000_000].map(|number| English.cardinal(number));

        assert_eq!(said, ["0", "15", "1 hundred", "3 hundred 42", "1 thousand 1", "20 thousand 3 hundred", "2 million"]);
    }

    #[test]
    fn days_times_and_money_are_said_as_people_say_them() {
        let day = |year, month, day| English.date(Day { year: Some(year), month: Some(month), day: Some(day) });
        let money = |whole, hundredths, currency| English.money(Money { whole, hundredths, currency });

        assert_eq!(
            [day(2026, 11, 22), day(1905, 1, 3), day(2009, 5, 11)],
            ["November 22nd 20 26", "January 3rd 19 oh 5", "May 11th 2 thousand 9"]
        );
        assert_eq!([English.time(0, 0), English.time(13, 5), English.time(12, 30)], ["12 a m", "1 oh 5 p m", "12 30 p m"]);
        assert_eq!(money(12, 50, Currency::Dollar), "12 dollars and 50 cents");
        assert_eq!([money(1, 0, Currency::Euro), money(0, 1, Currency::Pound)], ["1 euro", "1 penny"]);
    }
}
