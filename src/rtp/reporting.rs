//! When reports are sent, and the round trip they show (RFC 3550 §6.2, §6.3, §6.4.1).

use std::time::{Duration, Instant};

use super::rtcp::{ReportBlock, SenderInfo};

/// Seconds between two reports, before chance has spread them (§6.2).
const INTERVAL: f64 = 5.0;

/// Makes up for the spread, which would shorten the mean (§6.3.1).
const COMPENSATION: f64 = std::f64::consts::E - 1.5;

/// The timetable of the reports of one stream.
#[derive(Debug, Clone)]
pub struct Reporting {
    began: Instant,
    next: Instant,
    /// State of a small generator: reports must not fall together, nothing more.
    spread: u32,
    /// The peer's last sender report: the middle of its NTP time, and when it came.
    heard: Option<(u32, Instant)>,
    round_trip: Option<Duration>,
}

impl Reporting {
    /// Begins; the first report is due after half an interval.
    pub fn new(spread: u32, now: Instant) -> Self {
        let mut reporting = Self { began: now, next: now, spread: spread | 1, heard: None, round_trip: None };
        reporting.next = now + reporting.draw_interval() / 2;
        reporting
    }

    /// When the next report is due.
    pub fn poll_timeout(&self) -> Instant {
        self.next
    }

    /// Whether a report is due; if so the next one is planned.
    pub fn handle_timeout(&mut self, now: Instant) -> bool {
        let is_due = now >= self.next;
        if is_due {
            self.next = now + self.draw_interval();
        }
        is_due
    }

    /// The peer has reported as a sender.
    pub fn handle_sender(&mut self, info: &SenderInfo, now: Instant) {
        self.heard = Some((middle(info.ntp), now));
    }

    /// The peer has reported on us: the round trip is now, less when we reported, less how long the peer waited.
    pub fn handle_block(&mut self, block: &ReportBlock, now: Instant) {
        if block.last_report == 0 {
            return;
        }
        let trip = middle(self.ntp(now)).wrapping_sub(block.last_report).wrapping_sub(block.delay_since);
        // More than half of the range is a clock that runs backwards.
        if trip < 1 << 31 {
            self.round_trip = Some(Duration::from_secs_f64(f64::from(trip) / 65_536.0));
        }
    }

    /// Completes our block with the times that let the peer measure the round trip.
    pub fn complete(&self, block: ReportBlock, now: Instant) -> ReportBlock {
        let Some((last_report, heard)) = self.heard else { return block };
        let waited = now.saturating_duration_since(heard).as_micros() * 65_536 / 1_000_000;
        ReportBlock { last_report, delay_since: u32::try_from(waited).unwrap_or(u32::MAX), ..block }
    }

    /// The time as reports say it: what has elapsed since the stream began, which §6.4.1 allows to those who have no
    /// wall clock; a day is added, so that no report bears the time 0, which means none.
    pub fn ntp(&self, now: Instant) -> u64 {
        const DAY: u64 = 86_400;
        let elapsed = now.saturating_duration_since(self.began);
        let fraction = (u64::from(elapsed.subsec_nanos()) << 32) / 1_000_000_000;
        (elapsed.as_secs() + DAY) << 32 | fraction
    }

    /// The last round trip that was measured.
    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// Half to one and a half intervals (§6.3.1), by a xorshift generator.
    fn draw_interval(&mut self) -> Duration {
        self.spread ^= self.spread << 13;
        self.spread ^= self.spread >> 17;
        self.spread ^= self.spread << 5;
        let share = f64::from(self.spread) / f64::from(u32::MAX);
        Duration::from_secs_f64(INTERVAL * (0.5 + share) / COMPENSATION)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the middle 32 bits are meant (§6.4.1)")]
fn middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_come_every_few_seconds_and_not_in_step() {
        let start = Instant::now();
        let mut reporting = Reporting::new(77, start);
        let mut gaps = Vec::new();
        for _ in 0..50 {
            let before = reporting.poll_timeout();
            assert!(reporting.handle_timeout(before));
            gaps.push(reporting.poll_timeout() - before);
        }

        assert!(gaps.iter().all(|gap| (2.0..6.3).contains(&gap.as_secs_f64())));
        assert!(gaps.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn two_ends_measure_the_round_trip_between_them() {
        let start = Instant::now();
        let (mut here, mut there) = (Reporting::new(1, start), Reporting::new(2, start));
        let at = |milliseconds: u64| start + Duration::from_millis(milliseconds);

        let info = SenderInfo { ntp: here.ntp(at(1000)), timestamp: 0, packets: 0, octets: 0 };
        there.handle_sender(&info, at(1030));
        let block = ReportBlock { ssrc: 1, fraction_lost: 0, lost: 0, highest: 0, jitter: 0, last_report: 0, delay_since: 0 };
        here.handle_block(&there.complete(block, at(2030)), at(2060));

        let trip = here.round_trip().unwrap();
        assert!(trip.abs_diff(Duration::from_millis(60)) < Duration::from_millis(1), "{trip:?}");
    }

    #[test]
    fn a_block_without_times_or_from_the_future_measures_nothing() {
        let start = Instant::now();
        let mut reporting = Reporting::new(1, start);
        let block = ReportBlock { ssrc: 1, fraction_lost: 0, lost: 0, highest: 0, jitter: 0, last_report: 0, delay_since: 9 };

        reporting.handle_block(&block, start);
        reporting.handle_block(&ReportBlock { last_report: u32::MAX / 2, ..block }, start);

        assert_eq!(reporting.round_trip(), None);
    }
}
