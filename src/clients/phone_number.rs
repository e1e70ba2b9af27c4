//! Telephone numbers as gateways want them: E.164 digits, with or without a plus sign (ITU-T E.164).

use std::fmt;
use std::str::FromStr;

use phonenumber::country;

use crate::secret::mask;

/// A telephone number: country code and national number, digits only.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

/// A number that no message can be sent to. It does not show the number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    /// Letters, or no digits at all.
    #[error("this is not a telephone number")]
    NotANumber,
    /// Fewer than 7 or more than 15 digits.
    #[error("a telephone number has 7 to 15 digits, this one has {0}")]
    WrongLength(usize),
    /// A national number, and nobody says of which country.
    #[error("this is a national number: set default_country, or write it with its country code")]
    National,
    /// Read by the rules of `default_country` it is no number that its country gives out.
    #[error("this is no number of default_country: write it with a plus sign and its country code")]
    NotInUse,
    /// A country that there is not.
    #[error("default_country {0:?} is no ISO 3166 country code such as DE")]
    UnknownCountry(String),
}

impl PhoneNumber {
    /// Reads a number as people write it: with a plus sign, with `00`, as bare E.164 digits, or national to `default_country`.
    pub fn parse(written: &str, default_country: Option<&str>) -> Result<Self, PhoneNumberError> {
        let country = default_country.map(parse_country).transpose()?;
        let bare = written.trim();
        let bare = bare.strip_prefix("tel:").unwrap_or(bare);
        let international = bare.starts_with('+');
        let digits = digits(bare.strip_prefix('+').unwrap_or(bare))?;
        match country {
            _ if international => Self::checked(digits),
            Some(country) => Self::dialled_in(country, &digits),
            None => match digits.strip_prefix("00") {
                Some(rest) => Self::checked(rest.to_owned()),
                None if digits.starts_with('0') => Err(PhoneNumberError::National),
                None => Self::checked(digits),
            },
        }
    }

    /// The digits, country code first.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The digits with exactly one plus sign, or with none (requirement G17).
    pub fn with_plus(&self, plus: bool) -> String {
        if plus { format!("+{}", self.0) } else { self.0.clone() }
    }

    fn dialled_in(country: country::Id, digits: &str) -> Result<Self, PhoneNumberError> {
        let number = phonenumber::parse(Some(country), digits).map_err(|_| PhoneNumberError::NotANumber)?;
        // The library makes a number of nearly anything; a wrong one is a stranger's.
        if !number.is_valid() {
            return Err(PhoneNumberError::NotInUse);
        }
        let e164 = number.format().mode(phonenumber::Mode::E164).to_string();
        Self::checked(e164.trim_start_matches('+').to_owned())
    }

    fn checked(digits: String) -> Result<Self, PhoneNumberError> {
        match digits.len() {
            7..=15 if digits.starts_with('0') => Err(PhoneNumberError::NotANumber),
            7..=15 => Ok(Self(digits)),
            count => Err(PhoneNumberError::WrongLength(count)),
        }
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask(&self.with_plus(true)))
    }
}

/// Reads an ISO 3166 country code (`DE`).
pub(super) fn parse_country(code: &str) -> Result<country::Id, PhoneNumberError> {
    country::Id::from_str(&code.trim().to_ascii_uppercase()).map_err(|_| PhoneNumberError::UnknownCountry(code.to_owned()))
}

/// The digits of a number without the punctuation that people put between them.
fn digits(written: &str) -> Result<String, PhoneNumberError> {
    let is_punctuation = |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}');
    let digits: String = written.chars().filter(|c| !is_punctuation(*c)).collect();
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
        return Err(PhoneNumberError::NotANumber);
    }
    // Longer than any number with any prefix: nothing that the library below has to look at.
    if digits.len() > 24 {
        return Err(PhoneNumberError::WrongLength(digits.len()));
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(written: &str, country: Option<&str>) -> Result<String, PhoneNumberError> {
        PhoneNumber::parse(written, country).map(|number| number.with_plus(true))
    }

    #[test]
    fn international_numbers_need_no_country() {
        for written in ["+491701234521", "0049 170 1234521", "491701234521", "+49 (170) 123-45.21", "tel:+491701234521"] {
            assert_eq!(read(written, None).as_deref(), Ok("+491701234521"), "{written}");
        }
        assert_eq!(read("+15550100", Some("DE")).as_deref(), Ok("+15550100"));
        assert_eq!(PhoneNumber::parse("+491701234521", None).unwrap().with_plus(false), "491701234521");
    }

    #[test]
    fn national_numbers_follow_the_rules_of_their_country() {
        assert_eq!(read("0170 1234521", Some("DE")).as_deref(), Ok("+491701234521"));
        assert_eq!(read("0049 170 1234521", Some("de")).as_deref(), Ok("+491701234521"));
        assert_eq!(read("491701234521", Some("DE")).as_deref(), Ok("+491701234521"));
        assert_eq!(read("06 1234 5678", Some("IT")).as_deref(), Ok("+390612345678"));
        assert_eq!(read("(202) 555-0123", Some("US")).as_deref(), Ok("+12025550123"));
    }

    #[test]
    fn what_is_no_number_is_refused_and_not_shown() {
        assert_eq!(read("0170 1234521", None), Err(PhoneNumberError::National));
        assert_eq!(read("0170 1234521", Some("XX")), Err(PhoneNumberError::UnknownCountry("XX".to_owned())));
        assert_eq!(read("011 49 170 1234521", Some("US")), Err(PhoneNumberError::NotInUse));
        assert_eq!(read("+49 FLOWERS", None), Err(PhoneNumberError::NotANumber));
        assert_eq!(read("+0170123456", None), Err(PhoneNumberError::NotANumber));
        assert_eq!(read("", Some("DE")), Err(PhoneNumberError::NotANumber));
        assert_eq!(read("+123456", None), Err(PhoneNumberError::WrongLength(6)));
        assert_eq!(read("+1234567890123456", None), Err(PhoneNumberError::WrongLength(16)));
        assert_eq!(format!("{:?}", PhoneNumber::parse("+491701234521", None).unwrap()), "+49…21");
    }

    proptest::proptest! {
        #[test]
        fn no_digits_make_the_reader_panic(written in "[0-9+ ]{0,26}", country in "DE|US|IT|GB|RU") {
            let _ = PhoneNumber::parse(&written, Some(&country));
        }
    }
}
