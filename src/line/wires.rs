//! The sockets of the exchange: datagrams, and connections by their far ends (RFC 3261 §18).

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;
use metrics::counter;
use rustls::pki_types::ServerName;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::arrival::Arrival;
use super::carrier::{self, Carrier};
use super::exchange_settings::{ExchangeError, ExchangeSettings};
use super::places::{Place, Places};
use super::resolver::Route;
use super::sip_tls::Certificates;
use super::stream_wire::{PATIENCE, StreamWire};
use crate::sip::{Peer, TransportProtocol};

/// What may wait for the exchange; datagrams beyond it are lost, as in any overloaded network.
const MOST_ARRIVALS: usize = 8192;
/// Connections at a time.
const MOST_CONNECTIONS: usize = 4096;
/// Messages that may wait for one connection.
const MOST_WAITING: usize = 256;
/// Names that are remembered for the certificates of next hops.
const MOST_NAMES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1023);

/// What the system says of datagrams that no later try brings there.
const NOWHERE: [ErrorKind; 3] = [ErrorKind::AddrNotAvailable, ErrorKind::HostUnreachable, ErrorKind::NetworkUnreachable];

/// All sockets.
pub(super) struct Wires {
    datagrams: Vec<Arc<UdpSocket>>,
    addresses: Vec<(TransportProtocol, SocketAddr)>,
    streams: HashMap<Peer, mpsc::Sender<Vec<u8>>>,
    names: LruCache<Peer, String>,
    arrivals: mpsc::Sender<Arrival>,
    certificates: Certificates,
    places: Places,
    carrier: Option<Arc<dyn Carrier>>,
}

impl Wires {
    /// Binds everything that is listened on. Datagrams go out by the carrier, where there is one.
    pub async fn open(
        settings: &ExchangeSettings,
        carrier: Option<Arc<dyn Carrier>>,
    ) -> Result<(Self, mpsc::Receiver<Arrival>), ExchangeError> {
        let (arrivals, arrived) = mpsc::channel(MOST_ARRIVALS);
        let certificates = Certificates::read(settings.tls.as_ref())?;
        let (datagrams, addresses, places) = (Vec::new(), Vec::new(), Places::new(settings.admission.clone()));
        let (streams, names) = (HashMap::new(), LruCache::new(MOST_NAMES));
        let mut wires = Self { datagrams, addresses, streams, names, arrivals, certificates, places, carrier };
        for (protocol, address) in &settings.listen {
            let bound = wires.listen(*protocol, *address).await?;
            wires.addresses.push((*protocol, bound));
        }
        Ok((wires, arrived))
    }

    /// What is listened on.
    pub fn addresses(&self) -> Vec<(TransportProtocol, SocketAddr)> {
        self.addresses.clone()
    }

    /// Where arrivals go.
    pub fn arrivals(&self) -> mpsc::Sender<Arrival> {
        self.arrivals.clone()
    }

    /// Sends a message; a connection that is missing is made first.
    pub fn send(&mut self, peer: Peer, bytes: Vec<u8>) {
        match peer.protocol {
            TransportProtocol::Udp => self.send_datagram(peer.address, &bytes),
            TransportProtocol::Tcp | TransportProtocol::Tls => {
                if self.streams.get(&peer).is_some_and(mpsc::Sender::is_closed) {
                    self.streams.remove(&peer);
                }
                let stream = self.streams.entry(peer).or_insert_with(|| {
                    let (sender, outgoing) = mpsc::channel(MOST_WAITING);
                    let name = self.names.get(&peer).cloned();
                    tokio::spawn(connect(peer, name, self.certificates.clone(), outgoing, self.arrivals.clone()));
                    sender
                });
                if stream.try_send(bytes).is_err() {
                    tracing::warn!(peer = %peer.address, "a SIP message is lost: the connection does not take it");
                }
            }
        }
    }

