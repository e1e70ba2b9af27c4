//! Milliseconds for the wheel, how late they were kept, and real-time priority where the system grants it.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use thread_priority::unix::{RealtimeThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id};
use thread_priority::{ThreadPriority, ThreadPriorityValue};

/// More milliseconds than this are not made up for: a machine that slept must not flood its peers.
const MOST_BEHIND: u64 = 100;

/// Low among real-time threads: above all that answers pages, below the kernel's own.
const PRIORITY: u8 = 10;

/// Steps of a quarter of a millisecond; the last one holds all that was later.
const STEPS: usize = 80;
const STEP_MICROS: u128 = 250;

/// Counts milliseconds since a start.
#[derive(Debug)]
pub(super) struct Pacing {
    start: Instant,
    passed: u64,
}

/// How late packets were sent, by quarters of a millisecond. Shared with whoever asks.
#[derive(Debug)]
pub(super) struct Lateness([AtomicU64; STEPS]);

impl Pacing {
    pub fn new(start: Instant) -> Self {
        Self { start, passed: 0 }
    }

    /// Takes the milliseconds that are due and were not taken.
    pub fn take_due(&mut self, now: Instant) -> RangeInclusive<u64> {
        let elapsed = u64::try_from(now.saturating_duration_since(self.start).as_millis()).unwrap_or(u64::MAX);
        let is_far_behind = elapsed.saturating_sub(self.passed) > MOST_BEHIND;
        let first = if is_far_behind { elapsed } else { self.next() };
        self.passed = self.passed.max(elapsed);
        first..=elapsed
    }

    /// The millisecond that is due next.
    pub fn next(&self) -> u64 {
        self.passed + 1
    }

    /// When a millisecond is due.
    pub fn due_at(&self, millisecond: u64) -> Instant {
        self.start + Duration::from_millis(millisecond)
    }
}

impl Default for Lateness {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; STEPS])
    }
}

impl Lateness {
    /// Counts packets that were this late.
    pub fn count(&self, late: Duration, packets: u64) {
        let step = usize::try_from(late.as_micros() / STEP_MICROS).unwrap_or(STEPS).min(STEPS - 1);
        if let Some(place) = self.0.get(step) {
            place.fetch_add(packets, Ordering::Relaxed);
        }
    }

    /// The lateness that all but one in `one_in` packets kept, since the last time it was asked for.
    pub fn take_quantile(&self, one_in: u64) -> Duration {
        let counts: Vec<u64> = self.0.iter().map(|place| place.swap(0, Ordering::Relaxed)).collect();
        let allowed = counts.iter().sum::<u64>() / one_in.max(1);
        let mut later = 0;
        for (step, count) in counts.iter().enumerate().rev() {
            later += count;
            if later > allowed {
                return Duration::from_micros(250) * u32::try_from(step + 1).unwrap_or(u32::MAX);
            }
        }
        Duration::ZERO
    }
}

/// Asks that this thread runs before all others; `false` when the system does not allow it.
pub(super) fn ask_for_real_time() -> bool {
    let Ok(value) = ThreadPriorityValue::try_from(PRIORITY) else { return false };
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Crossplatform(value), policy).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_millisecond_comes_once_and_a_long_sleep_is_left_out() {
        let start = Instant::now();
        let mut pacing = Pacing::new(start);
        let mut due = |micros| pacing.take_due(start + Duration::from_micros(micros)).collect::<Vec<u64>>();

        assert!(due(900).is_empty());
        assert_eq!(due(3100), [1, 2, 3]);
        assert!(due(3900).is_empty());
        assert_eq!(due(900_000), [900]);
    }

    #[test]
    fn a_thread_that_has_run_for_months_knows_when_a_millisecond_is_due() {
        let start = Instant::now();
        let months = Duration::from_secs(90 * 24 * 3600);

        assert_eq!(Pacing::new(start).due_at(90 * 24 * 3_600_000), start + months);
    }

    #[test]
    fn the_quantile_is_that_of_the_latest_packets() {
        let lateness = Lateness::default();
        lateness.count(Duration::from_micros(100), 985);
        lateness.count(Duration::from_millis(3), 15);
        assert_eq!(lateness.take_quantile(100), Duration::from_micros(3250));

        lateness.count(Duration::from_micros(100), 999);
        lateness.count(Duration::from_secs(3), 1);
        assert_eq!(lateness.take_quantile(100), Duration::from_micros(250));
        assert_eq!(lateness.take_quantile(100), Duration::ZERO);
    }
}
