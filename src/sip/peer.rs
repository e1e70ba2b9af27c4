//! The next hop as a value: what carries a message, and to whom (RFC 3261 §18); sockets themselves are kept in `line`.

use std::fmt;
use std::net::SocketAddr;

use super::transport::Transport;

/// What carries messages here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TransportProtocol {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// A stream below TLS.
    Tls,
}

impl TransportProtocol {
    /// Whether it delivers by itself what it is given, so that nothing is retransmitted above it.
    pub fn is_reliable(self) -> bool {
        match self {
            TransportProtocol::Udp => false,
            TransportProtocol::Tcp | TransportProtocol::Tls => true,
        }
    }

    /// As the `transport` parameter of an address names it; datagrams are the default and stay unnamed (§19.1.1).
    pub fn in_uri(self) -> Option<&'static str> {
        match self {
            TransportProtocol::Udp => None,
            TransportProtocol::Tcp => Some("tcp"),
            TransportProtocol::Tls => Some("tls"),
        }
    }
}

impl fmt::Display for TransportProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TransportProtocol::Udp => "UDP",
            TransportProtocol::Tcp => "TCP",
            TransportProtocol::Tls => "TLS",
        })
    }
}

impl From<TransportProtocol> for Transport {
    fn from(protocol: TransportProtocol) -> Self {
        match protocol {
            TransportProtocol::Udp => Transport::Udp,
            TransportProtocol::Tcp => Transport::Tcp,
            TransportProtocol::Tls => Transport::Tls,
        }
    }
}

impl Transport {
    /// What carries it here; `None` for what we do not speak.
    pub fn protocol(&self) -> Option<TransportProtocol> {
        match self {
            Transport::Udp => Some(TransportProtocol::Udp),
            Transport::Tcp => Some(TransportProtocol::Tcp),
            Transport::Tls => Some(TransportProtocol::Tls),
            Transport::Other(_) => None,
        }
    }
}

/// The next hop. On a stream it is the connection with that far end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Peer {
    /// What carries the messages.
    pub protocol: TransportProtocol,
    /// Address and port of the far end.
    pub address: SocketAddr,
}

impl Peer {
    /// Somebody who is reached by datagrams.
    pub fn udp(address: SocketAddr) -> Self {
        Self { protocol: TransportProtocol::Udp, address }
    }
}