    /// A connection was taken from outside.
    pub fn note_connection(&mut self, peer: Peer, stream: mpsc::Sender<Vec<u8>>) {
        if self.streams.len() < MOST_CONNECTIONS {
            self.streams.insert(peer, stream);
        }
    }

    /// Names are needed to check the certificates of who is called.
    pub fn note_route(&mut self, route: &Route) {
        for peer in route.peers.iter().filter(|peer| peer.protocol == TransportProtocol::Tls) {
            self.names.put(*peer, route.host.clone());
        }
    }

    /// A connection has ended.
    pub fn forget(&mut self, peer: Peer) {
        if self.streams.get(&peer).is_some_and(mpsc::Sender::is_closed) {
            self.streams.remove(&peer);
        }
    }

    fn send_datagram(&self, to: SocketAddr, bytes: &[u8]) {
        let is_of = |socket: &&Arc<UdpSocket>, is_ipv4: bool| socket.local_addr().is_ok_and(|own| own.is_ipv4() == is_ipv4);
        let socket = self.datagrams.iter().find(|socket| is_of(socket, to.is_ipv4()));
        // A socket for IPv6 may speak IPv4 too; the other way round there is none.
        let Some(socket) = socket.or_else(|| self.datagrams.iter().find(|socket| is_of(socket, false))) else {
            return self.tell_unreachable(to);
        };
        if let Err(error) = carrier::send(socket, self.carrier.as_ref(), bytes, to) {
            tracing::debug!(peer = %to, "a SIP datagram was not sent: {error}");
            if NOWHERE.contains(&error.kind()) {
                self.tell_unreachable(to);
            }
        }
    }

    /// Another next hop may be tried at once (RFC 3261 §18.4). Where this finds no room, timers tell.
    fn tell_unreachable(&self, to: SocketAddr) {
        if self.arrivals.try_send(Arrival::Unreachable(Peer::udp(to))).is_err() {
            tracing::debug!(peer = %to, "the exchange does not hear that a SIP peer cannot be reached");
        }
    }

    async fn listen(&mut self, protocol: TransportProtocol, address: SocketAddr) -> Result<SocketAddr, ExchangeError> {
        let fault = |cause| ExchangeError::Listen { address, cause };
        match protocol {
            TransportProtocol::Udp => {
                let socket = Arc::new(UdpSocket::bind(address).await.map_err(fault)?);
                tokio::spawn(read_datagrams(socket.clone(), self.arrivals.clone()));
                let bound = socket.local_addr().map_err(fault)?;
                self.datagrams.push(socket);
                Ok(bound)
            }
            TransportProtocol::Tcp | TransportProtocol::Tls => {
                let listener = TcpListener::bind(address).await.map_err(fault)?;
                let bound = listener.local_addr().map_err(fault)?;
                let acceptor = match protocol {
                    TransportProtocol::Tls => Some(self.certificates.acceptor().ok_or(ExchangeError::NoCertificate)?),
                    TransportProtocol::Tcp | TransportProtocol::Udp => None,
                };
                tokio::spawn(accept(listener, acceptor, self.places.clone(), self.arrivals.clone()));
                Ok(bound)
            }
        }
    }
}

