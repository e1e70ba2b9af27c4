//! Symmetric RTP: where packets go to and whose packets count (RFC 4961, RFC 7362).
//!
//! ```text
//! signalled ── packets from the signalled address ──────────────────────────► latched there at once
//!     └─────── a run of packets of one source from anywhere (NAT) ──────────► latched there
//! latched ──── run from elsewhere with the latched source's number, silence ► latched there (the NAT has moved it)
//!     │        run from the signalled address ──────────────────────────────► latched there
//!     │        run from the latched host's other port, longer silence ──────► latched there (the peer began anew)
//!     └─────── the session description names another address ───────────────► signalled
//! ```
//! Nobody else gets in: a stranger knows neither the source's number nor can he answer from its host.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Packets in sequence that make a source believable.
const RUN: u8 = 4;

/// How far sequence numbers of a run may be apart.
const RUN_STEP: u16 = 8;

/// How long the latched source must be quiet before the same source is believed elsewhere.
const MOVED_AFTER: Duration = Duration::from_millis(300);

/// How long it must be quiet before another source of the same host is.
const RENEWED_AFTER: Duration = Duration::from_secs(2);

/// Where a stream comes from and goes to.
#[derive(Debug, Clone, Default)]
pub struct Latch {
    signalled: Option<SocketAddr>,
    latched: Option<Latched>,
    candidate: Option<Candidate>,
}

#[derive(Debug, Clone, Copy)]
struct Latched {
    address: SocketAddr,
    ssrc: u32,
    heard: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    address: SocketAddr,
    ssrc: u32,
    sequence: u16,
    run: u8,
}

impl Latch {
    /// The session description names an address, or none (hold of RFC 2543 with 0.0.0.0). Another one than before resets.
    pub fn handle_signalled(&mut self, address: Option<SocketAddr>) {
        if address == self.signalled {
            return;
        }
        *self = Self { signalled: address, latched: None, candidate: None };
    }

    /// Whether a packet is the peer's. It may be that it makes its source the peer.
    pub fn handle(&mut self, from: SocketAddr, ssrc: u32, sequence: u16, now: Instant) -> bool {
        if let Some(latched) = self.latched.as_mut().filter(|latched| latched.address == from) {
            (latched.ssrc, latched.heard) = (ssrc, now);
            return true;
        }
        let is_first = self.latched.is_none() && self.signalled == Some(from);
        if !is_first && (!self.may_latch(from, ssrc, now) || self.count(from, ssrc, sequence) < RUN) {
            return false;
        }
        self.latched = Some(Latched { address: from, ssrc, heard: now });
        self.candidate = None;
        true
    }

    /// Where packets go: to whoever sends, until then to the signalled address.
    pub fn destination(&self) -> Option<SocketAddr> {
        let signalled = self.signalled?;
        Some(self.latched.map_or(signalled, |latched| latched.address))
    }

    fn may_latch(&self, from: SocketAddr, ssrc: u32, now: Instant) -> bool {
        let Some(latched) = self.latched else { return self.signalled.is_some() };
        let quiet = now.saturating_duration_since(latched.heard);
        if self.signalled == Some(from) {
            return true;
        }
        ssrc == latched.ssrc && quiet >= MOVED_AFTER || from.ip() == latched.address.ip() && quiet >= RENEWED_AFTER
    }

    /// How long the candidate's run is, this packet counted.
    fn count(&mut self, address: SocketAddr, ssrc: u32, sequence: u16) -> u8 {
        let known = self.candidate.filter(|candidate| candidate.address == address && candidate.ssrc == ssrc);
        let run =
            known.filter(|candidate| (1..=RUN_STEP).contains(&sequence.wrapping_sub(candidate.sequence))).map_or(0, |known| known.run);
        self.candidate = Some(Candidate { address, ssrc, sequence, run: run.saturating_add(1) });
        run.saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: u32 = 7;

    #[test]
    fn the_signalled_address_counts_at_once_and_until_packets_come() {
        let (mut latch, now) = signalled();

        assert_eq!(latch.destination(), Some(address("192.0.2.1:4000")));
        assert!(latch.handle(address("192.0.2.1:4000"), CALLER, 1, now));
        assert_eq!(latch.destination(), Some(address("192.0.2.1:4000")));
    }

    #[test]
    fn a_caller_behind_nat_is_believed_after_a_run() {
        let (mut latch, now) = signalled();
        let outside = address("203.0.113.9:61000");

        let counted: Vec<bool> = (1..=5).map(|sequence| latch.handle(outside, CALLER, sequence, now)).collect();

        assert_eq!(counted, [false, false, false, true, true]);
        assert_eq!(latch.destination(), Some(outside));
    }

    #[test]
    fn noise_of_changing_sources_and_numbers_is_no_run() {
        let (mut latch, now) = signalled();
        let outside = address("203.0.113.9:61000");

        assert!(!(0..40).any(|step| latch.handle(outside, step, step as u16, now)));
        assert!(!(0..40_u16).any(|step| latch.handle(outside, CALLER, step.wrapping_mul(999), now)));
    }

    #[test]
    fn a_stranger_cannot_steal_a_stream_however_long_its_owner_is_quiet() {
        let (mut latch, now) = signalled();
        latch.handle(address("192.0.2.1:4000"), CALLER, 1, now);

        let later = now + Duration::from_secs(60);
        let stolen = (0..100).any(|step| latch.handle(address("198.51.100.66:5000"), 666, step, later));

        assert!(!stolen);
        assert_eq!(latch.destination(), Some(address("192.0.2.1:4000")));
    }

    #[test]
    fn the_same_source_may_move_when_it_has_left_its_place() {
        let (mut latch, now) = signalled();
        latch.handle(address("192.0.2.1:4000"), CALLER, 1, now);
        let moved = address("203.0.113.9:1024");

        let soon = (2..10).any(|sequence| latch.handle(moved, CALLER, sequence, now + Duration::from_millis(100)));
        let later = (10..14).map(|sequence| latch.handle(moved, CALLER, sequence, now + Duration::from_secs(1))).last();

        assert!(!soon);
        assert_eq!(later, Some(true));
    }

    #[test]
    fn the_signalled_address_takes_a_stream_back() {
        let (mut latch, now) = signalled();
        let stolen = (1..=4).map(|sequence| latch.handle(address("198.51.100.66:5000"), 666, sequence, now)).last();

        let back = (1..=4).map(|sequence| latch.handle(address("192.0.2.1:4000"), CALLER, sequence, now)).last();

        assert_eq!((stolen, back), (Some(true), Some(true)));
        assert_eq!(latch.destination(), Some(address("192.0.2.1:4000")));
    }

    #[test]
    fn another_description_resets_and_the_same_does_not() {
        let (mut latch, now) = signalled();
        assert!((1..=4).any(|sequence| latch.handle(address("203.0.113.9:61000"), CALLER, sequence, now)));

        latch.handle_signalled(Some(address("192.0.2.1:4000")));
        assert_eq!(latch.destination(), Some(address("203.0.113.9:61000")));
        latch.handle_signalled(Some(address("192.0.2.1:5000")));
        assert_eq!(latch.destination(), Some(address("192.0.2.1:5000")));
        latch.handle_signalled(None);
        assert_eq!(latch.destination(), None);
    }

    fn signalled() -> (Latch, Instant) {
        let mut latch = Latch::default();
        latch.handle_signalled(Some(address("192.0.2.1:4000")));
        (latch, Instant::now())
    }

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }
}
