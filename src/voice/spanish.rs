//! Spanish numbers, dates, times and money.

use super::numerals::{Currency, Day, Money, Numerals, grouped};

const MONTHS: [&str; 12] =
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];
const HUNDREDS: [&str; 10] =
    ["", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos", "ochocientos", "novecientos"];

/// Spanish.
pub(super) struct Spanish;

/// The word that a number stands before.
#[derive(Clone, Copy)]
enum Gender {
    Masculine,
    Feminine,
}

impl Numerals for Spanish {
    fn cardinal(&self, number: u64) -> String {
        let said = grouped(number, [(1_000_000, "millones"), (1000, "mil")], below_thousand);
        let said = said.strip_prefix("1 mil").filter(|rest| !rest.starts_with('l')).map_or(said.clone(), |rest| format!("mil{rest}"));
        said.strip_prefix("1 millones").map_or(said.clone(), |rest| format!("un millón{rest}"))
    }

    fn ordinal(&self, number: u64) -> String {
        format!("número {}", self.cardinal(number))
    }

    fn date(&self, Day { year, month, day }: Day) -> String {
        let month = month.and_then(|month| MONTHS.get(month.checked_sub(1)?)).map(|month| (*month).to_owned());
        let day = day.map(|day| self.cardinal(day.into()));
        let year = year.map(|year| self.cardinal(year.into()));
        [day, month, year].into_iter().flatten().collect::<Vec<_>>().join(" de ")
    }

    fn time(&self, hour: u64, minute: u64) -> String {
        let hours = counted(hour, Gender::Feminine, "hora", "horas");
        match minute {
            0 => hours,
            _ => format!("{hours} y {}", counted(minute, Gender::Masculine, "minuto", "minutos")),
        }
    }

    fn money(&self, Money { whole, hundredths, currency }: Money) -> String {
        let (gender, one, many, cent, cents) = match currency {
            Currency::Dollar => (Gender::Masculine, "dólar", "dólares", "centavo", "centavos"),
            Currency::Euro => (Gender::Masculine, "euro", "euros", "céntimo", "céntimos"),
            Currency::Pound => (Gender::Feminine, "libra", "libras", "penique", "peniques"),
        };
        let units = counted(whole, gender, one, many);
        let parts = counted(hundredths, Gender::Masculine, cent, cents);
        match (whole, hundredths) {
            (_, 0) => units,
            (0, _) => parts,
            _ => format!("{units} con {parts}"),
        }
    }

    fn point(&self) -> &'static str {
        "coma"
    }

    fn minus(&self) -> &'static str {
        "menos"
    }

    fn sign(&self, sign: char) -> Option<&'static str> {
        match sign {
            '+' => Some("más"),
            '*' => Some("asterisco"),
            '#' => Some("almohadilla"),
            _ => None,
        }
    }

    fn month_first(&self) -> bool {
        false
    }
}

fn below_thousand(number: u64) -> String {
    let hundreds = usize::try_from(number / 100).ok().and_then(|hundreds| HUNDREDS.get(hundreds)).copied().unwrap_or_default();
    match (number, number % 100) {
        (100, _) => "cien".to_owned(),
        (0..=99, rest) => rest.to_string(),
        (_, 0) => hundreds.to_owned(),
        (_, rest) => format!("{hundreds} {rest}"),
    }
}

/// A number before what it counts: the one at its end takes the gender of that.
fn counted(number: u64, gender: Gender, one: &str, many: &str) -> String {
    let ending = match (number % 100, number % 10, gender) {
        (11, ..) => None,
        (21, _, Gender::Masculine) => Some((21, "veintiún")),
        (21, _, Gender::Feminine) => Some((21, "veintiuna")),
        (1, _, Gender::Masculine) => Some((1, "un")),
        (1, _, Gender::Feminine) => Some((1, "una")),
        (_, 1, Gender::Masculine) => Some((1, "y un")),
        (_, 1, Gender::Feminine) => Some((1, "y una")),
        _ => None,
    };
    let noun = if number == 1 { one } else { many };
    match ending {
        None => format!("{} {noun}", Spanish.cardinal(number)),
        Some((last, word)) if number == last => format!("{word} {noun}"),
        Some((last, word)) => format!("{} {word} {noun}", Spanish.cardinal(number - last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_in_parts_below_a_hundred() {
        let said = [0, 100, 342, 1_000, 1_500, 21_000, 1_000_000].map(|number| Spanish.cardinal(number));

        assert_eq!(said, ["0", "cien", "trescientos 42", "mil", "mil quinientos", "21 mil", "un millón"]);
    }

    #[test]
    fn days_times_and_money_are_said_as_people_say_them() {
        let day = Spanish.date(Day { year: Some(2026), month: Some(11), day: Some(22) });
        let money = |whole, hundredths, currency| Spanish.money(Money { whole, hundredths, currency });

        assert_eq!(day, "22 de noviembre de 2 mil 26");
        assert_eq!([Spanish.time(21, 0), Spanish.time(1, 31)], ["veintiuna horas", "una hora y 30 y un minutos"]);
        assert_eq!([money(1, 0, Currency::Euro), money(12, 50, Currency::Euro)], ["un euro", "12 euros con 50 céntimos"]);
        assert_eq!(money(121, 0, Currency::Pound), "cien veintiuna libras");
    }
}
