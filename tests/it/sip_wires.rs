//! SIP over connections: strangers who hold them, and registrars who prove their names.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use callward::clock::{Chance, Clock};
use callward::line::{Exchange, ExchangeSettings, SipTls};
use callward::sip::{Admission, Register, RegistrationId, TransportProtocol};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::gateway::{PATIENCE, certify};
use crate::wire::Wire;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

const OPTIONS: &[u8] = b"OPTIONS sip:callward@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:5060;branch=z9hG4bKalive\r\n\
    From: <sip:a@b>;tag=1\r\nTo: <sip:callward@127.0.0.1>\r\nCall-ID: alive\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n\
    Content-Length: 0\r\n\r\n";

/// An exchange that trusts 127.0.0.1 alone.
async fn exchange(protocol: TransportProtocol, tls: Option<SipTls>) -> Exchange {
    let settings = ExchangeSettings {
        listen: vec![(protocol, SocketAddr::new(LOOPBACK, 0))],
        tls,
        admission: Admission { trusted: vec!["127.0.0.1/32".parse().unwrap()], ..Admission::default() },
        ..ExchangeSettings::default()
    };
    Exchange::open(settings, Clock::system(), Chance::system()).await.unwrap().0
}

#[tokio::test]
async fn a_stranger_has_few_connections_and_a_trusted_peer_gets_in() {
    let exchange = exchange(TransportProtocol::Tcp, None).await;
    let (_, address) = exchange.addresses()[0];

    let mut strangers = Vec::new();
    for _ in 0..40 {
        strangers.push(Wire::open(address, 2).await.unwrap());
    }
    let one_more = timeout(Duration::from_secs(5), Wire::open(address, 2).await.unwrap().closed()).await;
    let mut trusted = Wire::open(address, 1).await.unwrap();
    trusted.send(OPTIONS).await.unwrap();

    assert_eq!(one_more.expect("a stranger's connection stays open"), "");
    assert_eq!(trusted.answer().await.unwrap().status, 200);
}

#[tokio::test]
async fn a_registrar_proves_its_name_and_not_its_address() {
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path());
    let (certificate, key) = (folder.path().join("callward.crt"), folder.path().join("callward.pem"));
    let registrar = TcpListener::bind(("localhost", 0)).await.unwrap();
    let port = registrar.local_addr().unwrap().port();
    let chain = CertificateDer::pem_file_iter(&certificate).unwrap().map(Result::unwrap).collect();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = config.with_single_cert(chain, PrivateKeyDer::from_pem_file(&key).unwrap()).unwrap();
    let exchange =
        exchange(TransportProtocol::Tls, Some(SipTls { certificate: certificate.clone(), key, authorities: Some(certificate) })).await;

    let register = Register {
        registration: RegistrationId(1),
        registrar: format!("sips:localhost:{port}").parse().unwrap(),
        address_of_record: format!("sips:ivr@localhost:{port}").parse().unwrap(),
        expires: Duration::from_secs(600),
        account: None,
    };
    exchange.register(register);
    let (connection, _) = timeout(PATIENCE, registrar.accept()).await.unwrap().unwrap();
    let mut connection = TlsAcceptor::from(Arc::new(config)).accept(connection).await.expect("the name is not taken");
    let mut bytes = [0; 8];
    connection.read_exact(&mut bytes).await.unwrap();

    assert_eq!(&bytes, b"REGISTER");
}
