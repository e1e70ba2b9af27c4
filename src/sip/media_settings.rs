//! What we can do with sound, and where: the ground of our offers and answers (RFC 3264 §5, §6).

use std::net::SocketAddr;

use super::codec::Codec;
use super::media_line::Protocol;

/// Whether media are encrypted with keys in the description; those are as secret as the signalling that carries them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Srtp {
    /// Never.
    #[default]
    Off,
    /// When the other side offers it; our own offers are in the clear.
    Accepted,
    /// Always.
    Required,
}

/// What we can do, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaSettings {
    /// Where we receive RTP, as the other side reaches it; RTCP is received at the next port.
    pub local: SocketAddr,
    /// Codecs, best first.
    pub codecs: Vec<Codec>,
    /// Milliseconds of sound in a packet.
    pub packet_time: u16,
    /// Whether RTCP may come to RTP's port.
    pub rtcp_mux: bool,
    /// Whether media are encrypted.
    pub srtp: Srtp,
}

impl MediaSettings {
    /// PCMU, PCMA, packets of 20 ms, RTCP at RTP's port where the other side can; nothing encrypted.
    pub fn new(local: SocketAddr) -> Self {
        Self { local, codecs: vec![Codec::Pcmu, Codec::Pcma], packet_time: 20, rtcp_mux: true, srtp: Srtp::Off }
    }

    /// Whether a medium of this protocol may be agreed on.
    pub(super) fn allows(&self, protocol: &Protocol) -> bool {
        match self.srtp {
            Srtp::Off => protocol.is_rtp() && !protocol.is_encrypted(),
            Srtp::Accepted => protocol.is_rtp(),
            Srtp::Required => protocol.is_encrypted(),
        }
    }
}
