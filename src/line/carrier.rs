//! The way of datagrams out of our sockets: straight to the network, or by a carrier that a rehearsal puts in its place.

use std::fmt::Debug;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

/// A socket that sends.
pub trait Outlet: Send + Sync {
    /// Sends a datagram at once; what the system does not take is lost.
    fn send(&self, bytes: &[u8], to: SocketAddr) -> io::Result<usize>;
}

/// Takes datagrams to the network: now, later, twice or never.
pub trait Carrier: Debug + Send + Sync {
    /// Takes one.
    fn carry(&self, outlet: Arc<dyn Outlet>, bytes: Vec<u8>, to: SocketAddr);
}

impl Outlet for UdpSocket {
    fn send(&self, bytes: &[u8], to: SocketAddr) -> io::Result<usize> {
        self.send_to(bytes, to)
    }
}

impl Outlet for tokio::net::UdpSocket {
    fn send(&self, bytes: &[u8], to: SocketAddr) -> io::Result<usize> {
        self.try_send_to(bytes, to)
    }
}

/// Sends by the carrier, where there is one.
pub(super) fn send<O: Outlet + 'static>(
    outlet: &Arc<O>,
    carrier: Option<&Arc<dyn Carrier>>,
    bytes: &[u8],
    to: SocketAddr,
) -> io::Result<usize> {
    let Some(carrier) = carrier else { return outlet.send(bytes, to) };
    carrier.carry(outlet.clone(), bytes.to_vec(), to);
    Ok(bytes.len())
}
