//! How many wrong codes a person may still enter: over all calls, methods and parallel sessions.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::limits::Limits;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The guesses of one person that were not right, and whether the person is locked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuessBudget {
    /// When each guess of the last 24 hours was taken, in milliseconds, the oldest first.
    taken: Vec<i64>,
    /// Until when the person is locked, in milliseconds.
    locked_until: Option<i64>,
}

/// The person is locked: no send, no check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locked;

impl GuessBudget {
    /// Whether the person is locked.
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| until > now.as_millisecond())
    }

    /// Takes a guess before the code is compared; the one that uses the budget up locks the person at once.
    pub fn take(&mut self, limits: &Limits, now: Timestamp) -> Result<(), Locked> {
        if self.is_locked(now) {
            return Err(Locked);
        }
        self.locked_until = None;
        self.forget_before(now - DAY);
        self.taken.push(now.as_millisecond());
        self.lock(limits, now);
        Ok(())
    }

    /// Gives back the guess taken at `at`: nothing was compared.
    pub fn give_back(&mut self, limits: &Limits, at: Timestamp) {
        if let Some(guess) = self.taken.iter().rposition(|taken| *taken == at.as_millisecond()) {
            self.taken.remove(guess);
        }
        self.locked_until = None;
        if let Some(last) = self.taken.last().and_then(|last| Timestamp::from_millisecond(*last).ok()) {
            self.lock(limits, last);
        }
    }

    /// Until when this must be remembered.
    pub fn expires_at(&self, now: Timestamp) -> Timestamp {
        let locked = self.locked_until.and_then(|until| Timestamp::from_millisecond(until).ok());
        (now + DAY).max(locked.unwrap_or(now))
    }

    fn lock(&mut self, limits: &Limits, now: Timestamp) {
        let window = SignedDuration::from_mins(i64::from(limits.wrong_codes_window_minutes));
        let since = |start: Timestamp| self.taken.iter().filter(|taken| **taken > start.as_millisecond()).count();
        let wait = if since(now - DAY) >= limits.wrong_codes_per_day as usize {
            DAY
        } else if since(now - window) >= limits.wrong_codes as usize {
            SignedDuration::from_mins(i64::from(limits.lock_minutes))
        } else {
            return;
        };
        self.locked_until = Some((now + wait).as_millisecond());
    }

    fn forget_before(&mut self, start: Timestamp) {
        self.taken.retain(|taken| *taken > start.as_millisecond());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    fn guesses(budget: &mut GuessBudget, count: usize, from: i64) -> usize {
        (0..count).filter(|_| budget.take(&Limits::default(), minute(from)).is_ok()).count()
    }

    #[test]
    fn five_wrong_codes_lock_for_fifteen_minutes() {
        let mut budget = GuessBudget::default();

        assert_eq!(guesses(&mut budget, 500, 0), 5);
        assert!(budget.is_locked(minute(14)));
        assert!(!budget.is_locked(minute(15)));
    }

    #[test]
    fn ten_wrong_codes_in_a_day_lock_for_a_day() {
        let mut budget = GuessBudget::default();
        guesses(&mut budget, 5, 0);

        assert_eq!(guesses(&mut budget, 500, 20), 5);

        assert!(budget.is_locked(minute(20 + 24 * 60 - 1)));
        assert!(!budget.is_locked(minute(20 + 24 * 60)));
    }

    #[test]
    fn the_window_slides() {
        let mut budget = GuessBudget::default();
        guesses(&mut budget, 4, 0);

        assert_eq!(guesses(&mut budget, 1, 14), 1);

        assert!(budget.is_locked(minute(14)));
    }

    #[test]
    fn a_guess_given_back_opens_the_lock_it_closed() {
        let mut budget = GuessBudget::default();
        guesses(&mut budget, 4, 0);
        guesses(&mut budget, 1, 1);

        budget.give_back(&Limits::default(), minute(1));

        assert!(!budget.is_locked(minute(1)));
        assert_eq!(guesses(&mut budget, 9, 1), 1);
    }
}
