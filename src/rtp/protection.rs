//! Whether the packets of a stream are protected, and both directions of it if so (RFC 3711, RFC 4568).

use super::outgoing::Outgoing;
use super::packet::Header;
use super::srtp::Srtp;
use super::srtp_keys::SrtpKeys;

/// Plain until keys are named.
#[derive(Debug, Default)]
pub(super) struct Protection(Option<Box<Protected>>);

#[derive(Debug)]
struct Protected {
    peer: SrtpKeys,
    own: SrtpKeys,
    opening: Srtp,
    closing: Srtp,
}

impl Protection {
    /// From here on packets are protected. Keys that are named again go on where they are, each direction by itself: the same
    /// counter must never come twice under one key (RFC 3711 §9.1).
    pub fn handle_keys(&mut self, peer: &SrtpKeys, own: &SrtpKeys) {
        let Some(known) = &mut self.0 else {
            let (opening, closing) = (Srtp::new(peer), Srtp::new(own));
            self.0 = Some(Box::new(Protected { peer: peer.clone(), own: own.clone(), opening, closing }));
            return;
        };
        if known.peer != *peer {
            (known.peer, known.opening) = (peer.clone(), Srtp::new(peer));
        }
        if known.own != *own {
            (known.own, known.closing) = (own.clone(), Srtp::new(own));
        }
    }

    /// The plain bytes of an RTP packet; `None` when it must be dropped.
    pub fn open_rtp<'b>(&mut self, bytes: &'b mut [u8]) -> Option<&'b [u8]> {
        let length = self.0.as_mut().map_or(Ok(bytes.len()), |protected| protected.opening.unprotect(bytes)).ok()?;
        bytes.get(..length)
    }

    /// The plain bytes of an RTCP packet; `None` when it must be dropped.
    pub fn open_rtcp<'b>(&mut self, bytes: &'b mut [u8]) -> Option<&'b [u8]> {
        let length = self.0.as_mut().map_or(Ok(bytes.len()), |protected| protected.opening.unprotect_rtcp(bytes)).ok()?;
        bytes.get(..length)
    }

    /// Writes a packet for the wire.
    pub fn write_rtp(&mut self, header: &Header, payload: &[u8], out: &mut Outgoing) {
        out.push(|bytes| {
            let length = header.write(payload, bytes)?;
            self.0.as_mut().map_or(Ok(length), |protected| protected.closing.protect(bytes, length)).ok()
        });
    }

    /// The compound as it goes to the wire.
    pub fn close_rtcp(&mut self, mut compound: Vec<u8>) -> Option<Vec<u8>> {
        self.0.as_mut().map_or(Ok(()), |protected| protected.closing.protect_rtcp(&mut compound)).ok()?;
        Some(compound)
    }
}
