//! Times before and after another, never beyond the end of the calendar.

use std::time::Duration;

use jiff::Timestamp;

/// `by` later than `now`.
pub(super) fn after(now: Timestamp, by: Duration) -> Timestamp {
    from_millisecond(now.as_millisecond().saturating_add(milliseconds(by)))
}

/// `by` earlier than `now`.
pub(super) fn before(now: Timestamp, by: Duration) -> Timestamp {
    from_millisecond(now.as_millisecond().saturating_sub(milliseconds(by)))
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn from_millisecond(millisecond: i64) -> Timestamp {
    let within = millisecond.clamp(Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
    Timestamp::from_millisecond(within).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_durations_end_at_the_edges_of_the_calendar() {
        let now = Timestamp::UNIX_EPOCH;

        assert!(after(now, Duration::MAX) > after(now, Duration::from_secs(1)));
        assert!(before(now, Duration::MAX) < before(now, Duration::from_secs(1)));
        assert_eq!(before(after(now, Duration::from_secs(9)), Duration::from_secs(9)), now);
    }
}
