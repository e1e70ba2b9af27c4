//! The authenticator app of a customer: time-based codes (RFC 6238), SHA-1, six digits, 30 seconds.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use totp_rs::{Algorithm, Builder, Totp};

use crate::clock::Chance;
use crate::secret::Digits;

const STEP_SECONDS: u64 = 30;

/// An enrolled app, and what its service remembers of it.
pub struct Authenticator {
    totp: Totp,
    /// A step is good once (RFC 6238 §5.2).
    last_step: Option<u64>,
}

/// The code that the app shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The six digits.
    pub code: Digits,
    /// How long the app goes on showing it.
    pub remains: Duration,
}

impl Authenticator {
    /// Enrols an app with a fresh secret.
    pub fn enrol(chance: &Chance) -> Self {
        Self::with_secret(chance.bytes())
    }

    /// What the app shows at a time.
    pub fn shows(&self, now: Timestamp) -> Shown {
        let seconds = seconds(now);
        let code = Digits::new(self.totp.generate(seconds).to_string());
        Shown { code, remains: Duration::from_secs(STEP_SECONDS - seconds % STEP_SECONDS) }
    }

    /// Whether these are the digits of this step or a neighbour, not used before.
    pub fn accepts(&mut self, digits: &Digits, now: Timestamp) -> bool {
        let Some(step) = self.totp.check(digits.expose(), seconds(now)) else { return false };
        if self.last_step.is_some_and(|last| step <= last) {
            return false;
        }
        self.last_step = Some(step);
        true
    }

    fn with_secret(secret: [u8; 20]) -> Self {
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(1)
            .with_step_duration(STEP_SECONDS)
            .with_secret(secret)
            .build_noncompliant();
        Self { totp, last_step: None }
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator").field("last_step", &self.last_step).finish_non_exhaustive()
    }
}

fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.as_second()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_the_codes_of_rfc_6238_appendix_b() {
        let app = Authenticator::with_secret(*b"12345678901234567890");

        let shown = app.shows(Timestamp::from_second(1_111_111_109).unwrap());

        assert_eq!(shown, Shown { code: Digits::new("081804"), remains: Duration::from_secs(1) });
    }

    #[test]
    fn a_code_is_good_once_and_one_step_late() {
        let mut app = Authenticator::with_secret(*b"12345678901234567890");
        let shown = app.shows(Timestamp::from_second(60).unwrap()).code;

        assert!(!app.accepts(&shown, Timestamp::from_second(120).unwrap()));
        assert!(app.accepts(&shown, Timestamp::from_second(119).unwrap()));
        assert!(!app.accepts(&shown, Timestamp::from_second(100).unwrap()));
    }
}
