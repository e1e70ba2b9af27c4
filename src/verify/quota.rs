//! How many messages a destination and a tenant may still be sent.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::limits::Limits;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const TEN_MINUTES: SignedDuration = SignedDuration::from_mins(10);

/// The messages sent to one destination.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationQuota {
    /// When each message of the last 24 hours went out, in milliseconds.
    sent: Vec<i64>,
}

/// The messages sent for one tenant, counted by the minute and by the day (UTC).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantQuota {
    minute: i64,
    in_minute: u32,
    day: i64,
    in_day: u32,
}

/// The quota is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedUp;

impl DestinationQuota {
    /// Takes one message out of the quota.
    pub fn take(&mut self, limits: &Limits, now: Timestamp) -> Result<(), UsedUp> {
        let since = |start: Timestamp| self.sent.iter().filter(|sent| **sent > start.as_millisecond()).count();
        let day = since(now - DAY) >= limits.sends_per_destination_per_day as usize;
        if day || since(now - TEN_MINUTES) >= limits.sends_per_destination as usize {
            return Err(UsedUp);
        }
        self.sent.retain(|sent| *sent > (now - DAY).as_millisecond());
        self.sent.push(now.as_millisecond());
        Ok(())
    }

    /// Gives back the message taken at `at`: it was not sent.
    pub fn give_back(&mut self, at: Timestamp) {
        if let Some(sent) = self.sent.iter().rposition(|sent| *sent == at.as_millisecond()) {
            self.sent.remove(sent);
        }
    }

    /// Until when this must be remembered.
    pub fn expires_at(now: Timestamp) -> Timestamp {
        now + DAY
    }
}

impl TenantQuota {
    /// Takes one message out of the quota.
    pub fn take(&mut self, limits: &Limits, now: Timestamp) -> Result<(), UsedUp> {
        let (minute, day) = (now.as_second().div_euclid(60), now.as_second().div_euclid(86_400));
        let in_minute = if self.minute == minute { self.in_minute } else { 0 };
        let in_day = if self.day == day { self.in_day } else { 0 };
        if in_minute >= limits.sends_per_minute || in_day >= limits.sends_per_day {
            return Err(UsedUp);
        }
        *self = Self { minute, in_minute: in_minute + 1, day, in_day: in_day + 1 };
        Ok(())
    }

    /// Until when this must be remembered.
    pub fn expires_at(now: Timestamp) -> Timestamp {
        now + DAY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    #[test]
    fn a_destination_takes_five_in_ten_minutes_and_ten_a_day() {
        let mut quota = DestinationQuota::default();
        let mut take = |at| (0..20).filter(|_| quota.take(&Limits::default(), minute(at)).is_ok()).count();

        assert_eq!((take(0), take(9), take(10), take(1000), take(24 * 60)), (5, 0, 5, 0, 5));
    }

    #[test]
    fn what_was_not_sent_is_given_back() {
        let mut quota = DestinationQuota::default();
        (0..5).for_each(|_| quota.take(&Limits::default(), minute(0)).unwrap());

        quota.give_back(minute(0));

        assert_eq!((0..20).filter(|_| quota.take(&Limits::default(), minute(1)).is_ok()).count(), 1);
    }

    #[test]
    fn a_tenant_takes_sixty_a_minute_and_a_thousand_a_day() {
        let mut quota = TenantQuota::default();
        let mut take = |at| (0..100).filter(|_| quota.take(&Limits::default(), minute(at)).is_ok()).count();

        let day: usize = (0..30).map(&mut take).sum();

        assert_eq!((day, take(24 * 60)), (1000, 60));
    }
}
