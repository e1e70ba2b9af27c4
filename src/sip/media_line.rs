//! One `m=` line with what belongs to it (RFC 8866 §5.14, RFC 3605, RFC 5761).

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::codec::Format;
use super::crypto::CryptoLine;
use super::direction::Direction;

/// What carries the media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protocol {
    /// RTP in the clear: `RTP/AVP`.
    Avp,
    /// The same with quick feedback: `RTP/AVPF`.
    Avpf,
    /// SRTP with keys in the description: `RTP/SAVP`.
    Savp,
    /// The same with quick feedback: `RTP/SAVPF`.
    Savpf,
    /// Any other.
    Other(String),
}

/// Where RTCP goes when that is not the port after RTP's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtcpPlace {
    /// Port.
    pub port: u16,
    /// Address, when it is another one than RTP's.
    pub address: Option<IpAddr>,
}

/// One medium.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaLine {
    /// `audio`, `video` and others.
    pub kind: String,
    /// Port; zero refuses or ends the medium.
    pub port: u16,
    /// What carries it.
    pub protocol: Protocol,
    /// Its payload types, best first.
    pub formats: Vec<Format>,
    /// Its formats as the other side wrote them: a refusal says them again.
    pub as_written: String,
    /// Where it is received; `None` when that is no address.
    pub address: Option<IpAddr>,
    /// Where RTCP is received, when that is said.
    pub rtcp: Option<RtcpPlace>,
    /// Whether RTCP comes to RTP's port.
    pub rtcp_mux: bool,
    /// Which way it flows.
    pub direction: Direction,
    /// Milliseconds of sound that a packet should hold.
    pub packet_time: Option<u16>,
    /// Milliseconds of sound that a packet may hold.
    pub longest_packet_time: Option<u16>,
    /// Keys, best first.
    pub crypto: Vec<CryptoLine>,
}

impl Protocol {
    /// Whether packets are encrypted by keys in the description.
    pub fn is_encrypted(&self) -> bool {
        matches!(self, Self::Savp | Self::Savpf)
    }

    /// Whether it is RTP as we can speak it.
    pub fn is_rtp(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl From<&str> for Protocol {
    fn from(name: &str) -> Self {
        match name {
            "RTP/AVP" => Self::Avp,
            "RTP/AVPF" => Self::Avpf,
            "RTP/SAVP" => Self::Savp,
            "RTP/SAVPF" => Self::Savpf,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Avp => "RTP/AVP",
            Self::Avpf => "RTP/AVPF",
            Self::Savp => "RTP/SAVP",
            Self::Savpf => "RTP/SAVPF",
            Self::Other(name) => name,
        })
    }
}

impl fmt::Display for RtcpPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(address @ IpAddr::V4(_)) => write!(f, "{} IN IP4 {address}", self.port),
            Some(address @ IpAddr::V6(_)) => write!(f, "{} IN IP6 {address}", self.port),
            None => write!(f, "{}", self.port),
        }
    }
}

impl MediaLine {
    /// The same medium, refused.
    pub(super) fn refused(&self) -> Self {
        Self {
            port: 0,
            address: None,
            rtcp: None,
            rtcp_mux: false,
            direction: Direction::default(),
            packet_time: None,
            longest_packet_time: None,
            crypto: Vec::new(),
            kind: self.kind.clone(),
            protocol: self.protocol.clone(),
            formats: self.formats.clone(),
            as_written: self.as_written.clone(),
        }
    }

    /// Where RTP is received.
    pub fn rtp_address(&self) -> Option<SocketAddr> {
        self.address.map(|address| SocketAddr::new(address, self.port))
    }

    /// Where RTCP is received when it has a port of its own.
    pub fn rtcp_address(&self) -> Option<SocketAddr> {
        let place = self.rtcp.or_else(|| self.port.checked_add(1).map(|port| RtcpPlace { port, address: None }))?;
        Some(SocketAddr::new(place.address.or(self.address)?, place.port))
    }

    /// Whether the other side is on hold the old way, by an address that is none (RFC 3264 §8.4).
    pub fn has_no_address(&self) -> bool {
        self.address.is_some_and(|address| address.is_unspecified())
    }

    /// The formats as they are written: ours by number, those that were only refused as they came.
    pub(super) fn payload_types(&self) -> String {
        if self.port == 0 {
            return self.as_written.clone();
        }
        self.formats.iter().map(|format| format.payload_type.to_string()).collect::<Vec<_>>().join(" ")
    }
}
