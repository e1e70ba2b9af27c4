//! Transports as Via and URIs name them (RFC 3261 §18, RFC 7118).

use std::fmt;

/// What carries a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// An encrypted stream.
    Tls,
    /// Any other, in upper case.
    Other(String),
}

impl Transport {
    /// Whether nothing that was sent is lost, so that nothing is sent again.
    pub fn is_reliable(&self) -> bool {
        *self != Self::Udp
    }

    /// As a Via names it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Other(name) => name,
        }
    }

    /// The port when none is written.
    pub fn default_port(&self) -> u16 {
        match self {
            Self::Tls => 5061,
            Self::Udp | Self::Tcp | Self::Other(_) => 5060,
        }
    }
}

impl From<&str> for Transport {
    fn from(name: &str) -> Self {
        let known = [Self::Udp, Self::Tcp, Self::Tls].into_iter().find(|known| known.as_str().eq_ignore_ascii_case(name));
        known.unwrap_or_else(|| Self::Other(name.to_ascii_uppercase()))
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
