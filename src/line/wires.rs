//! The sockets of the exchange: datagrams, and connections by their far ends (RFC 3261 §18).

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Weak};

use lru::LruCache;
use metrics::counter;
use rustix::net::sockopt;
use rustls::pki_types::ServerName;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::arrival::{Arrival, Arrivals};
use super::carrier::{self, Carrier};
use super::exchange_settings::{ExchangeError, ExchangeSettings};
use super::places::{Place, Places};
use super::resolver::Route;
use super::sip_tls::Certificates;
use super::stream_wire::{PATIENCE, StreamWire};
use crate::sip::{Peer, TransportProtocol};

/// Bytes of datagrams that may wait for us, as far as the system allows so many; what is beyond them is lost, as in any overloaded
/// network.
const WAITING_BYTES: usize = 4 << 20;
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
    datagrams: Vec<Datagrams>,
    listeners: Vec<(TcpListener, Option<TlsAcceptor>)>,
    addresses: Vec<(TransportProtocol, SocketAddr)>,
    streams: HashMap<Peer, mpsc::Sender<Vec<u8>>>,
    names: LruCache<Peer, String>,
    /// Who takes what comes, once somebody does.
    arrivals: Option<Door>,
    certificates: Certificates,
    places: Places,
    carrier: Option<Arc<dyn Carrier>>,
    /// Who reads the sockets; they end with them.
    readers: JoinSet<()>,
}

/// Where what comes is taken, as long as the exchange is open.
pub(super) type Door = Weak<dyn Arrivals>;

/// A socket for datagrams.
struct Datagrams {
    socket: Arc<UdpSocket>,
    address: SocketAddr,
}

impl Wires {
    /// Binds everything that is listened on. Datagrams go out by the carrier, where there is one.
    pub async fn open(settings: &ExchangeSettings, carrier: Option<Arc<dyn Carrier>>) -> Result<Self, ExchangeError> {
        let certificates = Certificates::read(settings.tls.as_ref())?;
        let mut wires = Self {
            datagrams: Vec::new(),
            listeners: Vec::new(),
            addresses: Vec::new(),
            streams: HashMap::new(),
            names: LruCache::new(MOST_NAMES),
            arrivals: None,
            certificates,
            places: Places::new(settings.admission.clone()),
            carrier,
            readers: JoinSet::new(),
        };
        for (protocol, address) in &settings.listen {
            let bound = wires.bind(*protocol, *address).await?;
            wires.addresses.push((*protocol, bound));
        }
        Ok(wires)
    }

    /// What is listened on.
    pub fn addresses(&self) -> Vec<(TransportProtocol, SocketAddr)> {
        self.addresses.clone()
    }

    /// Begins to read: what comes is taken there.
    pub fn attend(&mut self, arrivals: Door) {
        for datagrams in &self.datagrams {
            self.readers.spawn(read_datagrams(datagrams.socket.clone(), arrivals.clone()));
        }
        for (listener, tls) in self.listeners.drain(..) {
            self.readers.spawn(accept(listener, tls, self.places.clone(), arrivals.clone()));
        }
        self.arrivals = Some(arrivals);
    }

