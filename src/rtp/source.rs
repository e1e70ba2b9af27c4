//! The source of a stream: which SSRC it is, and what was counted of it and those before it (RFC 3550 §8.2).

use std::time::Instant;

use super::packet::Header;
use super::reception::{Arrival, Reception};
use super::rtcp::ReportBlock;

/// Follows the source through changes of its number.
#[derive(Debug, Clone, Default)]
pub struct Source {
    current: Option<(u32, Reception)>,
    /// Packets of earlier sources.
    received_before: u64,
    lost_before: u64,
    changes: u32,
}

impl Source {
    /// Counts a packet. [`Arrival::Restarted`] also when another source has taken over.
    pub fn handle(&mut self, header: &Header, now: Instant) -> Arrival {
        if let Some((_, reception)) = self.current.as_mut().filter(|(ssrc, _)| *ssrc == header.ssrc) {
            let before = (reception.received(), reception.lost());
            let arrival = reception.handle(header.sequence, now);
            if arrival == Arrival::Restarted {
                self.close_books(before);
            }
            return arrival;
        }
        let over = self.current.take().map(|(_, reception)| (reception.received(), reception.lost()));
        let is_change = over.is_some();
        self.close_books(over.unwrap_or_default());
        let mut reception = Reception::new(header.sequence, now);
        let first = reception.handle(header.sequence, now);
        self.current = Some((header.ssrc, reception));
        self.changes = self.changes.saturating_add(u32::from(is_change));
        if is_change { Arrival::Restarted } else { first }
    }

    /// Counts the time of a packet of sound.
    pub fn handle_time(&mut self, timestamp: u32, now: Instant) {
        if let Some((_, reception)) = &mut self.current {
            reception.handle_time(timestamp, now);
        }
    }

    /// Its number, once a packet has come.
    pub fn ssrc(&self) -> Option<u32> {
        self.current.as_ref().map(|(ssrc, _)| *ssrc)
    }

    /// The block about it for our report.
    pub fn report(&mut self) -> Option<ReportBlock> {
        self.current.as_mut().map(|(ssrc, reception)| reception.report(*ssrc))
    }

    /// Packets that came from all sources, copies counted.
    pub fn received(&self) -> u64 {
        self.received_before + self.current.as_ref().map_or(0, |(_, reception)| u64::from(reception.received()))
    }

    /// Packets that never came.
    pub fn lost(&self) -> u64 {
        self.lost_before + self.current.as_ref().map_or(0, |(_, reception)| reception.lost().max(0).unsigned_abs())
    }

    /// Interarrival jitter in samples.
    pub fn jitter(&self) -> u32 {
        self.current.as_ref().map_or(0, |(_, reception)| reception.jitter())
    }

    /// How often another source has taken over.
    pub fn changes(&self) -> u32 {
        self.changes
    }

    fn close_books(&mut self, (received, lost): (u32, i64)) {
        self.received_before += u64::from(received);
        self.lost_before += lost.max(0).unsigned_abs();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_go_on_over_sources_and_restarts() {
        let now = Instant::now();
        let mut source = Source::default();
        let mut hear = |ssrc, sequence| source.handle(&header(ssrc, sequence), now);

        let arrivals = [hear(1, 5), hear(1, 7), hear(2, 900), hear(2, 901), hear(2, 30_000), hear(2, 30_001)];

        use Arrival::{Astray, InOrder, Restarted};
        assert_eq!(arrivals, [InOrder, InOrder, Restarted, InOrder, Astray, Restarted]);
        assert_eq!((source.received(), source.lost(), source.changes()), (5, 1, 1));
    }

    fn header(ssrc: u32, sequence: u16) -> Header {
        Header { payload_type: 0, marker: false, sequence, timestamp: 0, ssrc }
    }
}
