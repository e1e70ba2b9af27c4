//! What two sides agreed on for the sound of a call (RFC 3264 §7).

use std::net::SocketAddr;

use super::codec::{Codec, Format};
use super::crypto::Crypto;
use super::direction::Direction;
use super::media_line::MediaLine;

/// Milliseconds in a packet when the other side asks for none, or for what nobody sends.
const USUAL_PACKET_TIME: u16 = 20;

/// What both sides agreed on. Directions and addresses are seen from our side.
#[derive(Debug, Clone, PartialEq)]
pub struct Negotiated {
    /// The codec that we send.
    pub codec: Codec,
    /// The payload type that we send it with.
    pub payload_type: u8,
    /// What we may receive, by payload type.
    pub received: Vec<(u8, Codec)>,
    /// The payload type that we send keys with; `None` when they come by INFO, or as tones.
    pub telephone_event: Option<u8>,
    /// The payload type that we receive keys with.
    pub telephone_event_received: Option<u8>,
    /// Where we send RTP. Its address is unspecified on an old way of holding; nothing is sent then.
    pub remote: SocketAddr,
    /// Where we send RTCP.
    pub rtcp: Option<SocketAddr>,
    /// Whether RTCP and RTP share a port on both sides.
    pub rtcp_mux: bool,
    /// Which way sound flows.
    pub direction: Direction,
    /// Milliseconds of sound in each packet that we send: 10 to 60.
    pub packet_time: u16,
    /// Keys, when packets are encrypted.
    pub crypto: Option<Crypto>,
}

impl Negotiated {
    /// What a medium of ours and one of theirs have in common; `None` when no sound comes of it.
    pub(super) fn of(ours: &MediaLine, theirs: &MediaLine) -> Option<Self> {
        let common = |format: &&Format| format.codec().is_some_and(|codec| ours.formats.iter().any(|our| our.codec() == Some(codec)));
        let sent = theirs.formats.iter().find(common)?;
        let crypto = crypto(ours, theirs);
        if !is_reachable(ours, theirs)
            || ours.protocol.is_encrypted() != theirs.protocol.is_encrypted()
            || ours.protocol.is_encrypted() != crypto.is_some()
        {
            return None;
        }
        let keys = |line: &MediaLine| line.formats.iter().find(|format| format.is_keys()).map(|format| format.payload_type);
        let rtcp_mux = ours.rtcp_mux && theirs.rtcp_mux;
        Some(Self {
            codec: sent.codec()?,
            payload_type: sent.payload_type,
            received: ours.formats.iter().filter_map(|format| Some((format.payload_type, format.codec()?))).collect(),
            telephone_event: keys(theirs).filter(|_| keys(ours).is_some()),
            telephone_event_received: keys(ours).filter(|_| keys(theirs).is_some()),
            remote: theirs.rtp_address()?,
            rtcp: if rtcp_mux { theirs.rtp_address() } else { theirs.rtcp_address() },
            rtcp_mux,
            direction: ours.direction.and(offered_direction(theirs)),
            packet_time: packet_time(theirs),
            crypto,
        })
    }

    /// Whether the other side hears nothing of us: it holds the call, or we hold it both ways.
    pub fn is_silenced(&self) -> bool {
        !self.direction.sends()
    }
}

/// Which way sound may flow, as we see it, after what the other side says. An address that is none receives nothing (RFC 3264 §8.4).
pub(super) fn offered_direction(theirs: &MediaLine) -> Direction {
    let receives = theirs.direction.receives() && !theirs.has_no_address();
    Direction::of(receives, theirs.direction.sends())
}

/// Milliseconds that the other side asks for, where it asks for something that can be sent.
pub(super) fn packet_time(theirs: &MediaLine) -> u16 {
    let possible = |time: &u16| (10..=60).contains(time) && time.is_multiple_of(10);
    let asked = theirs.packet_time.filter(possible).unwrap_or(USUAL_PACKET_TIME);
    let longest = theirs.longest_packet_time.map_or(u16::MAX, |longest| longest - longest % 10);
    asked.min(longest.max(10))
}

/// Whether packets can go there: to one host, in the family of addresses that we speak.
fn is_reachable(ours: &MediaLine, theirs: &MediaLine) -> bool {
    let Some((ours, theirs)) = ours.address.zip(theirs.address) else { return false };
    theirs.is_unspecified() || !theirs.is_multicast() && theirs.is_ipv4() == ours.is_ipv4()
}

fn crypto(ours: &MediaLine, theirs: &MediaLine) -> Option<Crypto> {
    theirs.crypto.iter().find_map(|remote| {
        let local = ours.crypto.iter().find(|local| local.tag == remote.tag && local.suite == remote.suite)?;
        Some(Crypto { suite: remote.suite, local: local.key.clone(), remote: remote.key.clone() })
    })
}
