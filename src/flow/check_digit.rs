//! Check digits of account numbers: Luhn (ISO/IEC 7812-1), mod 11 with weights 2 to 7, mod 97 (ISO 7064).

/// A way of checking a number by its last digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckDigit {
    /// One digit; every second one doubled, from the right.
    Luhn,
    /// One digit; weights 2 to 7 from the right, over and over. A remainder that would need two digits has no valid number.
    Mod11,
    /// Two digits; the whole number leaves 1 when divided by 97.
    Mod97,
}

impl CheckDigit {
    /// The check of that name; `None` for `none`, and for names there are not.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "luhn" => Some(Self::Luhn),
            "mod11" => Some(Self::Mod11),
            "mod97" => Some(Self::Mod97),
            _ => None,
        }
    }

    /// Whether `digits`, check digits included, are a valid number.
    pub fn accepts(self, digits: &str) -> bool {
        let values: Vec<u32> = digits.chars().filter_map(|digit| digit.to_digit(10)).collect();
        if values.len() < 2 || values.len() != digits.chars().count() {
            return false;
        }
        match self {
            Self::Luhn => luhn(&values).is_multiple_of(10),
            Self::Mod11 => mod_11(&values).is_multiple_of(11),
            Self::Mod97 => values.iter().fold(0, |rest, value| (rest * 10 + value) % 97) == 1,
        }
    }
}

fn luhn(values: &[u32]) -> u32 {
    let doubled = |value: u32| if value > 4 { value * 2 - 9 } else { value * 2 };
    values.iter().rev().enumerate().map(|(place, value)| if place % 2 == 1 { doubled(*value) } else { *value }).sum()
}

/// The check digit weighs 1, the digits before it 2 to 7 and again.
fn mod_11(values: &[u32]) -> u32 {
    let weights = std::iter::once(1).chain((2..=7).cycle());
    values.iter().rev().zip(weights).map(|(value, weight)| value * weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers_are_accepted_and_a_changed_digit_is_not() {
        for (check, number) in
            [(CheckDigit::Luhn, "79927398713"), (CheckDigit::Mod11, "1234560"), (CheckDigit::Mod97, "3214282912345698765432161182")]
        {
            let valid = if check == CheckDigit::Mod11 { complete_mod_11("123456") } else { number.to_owned() };
            assert!(check.accepts(&valid), "{valid}");
            let last = valid.chars().last().and_then(|digit| digit.to_digit(10)).unwrap();
            let changed = format!("{}{}", &valid[..valid.len() - 1], (last + 1) % 10);
            assert!(!check.accepts(&changed), "{changed}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_accepted() {
        for text in ["", "0", "12a4", "１２"] {
            assert!(!CheckDigit::Luhn.accepts(text), "{text}");
        }
    }

    fn complete_mod_11(digits: &str) -> String {
        (0..10).map(|check| format!("{digits}{check}")).find(|number| CheckDigit::Mod11.accepts(number)).unwrap()
    }
}
