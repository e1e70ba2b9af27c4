//! What arrived of one source: extended sequence numbers, loss and jitter (RFC 3550 §6.4.1, A.1, A.3, A.8).

use std::time::Instant;

use super::rtcp::ReportBlock;

/// Numbers that may be missing in between (A.1, `MAX_DROPOUT`).
const MOST_DROPOUT: u16 = 3000;

/// Numbers by which a packet may come late (A.1, `MAX_MISORDER`).
const MOST_MISORDER: u16 = 100;

/// Samples a second.
const RATE: u128 = 8000;

/// What a sequence number says of its packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It follows, perhaps after a gap.
    InOrder,
    /// It was overtaken, or it is a copy.
    Late,
    /// A jump that no loss explains: dropped, unless the next packet goes on from there.
    Astray,
    /// The source has begun to count anew.
    Restarted,
}

/// Counts the packets of one source.
#[derive(Debug, Clone)]
pub struct Reception {
    base: u32,
    highest: u16,
    cycles: u32,
    astray: Option<u16>,
    received: u32,
    expected_before: u32,
    received_before: u32,
    transit: Option<i64>,
    jitter: f64,
    began: Instant,
}

impl Reception {
    /// Begins with the first packet's sequence number.
    pub fn new(sequence: u16, now: Instant) -> Self {
        Self {
            base: u32::from(sequence),
            highest: sequence.wrapping_sub(1),
            cycles: if sequence == 0 { 0u32.wrapping_sub(1 << 16) } else { 0 },
            astray: None,
            received: 0,
            expected_before: 0,
            received_before: 0,
            transit: None,
            jitter: 0.0,
            began: now,
        }
    }

    /// Counts a packet (A.1, `update_seq`).
    pub fn handle(&mut self, sequence: u16, now: Instant) -> Arrival {
        let ahead = sequence.wrapping_sub(self.highest);
        if (1..MOST_DROPOUT).contains(&ahead) {
            self.go_to(sequence);
            return Arrival::InOrder;
        }
        if ahead == 0 || ahead > u16::MAX - MOST_MISORDER {
            self.received = self.received.saturating_add(1);
            return Arrival::Late;
        }
        if self.astray == Some(sequence) {
            *self = Self::new(sequence, now);
            self.go_to(sequence);
            return Arrival::Restarted;
        }
        self.astray = Some(sequence.wrapping_add(1));
        Arrival::Astray
    }

    /// Counts the time of a packet of sound (A.8). Events do not count: their timestamps stand still.
    pub fn handle_time(&mut self, timestamp: u32, now: Instant) {
        let elapsed = now.saturating_duration_since(self.began).as_micros() * RATE / 1_000_000;
        let arrival = i64::try_from(elapsed).unwrap_or(i64::MAX);
        let transit = arrival - i64::from(timestamp);
        let Some(before) = self.transit.replace(transit) else { return };
        // Timestamps wrap; so does the difference of two transits.
        #[expect(clippy::cast_possible_truncation, reason = "the difference is meant modulo 2^32")]
        let change = f64::from(((transit - before) as i32).unsigned_abs());
        // A pause in which timestamps stand still is no jitter.
        if change < RATE as f64 {
            self.jitter += (change - self.jitter) / 16.0;
        }
    }

    /// The extended highest sequence number.
    pub fn extended_highest(&self) -> u32 {
        self.cycles.wrapping_add(u32::from(self.highest))
    }

    /// Packets lost so far; copies can make it less than none (A.3).
    pub fn lost(&self) -> i64 {
        i64::from(self.expected()) - i64::from(self.received)
    }

    /// Packets that came, copies counted.
    pub fn received(&self) -> u32 {
        self.received
    }

    /// The interarrival jitter, in samples.
    pub fn jitter(&self) -> u32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "never negative, and below one second")]
        let samples = self.jitter as u32;
        samples
    }

    /// The block of a report, and the beginning of the next interval (A.3).
    pub fn report(&mut self, ssrc: u32) -> ReportBlock {
        let expected = self.expected();
        let expected_now = expected.wrapping_sub(std::mem::replace(&mut self.expected_before, expected));
        let received_now = self.received.wrapping_sub(std::mem::replace(&mut self.received_before, self.received));
        let lost_now = expected_now.saturating_sub(received_now);
        let fraction = (u64::from(lost_now) << 8).checked_div(u64::from(expected_now)).unwrap_or_default();
        ReportBlock {
            ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            lost: i32::try_from(self.lost()).unwrap_or(i32::MAX).clamp(-0x80_0000, 0x7f_ffff),
            highest: self.extended_highest(),
            jitter: self.jitter(),
            last_report: 0,
            delay_since: 0,
        }
    }

    fn expected(&self) -> u32 {
        self.extended_highest().wrapping_sub(self.base).wrapping_add(1)
    }

    fn go_to(&mut self, sequence: u16) {
        if sequence < self.highest {
            self.cycles = self.cycles.wrapping_add(1 << 16);
        }
        self.highest = sequence;
        self.astray = None;
        self.received = self.received.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn loss_is_what_was_expected_less_what_came() {
        let now = Instant::now();
        let mut reception = Reception::new(65_530, now);
        for step in (0..20_u16).filter(|step| step % 4 != 3) {
            assert_eq!(reception.handle(65_530_u16.wrapping_add(step), now), Arrival::InOrder);
        }

        let block = reception.report(9);

        assert_eq!((block.lost, block.fraction_lost, block.highest), (4, 53, 65_536 + 12));
        assert_eq!(reception.report(9).fraction_lost, 0);
    }

    #[test]
    fn a_source_that_begins_with_nought_has_lost_nothing() {
        let now = Instant::now();
        let mut reception = Reception::new(0, now);

        assert_eq!(reception.handle(0, now), Arrival::InOrder);
        assert_eq!((reception.lost(), reception.extended_highest()), (0, 0));
    }

    #[test]
    fn late_packets_and_copies_are_known_and_a_jump_must_be_confirmed() {
        let now = Instant::now();
        let mut reception = Reception::new(10, now);

        let arrivals: Vec<Arrival> = [10, 12, 11, 12, 30_000, 13, 40_000, 40_001].map(|sequence| reception.handle(sequence, now)).into();

        use Arrival::{Astray, InOrder, Late, Restarted};
        assert_eq!(arrivals, [InOrder, InOrder, Late, Late, Astray, InOrder, Astray, Restarted]);
    }

    #[test]
    fn even_packets_have_no_jitter_and_uneven_ones_have() {
        let start = Instant::now();
        let mut even = Reception::new(0, start);
        let mut uneven = Reception::new(0, start);
        for step in 0..200_u32 {
            let now = start + Duration::from_millis(20) * step;
            even.handle_time((step * 160).wrapping_sub(1000), now);
            uneven.handle_time(step * 160, now + Duration::from_millis(u64::from(step % 2) * 10));
        }

        assert_eq!(even.jitter(), 0);
        assert!((70..=80).contains(&uneven.jitter()), "{}", uneven.jitter());
    }
}
