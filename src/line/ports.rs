//! The UDP ports of calls: an even one for RTP, the odd one above it for RTCP (RFC 3550 §11).

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};

/// Expedited forwarding (RFC 3246), as routers sort packets of speech.
const EXPEDITED: u8 = 0xb8;

/// No two free ports next to each other.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The range has no even port with an odd one above it.
    #[error("the RTP port range {0}-{1} holds no pair of ports; name at least two, the first of them even")]
    Empty(u16, u16),
    /// Every pair is taken.
    #[error("all RTP ports of {address} from {first} to {last} are taken; widen the range or take fewer calls")]
    Exhausted {
        /// The address that was asked for.
        address: IpAddr,
        /// The first port of the range.
        first: u16,
        /// The last port of the range.
        last: u16,
        /// What the system said of the last pair.
        #[source]
        source: io::Error,
    },
}

/// Hands out pairs of ports in turn, so that one just freed rests before it is used again.
#[derive(Debug)]
pub(super) struct Ports {
    address: IpAddr,
    first: u16,
    last: u16,
    next: AtomicU32,
}

/// The sockets of one call.
#[derive(Debug)]
pub(super) struct PortPair {
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
    pub port: u16,
}

impl Ports {
    /// Pairs between `first` and `last`, both counted.
    pub fn new(address: IpAddr, first: u16, last: u16) -> Result<Self, PortError> {
        let even = first.checked_add(first % 2).ok_or(PortError::Empty(first, last))?;
        if even >= last {
            return Err(PortError::Empty(first, last));
        }
        Ok(Self { address, first: even, last, next: AtomicU32::new(0) })
    }

    /// Opens the next pair that is free.
    pub fn open(&self) -> Result<PortPair, PortError> {
        let pairs = u32::from(self.last - self.first).div_ceil(2);
        let mut trouble = None;
        for _ in 0..pairs {
            let pair = self.next.fetch_add(1, Ordering::Relaxed) % pairs;
            let port = self.first.saturating_add(u16::try_from(pair * 2).unwrap_or_default());
            match PortPair::open(self.address, port) {
                Ok(pair) => return Ok(pair),
                Err(error) => trouble = Some(error),
            }
        }
        let source = trouble.unwrap_or_else(|| io::ErrorKind::AddrInUse.into());
        Err(PortError::Exhausted { address: self.address, first: self.first, last: self.last, source })
    }
}

impl PortPair {
    fn open(address: IpAddr, port: u16) -> io::Result<Self> {
        let rtp = open(SocketAddr::new(address, port))?;
        let rtcp = open(SocketAddr::new(address, port.saturating_add(1)))?;
        Ok(Self { rtp, rtcp, port })
    }
}

fn open(address: SocketAddr) -> io::Result<UdpSocket> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = rustix::net::socket_with(family, SocketType::DGRAM, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC, None)?;
    rustix::net::bind(&socket, &address)?;
    // A kernel that does not mark packets still sends them.
    let marked = match address {
        SocketAddr::V4(_) => sockopt::set_ip_tos(&socket, EXPEDITED),
        SocketAddr::V6(_) => sockopt::set_ipv6_tclass(&socket, u32::from(EXPEDITED)),
    };
    if let Err(error) = marked {
        tracing::debug!(%error, "packets of speech are not marked for routers");
    }
    Ok(UdpSocket::from(socket))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn pairs_are_even_and_odd_and_none_is_given_twice() {
        let ports = Ports::new(LOOPBACK, 41_001, 41_040).unwrap();

        let pairs: Vec<PortPair> = std::iter::from_fn(|| ports.open().ok()).collect();

        assert!(pairs.len() > 10);
        for pair in &pairs {
            assert_eq!((pair.port % 2, pair.rtcp.local_addr().unwrap().port()), (0, pair.port + 1));
        }
        assert!(matches!(ports.open(), Err(PortError::Exhausted { .. })));
    }

    #[test]
    fn a_range_without_a_pair_is_refused() {
        assert!(matches!(Ports::new(LOOPBACK, 41_001, 41_002), Err(PortError::Empty(..))));
        assert!(matches!(Ports::new(LOOPBACK, u16::MAX, u16::MAX), Err(PortError::Empty(..))));
    }
}