async fn read_datagrams(socket: Arc<UdpSocket>, arrivals: mpsc::Sender<Arrival>) {
    let mut buffer = vec![0; 65_536];
    loop {
        let read = tokio::select! {
            read = socket.recv_from(&mut buffer) => read,
            () = arrivals.closed() => return,
        };
        // An error here is an ICMP message about what was sent before; the user agent's timers see to that.
        let Ok((length, from)) = read else { continue };
        let bytes = buffer.get(..length).unwrap_or_default().to_vec();
        if arrivals.try_send(Arrival::Bytes(bytes, Peer::udp(from))).is_err() {
            counter!("callward_sip_lost_total").increment(1);
        }
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, places: Places, arrivals: mpsc::Sender<Arrival>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = arrivals.closed() => return,
        };
        match accepted {
            Ok((stream, from)) => match places.take(from.ip()) {
                Some(place) => drop(tokio::spawn(welcome(stream, from, place, tls.clone(), arrivals.clone()))),
                None => counter!("callward_sip_unheard_total").increment(1),
            },
            Err(error) => {
                tracing::warn!("a SIP connection could not be taken: {error}");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

async fn welcome(stream: TcpStream, from: SocketAddr, place: Place, tls: Option<TlsAcceptor>, arrivals: mpsc::Sender<Arrival>) {
    let protocol = if tls.is_some() { TransportProtocol::Tls } else { TransportProtocol::Tcp };
    let peer = Peer { protocol, address: from };
    let (sender, outgoing) = mpsc::channel(MOST_WAITING);
    if arrivals.send(Arrival::Connected(peer, sender)).await.is_err() {
        return;
    }
    let wire = StreamWire { peer, arrivals: arrivals.clone(), outgoing, pings: false, must_speak: place.is_of_stranger() };
    accepted(wire, stream, tls).await;
    // The exchange has closed meanwhile.
    let _ = arrivals.send(Arrival::Closed(peer)).await;
}

async fn accepted(wire: StreamWire, stream: TcpStream, tls: Option<TlsAcceptor>) {
    let Some(tls) = tls else { return wire.carry(stream).await };
    match timeout(PATIENCE, tls.accept(stream)).await {
        Ok(Ok(stream)) => wire.carry(stream).await,
        Ok(Err(error)) => tracing::debug!(peer = %wire.peer.address, "no TLS: {error}"),
        Err(_) => tracing::debug!(peer = %wire.peer.address, "no TLS: too slow"),
    }
}

async fn connect(
    peer: Peer,
    name: Option<String>,
    certificates: Certificates,
    outgoing: mpsc::Receiver<Vec<u8>>,
    arrivals: mpsc::Sender<Arrival>,
) {
    let wire = StreamWire { peer, arrivals: arrivals.clone(), outgoing, pings: true, must_speak: false };
    let over = if connected(wire, name, &certificates).await { Arrival::Closed(peer) } else { Arrival::Unreachable(peer) };
    // The exchange has closed meanwhile.
    let _ = arrivals.send(over).await;
}

/// Whether a connection came about; it is over then.
async fn connected(wire: StreamWire, name: Option<String>, certificates: &Certificates) -> bool {
    let peer = wire.peer;
    let Ok(Ok(stream)) = timeout(PATIENCE, TcpStream::connect(peer.address)).await else { return false };
    if peer.protocol != TransportProtocol::Tls {
        wire.carry(stream).await;
        return true;
    }
    let Some(stream) = secure(stream, peer, name, certificates).await else { return false };
    wire.carry(stream).await;
    true
}

async fn secure(
    stream: TcpStream,
    peer: Peer,
    name: Option<String>,
    certificates: &Certificates,
) -> Option<tokio_rustls::client::TlsStream<TcpStream>> {
    let named = name.and_then(|name| ServerName::try_from(name).ok());
    let server = named.unwrap_or_else(|| ServerName::IpAddress(peer.address.ip().into()));
    match timeout(PATIENCE, certificates.connector()?.connect(server, stream)).await {
        Ok(Ok(stream)) => Some(stream),
        Ok(Err(error)) => {
            tracing::warn!(peer = %peer.address, "no TLS with a SIP peer: {error}");
            None
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_peer_of_a_family_that_is_not_spoken_here_is_unreachable_at_once() {
        let listen = vec![(TransportProtocol::Udp, "127.0.0.1:0".parse().unwrap())];
        let (mut wires, mut arrived) = Wires::open(&ExchangeSettings { listen, ..ExchangeSettings::default() }, None).await.unwrap();
        let peer = Peer::udp("[2001:db8::1]:5060".parse().unwrap());

        wires.send(peer, b"OPTIONS".to_vec());

        assert!(matches!(arrived.try_recv(), Ok(Arrival::Unreachable(told)) if told == peer));
    }
}
