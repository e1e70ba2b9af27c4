//! How a language says numbers, dates, times and money: in words and numbers below 100, each of which can be recorded.

/// A day of the calendar; what is not said is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Day {
    pub year: Option<u32>,
    pub month: Option<usize>,
    pub day: Option<u32>,
}

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Money {
    pub whole: u64,
    pub hundredths: u64,
    pub currency: Currency,
}

/// The currencies that are known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Currency {
    Dollar,
    Euro,
    Pound,
}

/// A language.
pub(super) trait Numerals: Sync {
    /// A whole number.
    fn cardinal(&self, number: u64) -> String;
    /// A place in a row.
    fn ordinal(&self, number: u64) -> String;
    /// A day.
    fn date(&self, day: Day) -> String;
    /// A time of day, on the clock of 24 hours.
    fn time(&self, hour: u64, minute: u64) -> String;
    /// An amount.
    fn money(&self, money: Money) -> String;
    /// What stands between the whole of a number and its decimals.
    fn point(&self) -> &'static str;
    /// What stands before a number below zero.
    fn minus(&self) -> &'static str;
    /// What stands for `+` before a telephone number, `*` and `#`.
    fn sign(&self, sign: char) -> Option<&'static str>;
    /// Whether dates that do not say otherwise begin with the month.
    fn month_first(&self) -> bool;
}

/// The thousands and what is below, each in words.
pub(super) fn grouped(number: u64, scales: [(u64, &str); 2], below_thousand: impl Fn(u64) -> String) -> String {
    let mut rest = number;
    let mut said = Vec::new();
    for (scale, name) in scales {
        if rest >= scale {
            said.push(format!("{} {name}", grouped(rest / scale, scales, &below_thousand as &dyn Fn(u64) -> String)));
            rest %= scale;
        }
    }
    if rest > 0 || said.is_empty() {
        said.push(below_thousand(rest));
    }
    said.join(" ")
}
