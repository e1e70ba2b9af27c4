//! The RTCP half of a stream: where reports go, what ours say, what the peer's have said (RFC 3550 §6, RFC 5761).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::reporting::Reporting;
use super::rtcp::{ReportBlock, RtcpPacket, SenderInfo, read_rtcp};
use super::sending::Sending;
use super::source::Source;

/// The state of the reports of one stream.
#[derive(Debug)]
pub(super) struct Control {
    reporting: Reporting,
    cname: String,
    signalled: Option<SocketAddr>,
    heard: Option<SocketAddr>,
    is_muxed: bool,
    reported_packets: u64,
    peer_lost: Option<u32>,
}

impl Control {
    pub fn new(cname: String, spread: u32, now: Instant) -> Self {
        let reporting = Reporting::new(spread, now);
        Self { reporting, cname, signalled: None, heard: None, is_muxed: false, reported_packets: 0, peer_lost: None }
    }

    /// A session description has named where the peer's RTCP is.
    pub fn handle_remote(&mut self, rtcp: Option<SocketAddr>, is_muxed: bool) {
        self.heard = self.heard.filter(|_| rtcp == self.signalled);
        (self.signalled, self.is_muxed) = (rtcp, is_muxed);
    }

    /// The peer has reported; gives the sources that leave. `None` when nothing in it can be read.
    pub fn handle(&mut self, from: SocketAddr, compound: &[u8], ssrc: u32, now: Instant) -> Option<Vec<u32>> {
        let packets = read_rtcp(compound);
        if packets.is_empty() {
            return None;
        }
        self.heard = Some(from);
        let mut leaving = Vec::new();
        for packet in packets {
            match packet {
                RtcpPacket::Sender { info, blocks, .. } => {
                    self.reporting.handle_sender(&info, now);
                    self.hear_blocks(&blocks, ssrc, now);
                }
                RtcpPacket::Receiver { blocks, .. } => self.hear_blocks(&blocks, ssrc, now),
                RtcpPacket::Name { .. } => {}
                RtcpPacket::Bye(sources) => leaving.extend(sources),
            }
        }
        Some(leaving)
    }

    /// Whether a report is due.
    pub fn handle_timeout(&mut self, now: Instant) -> bool {
        self.reporting.handle_timeout(now)
    }

    pub fn poll_timeout(&self) -> Instant {
        self.reporting.poll_timeout()
    }

    /// A compound of our report and name, and of the farewell if it is the last (§6.1).
    pub fn compound(&mut self, sending: &Sending, source: &mut Source, is_last: bool, now: Instant) -> Vec<u8> {
        let ssrc = sending.ssrc();
        let blocks = source.report().map(|block| self.reporting.complete(block, now)).into_iter().collect();
        let has_sent = sending.packets() != std::mem::replace(&mut self.reported_packets, sending.packets());
        let report = if has_sent {
            RtcpPacket::Sender { ssrc, info: self.sender_info(sending, now), blocks }
        } else {
            RtcpPacket::Receiver { ssrc, blocks }
        };
        let mut compound = Vec::with_capacity(128);
        report.write(&mut compound);
        RtcpPacket::Name { ssrc, cname: self.cname.clone() }.write(&mut compound);
        if is_last {
            RtcpPacket::Bye(vec![ssrc]).write(&mut compound);
        }
        compound
    }

    /// Reports go to where the peer's come from; until then to the address named, which may be useless behind NAT.
    pub fn destination(&self, rtp: Option<SocketAddr>) -> Option<SocketAddr> {
        let rtp = rtp?;
        if self.is_muxed { Some(rtp) } else { self.heard.or(self.signalled) }
    }

    pub fn round_trip(&self) -> Option<Duration> {
        self.reporting.round_trip()
    }

    /// What the peer has lost of ours, once it has said so.
    pub fn peer_lost(&self) -> Option<u32> {
        self.peer_lost
    }

    fn hear_blocks(&mut self, blocks: &[ReportBlock], ssrc: u32, now: Instant) {
        let Some(block) = blocks.iter().find(|block| block.ssrc == ssrc) else { return };
        self.reporting.handle_block(block, now);
        self.peer_lost = Some(u32::try_from(block.lost).unwrap_or_default());
    }

    #[expect(clippy::cast_possible_truncation, reason = "the counts of a report wrap (§6.4.1)")]
    fn sender_info(&self, sending: &Sending, now: Instant) -> SenderInfo {
        SenderInfo {
            ntp: self.reporting.ntp(now),
            timestamp: sending.timestamp(),
            packets: sending.packets() as u32,
            octets: sending.octets() as u32,
        }
    }
}
