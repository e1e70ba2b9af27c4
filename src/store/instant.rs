//! Times in whole milliseconds, before and after another, never beyond the ends of the calendar.

use std::time::Duration;

use jiff::Timestamp;

const MOST: i64 = 300 * 365 * 24 * 3600 * 1000;

/// `by` later than `now`.
pub(super) fn after(now: Timestamp, by: Duration) -> Timestamp {
    at(now.as_millisecond().saturating_add(milliseconds(by)))
}

/// `by` earlier than `now`.
pub(super) fn before(now: Timestamp, by: Duration) -> Timestamp {
    at(now.as_millisecond().saturating_sub(milliseconds(by)))
}

/// The time this many milliseconds after 1970 began.
pub(super) fn at(millisecond: i64) -> Timestamp {
    let edge = if millisecond < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millisecond).unwrap_or(edge)
}

/// In whole milliseconds; longer ones as three hundred years, which any database can add to the time.
pub(super) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(MOST).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_durations_end_at_the_edges_of_the_calendar() {
        let now = Timestamp::UNIX_EPOCH;

        assert_eq!(after(Timestamp::MAX, Duration::MAX), Timestamp::MAX);
        assert_eq!(before(Timestamp::MIN, Duration::MAX), Timestamp::MIN);
        assert_eq!(at(Timestamp::MAX.as_millisecond()), Timestamp::MAX);
        assert_eq!(before(after(now, Duration::from_secs(9)), Duration::from_secs(9)), now);
    }
}
