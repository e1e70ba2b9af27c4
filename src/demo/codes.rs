//! Codes that the customer's own service made and sent (external mode, G18–G21).

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Chance;
use crate::secret::Digits;

/// How long the service takes its own codes back.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// One code for each customer at most: a new one kills the old.
#[derive(Debug, Default)]
pub struct Codes(HashMap<String, Live>);

#[derive(Debug)]
struct Live {
    code: Digits,
    until: Timestamp,
}

impl Codes {
    /// Makes a code of six digits for a customer.
    pub fn make(&mut self, customer: &str, now: Timestamp, chance: &Chance) -> Digits {
        let code = six_digits(chance);
        let until = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        self.0.insert(customer.to_owned(), Live { code: code.clone(), until });
        code
    }

    /// Whether these are the digits of the customer's code; right digits are right once.
    pub fn take(&mut self, customer: &str, digits: &Digits, now: Timestamp) -> bool {
        let right = self.0.get(customer).is_some_and(|live| live.code == *digits && now < live.until);
        if right {
            self.0.remove(customer);
        }
        right
    }
}

/// Uniform over all million: draws that would favour the small ones are thrown away.
fn six_digits(chance: &Chance) -> Digits {
    const CODES: u32 = 1_000_000;
    const FAIR: u32 = u32::MAX - u32::MAX % CODES;
    loop {
        let drawn = u32::from_le_bytes(chance.bytes());
        if drawn < FAIR {
            return Digits::new(format!("{:06}", drawn % CODES));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_right_once_until_it_is_old_or_replaced() {
        let (mut codes, chance) = (Codes::default(), Chance::seeded(1));
        let (start, late) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(600).unwrap());

        let old = codes.make("1001", start, &chance);
        let code = codes.make("1001", start, &chance);

        assert_eq!(code.count(), 6);
        assert!(!codes.take("1001", &old, start));
        assert!(!codes.take("1002", &code, start));
        assert!(!codes.take("1001", &code, late));
        assert!(codes.take("1001", &code, start));
        assert!(!codes.take("1001", &code, start));
    }
}