    /// Sends a message; a connection that is missing is made first.
    pub fn send(&mut self, peer: Peer, bytes: Vec<u8>) {
        match peer.protocol {
            TransportProtocol::Udp => self.send_datagram(peer.address, &bytes),
            TransportProtocol::Tcp | TransportProtocol::Tls => {
                let Some(arrivals) = &self.arrivals else { return };
                if self.streams.get(&peer).is_some_and(mpsc::Sender::is_closed) {
                    self.streams.remove(&peer);
                }
                let stream = self.streams.entry(peer).or_insert_with(|| {
                    let (sender, outgoing) = mpsc::channel(MOST_WAITING);
                    let name = self.names.get(&peer).cloned();
                    tokio::spawn(connect(peer, name, self.certificates.clone(), outgoing, arrivals.clone()));
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
        let of_kind = |is_ipv4: bool| self.datagrams.iter().find(|datagrams| datagrams.address.is_ipv4() == is_ipv4);
        // A socket for IPv6 may speak IPv4 too; the other way round there is none.
        let Some(Datagrams { socket, .. }) = of_kind(to.is_ipv4()).or_else(|| of_kind(false)) else {
            return self.tell_unreachable(to);
        };
        if let Err(error) = carrier::send(socket, self.carrier.as_ref(), bytes, to) {
            tracing::debug!(peer = %to, "a SIP datagram was not sent: {error}");
            if NOWHERE.contains(&error.kind()) {
                self.tell_unreachable(to);
            }
        }
    }

    /// Another next hop may be tried at once (RFC 3261 §18.4). It is told from outside: who sends is at work already.
    fn tell_unreachable(&self, to: SocketAddr) {
        if let Some(arrivals) = self.arrivals.clone() {
            tokio::spawn(async move { tell(&arrivals, Arrival::Unreachable(Peer::udp(to))) });
        }
    }

    async fn bind(&mut self, protocol: TransportProtocol, address: SocketAddr) -> Result<SocketAddr, ExchangeError> {
        let fault = |cause| ExchangeError::Listen { address, cause };
        match protocol {
            TransportProtocol::Udp => {
                let socket = Arc::new(UdpSocket::bind(address).await.map_err(fault)?);
                if let Err(error) = sockopt::set_socket_recv_buffer_size(&socket, WAITING_BYTES) {
                    tracing::debug!("fewer SIP datagrams may wait than we wished: {error}");
                }
                let address = socket.local_addr().map_err(fault)?;
                self.datagrams.push(Datagrams { socket, address });
                Ok(address)
            }
            TransportProtocol::Tcp | TransportProtocol::Tls => {
                let listener = TcpListener::bind(address).await.map_err(fault)?;
                let bound = listener.local_addr().map_err(fault)?;
                let acceptor = match protocol {
                    TransportProtocol::Tls => Some(self.certificates.acceptor().ok_or(ExchangeError::NoCertificate)?),
                    TransportProtocol::Tcp | TransportProtocol::Udp => None,
                };
                self.listeners.push((listener, acceptor));
                Ok(bound)
            }
        }
    }
}

async fn read_datagrams(socket: Arc<UdpSocket>, arrivals: Door) {
    let mut buffer = vec![0; 65_536];
    loop {
        // An error here is an ICMP message about what was sent before; the user agent's timers see to that.
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
        tell(&arrivals, Arrival::Bytes(buffer.get(..length).unwrap_or_default(), Peer::udp(from)));
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, places: Places, arrivals: Door) {
    loop {
        match listener.accept().await {
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

async fn welcome(stream: TcpStream, from: SocketAddr, place: Place, tls: Option<TlsAcceptor>, arrivals: Door) {
    let protocol = if tls.is_some() { TransportProtocol::Tls } else { TransportProtocol::Tcp };
    let peer = Peer { protocol, address: from };
    let (sender, outgoing) = mpsc::channel(MOST_WAITING);
    tell(&arrivals, Arrival::Connected(peer, sender));
    let wire = StreamWire { peer, arrivals: arrivals.clone(), outgoing, pings: false, must_speak: place.is_of_stranger() };
    accepted(wire, stream, tls).await;
    tell(&arrivals, Arrival::Closed(peer));
}

async fn accepted(wire: StreamWire, stream: TcpStream, tls: Option<TlsAcceptor>) {
    let Some(tls) = tls else { return wire.carry(stream).await };
    match timeout(PATIENCE, tls.accept(stream)).await {
        Ok(Ok(stream)) => wire.carry(stream).await,
        Ok(Err(error)) => tracing::debug!(peer = %wire.peer.address, "no TLS: {error}"),
        Err(_) => tracing::debug!(peer = %wire.peer.address, "no TLS: too slow"),
    }
}

async fn connect(peer: Peer, name: Option<String>, certificates: Certificates, outgoing: mpsc::Receiver<Vec<u8>>, arrivals: Door) {
    let wire = StreamWire { peer, arrivals: arrivals.clone(), outgoing, pings: true, must_speak: false };
    let over = if connected(wire, name, &certificates).await { Arrival::Closed(peer) } else { Arrival::Unreachable(peer) };
    tell(&arrivals, over);
}

/// Once the exchange has closed nobody wants to know.
fn tell(arrivals: &Door, arrival: Arrival<'_>) {
    if let Some(arrivals) = arrivals.upgrade() {
        arrivals.take(arrival);
    }
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

    struct Told(mpsc::UnboundedSender<Peer>);

    impl Arrivals for Told {
        fn take(&self, arrival: Arrival<'_>) {
            if let Arrival::Unreachable(peer) = arrival {
                self.0.send(peer).unwrap();
            }
        }
    }

    #[tokio::test]
    async fn a_peer_of_a_family_that_is_not_spoken_here_is_unreachable_at_once() {
        let listen = vec![(TransportProtocol::Udp, "127.0.0.1:0".parse().unwrap())];
        let mut wires = Wires::open(&ExchangeSettings { listen, ..ExchangeSettings::default() }, None).await.unwrap();
        let (teller, mut told) = mpsc::unbounded_channel();
        let arrivals: Arc<dyn Arrivals> = Arc::new(Told(teller));
        wires.attend(Arc::downgrade(&arrivals));
        let peer = Peer::udp("[2001:db8::1]:5060".parse().unwrap());

        wires.send(peer, b"OPTIONS".to_vec());

        assert_eq!(told.recv().await, Some(peer));
    }
}
