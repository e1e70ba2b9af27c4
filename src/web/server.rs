//! The listener: takes connections, tells each request who is at the other end, and lets turns in flight finish.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use metrics::counter;
use rustix::net::sockopt::set_tcp_user_timeout;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tracing::{debug, warn};

use super::access::Peer;
use super::door::Door;
use super::flood::{Allowance, Connections};

/// How long the head of a request, a TLS handshake, and an answer that nobody takes may stay on their way.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of a request's head, and of what waits for a slow reader: what a connection can make us keep.
const MOST_BYTES: usize = 16 << 10;
/// Most headers of a request.
const MOST_HEADERS: usize = 64;
/// Connections that wait to be taken; the system may allow fewer (`net.core.somaxconn`).
const QUEUE: u32 = 4096;
/// Files that stay free for the store, the customer's systems and telephone calls, however many connections there are.
const SPARE_FILES: u32 = 256;

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    connections: Connections,
    tls: Option<TlsAcceptor>,
}

/// Why a server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {cause}; choose another http.listen, or stop what listens there")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
    /// Certificate or key cannot be used.
    #[error("{file} cannot be used for TLS: {why}")]
    Tls {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
}

impl Server {
    /// Listens on `address`.
    pub async fn bind(address: SocketAddr) -> Result<Self, ServeError> {
        let listener = listen(address).map_err(|cause| ServeError::Listen { address, cause })?;
        Ok(Self { listener, connections: Connections::new(Allowance::default()), tls: None })
    }

    /// Speaks TLS with this certificate chain and key, both PEM files.
    pub fn with_tls(self, certificate: &Path, key: &Path) -> Result<Self, ServeError> {
        let fault = |file: &Path, why: String| ServeError::Tls { file: file.display().to_string(), why };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
        let chain = chain.map_err(|error| fault(certificate, error.to_string()))?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(|error| fault(key, error.to_string()))?;
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, private);
        let config = config.map_err(|error| fault(certificate, error.to_string()))?;
        Ok(Self { tls: Some(TlsAcceptor::from(Arc::new(config))), ..self })
    }

    /// Takes as many connections as this, and no more than the system has files for.
    pub fn allowing(self, allowance: Allowance) -> Self {
        let most = open_files().saturating_sub(SPARE_FILES).max(1);
        if allowance.connections > most {
            warn!("http.connections is {}, but there are files for {most} only: raise the limit of open files", allowance.connections);
        }
        let connections = allowance.connections.min(most);
        Self { connections: Connections::new(Allowance { connections, ..allowance }), ..self }
    }

    /// The address it listens on.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is there, then lets what is in flight finish for at most `drain`.
    pub async fn run(self, door: Door, stop: impl Future<Output = ()>, drain: Duration) {
        let graceful = GracefulShutdown::new();
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut stop => break,
            };
            match accepted {
                Ok((stream, peer)) => self.connection(stream, peer, door.clone(), &graceful),
                Err(error) => {
                    warn!("a connection could not be taken: {error}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop(self.listener);
        if timeout(drain, graceful.shutdown()).await.is_err() {
            warn!("some requests did not finish within {} s", drain.as_secs());
        }
    }

    fn connection(&self, stream: TcpStream, peer: SocketAddr, door: Door, graceful: &GracefulShutdown) {
        if let Err(error) = prepare(&stream) {
            debug!("a connection could not be prepared: {error}");
        }
        let Some(place) = self.connections.admit(peer.ip().to_canonical()) else { return refuse(stream) };
        let watcher = graceful.watcher();
        let tls = self.tls.clone();
        tokio::spawn(async move {
            let _place = place;
            match tls {
                None => serve(stream, peer, door, watcher).await,
                Some(tls) => match timeout(PATIENCE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => serve(stream, peer, door, watcher).await,
                    Ok(Err(error)) => debug!("no TLS with {}: {error}", peer.ip()),
                    Err(_) => debug!("no TLS with {}: too slow", peer.ip()),
                },
            }
        });
    }
}

/// Listens with a queue that a flood does not fill: who is dropped there tries again after seconds only.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// An answer leaves at once; a peer that does not take it for too long is gone (RFC 5482).
fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    set_tcp_user_timeout(stream, PATIENCE.as_millis() as u32)?;
    Ok(())
}

/// How many files this process may have open, after asking the system for as many as it allows.
fn open_files() -> u32 {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }) {
        debug!("the limit of open files stays as it is: {error}");
    }
    getrlimit(Resource::Nofile).current.map_or(u32::MAX, |most| u32::try_from(most).unwrap_or(u32::MAX))
}

/// Tells who has too many connections, as far as that goes without waiting, and closes this one.
fn refuse(stream: TcpStream) {
    counter!("callward_refused_total", "what" => "connection").increment(1);
    // Whoever does not hear it sees the connection closed.
    let _ = stream.try_write(b"HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n");
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    door: Door,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let peer = Peer(peer.ip().to_canonical());
    // Of its own for each connection: requests on other threads count the references to others.
    let door = Arc::new(door);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let door = Arc::clone(&door);
        async move { Ok::<_, Infallible>(door.answer(peer, request).await) }
    });
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(MOST_BYTES).max_headers(MOST_HEADERS);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        debug!("a connection with {} broke: {error}", peer.0);
    }
}
