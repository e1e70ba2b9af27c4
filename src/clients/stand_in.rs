//! Servers on loopback that the tests of this room call: good, silent, broken or lying, one answer to a connection.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A server that lives as long as its test.
pub(super) struct StandIn {
    pub(super) address: SocketAddr,
    scheme: &'static str,
    requests: Arc<Mutex<Vec<String>>>,
}

/// An HTTP answer with this status and body.
pub(super) fn answer(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// A certificate for `localhost` and 127.0.0.1 that signs itself.
pub(super) struct SelfSigned {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) acceptor: TlsAcceptor,
}

pub(super) fn self_signed() -> SelfSigned {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let server = builder.with_no_client_auth().with_single_cert(vec![certificate.clone()], key).unwrap();
    SelfSigned { certificate, acceptor: TlsAcceptor::from(Arc::new(server)) }
}

impl StandIn {
    /// Gives these answers, one to a connection; the last one again and again.
    pub(super) async fn answering(answers: impl IntoIterator<Item = String>) -> Self {
        Self::serve(answers.into_iter().collect(), None, false).await
    }

    /// The same by TLS, with the roots that trust it.
    pub(super) async fn answering_by_tls(answers: impl IntoIterator<Item = String>) -> (Self, RootCertStore) {
        let identity = self_signed();
        let mut roots = RootCertStore::empty();
        roots.add(identity.certificate).unwrap();
        (Self::serve(answers.into_iter().collect(), Some(identity.acceptor), false).await, roots)
    }

    /// Takes requests and never says a word.
    pub(super) async fn silent() -> Self {
        Self::stalling("").await
    }

    /// Says this, and then nothing more, with the connection open.
    pub(super) async fn stalling(beginning: &str) -> Self {
        Self::serve(vec![beginning.to_owned()], None, true).await
    }

    /// The URL of a port that nobody listens on.
    pub(super) async fn nobody() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The requests so far, heads and bodies as they came.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    async fn serve(answers: Vec<String>, tls: Option<TlsAcceptor>, stall: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        tokio::spawn(async move {
            let mut stalled = Vec::new();
            let mut answers = answers.into_iter();
            let mut last = String::new();
            while let Ok((stream, _)) = listener.accept().await {
                let Some(mut stream) = secured(stream, tls.as_ref()).await else { continue };
                let request = read_request(&mut stream).await;
                seen.lock().unwrap().push(request);
                last = answers.next().unwrap_or(last);
                let _ = stream.write_all(last.as_bytes()).await;
                let _ = stream.flush().await;
                match stall {
                    true => stalled.push(stream),
                    false => drop(stream.shutdown().await),
                }
            }
        });
        Self { address, scheme, requests }
    }
}

/// A connection, with TLS or without.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

async fn secured(stream: TcpStream, tls: Option<&TlsAcceptor>) -> Option<Box<dyn Stream>> {
    match tls {
        Some(acceptor) => Some(Box::new(acceptor.accept(stream).await.ok()?)),
        None => Some(Box::new(stream)),
    }
}

/// A whole request: its head, and as much body as the head announces.
async fn read_request(stream: &mut Box<dyn Stream>) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(count) => request.extend_from_slice(&buffer[..count]),
        }
    }
    String::from_utf8_lossy(&request).into_owned()
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned));
    body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
}
