//! SIP over connections: strangers who hold them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use callward::clock::{Chance, Clock};
use callward::line::{Exchange, ExchangeSettings};
use callward::sip::{Admission, TransportProtocol};
use tokio::time::timeout;

use crate::wire::Wire;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

const OPTIONS: &[u8] = b"OPTIONS sip:callward@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:5060;branch=z9hG4bKalive\r\n\
    From: <sip:a@b>;tag=1\r\nTo: <sip:callward@127.0.0.1>\r\nCall-ID: alive\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n\
    Content-Length: 0\r\n\r\n";

/// An exchange that trusts 127.0.0.1 alone.
async fn exchange() -> Exchange {
    let settings = ExchangeSettings {
        listen: vec![(TransportProtocol::Tcp, SocketAddr::new(LOOPBACK, 0))],
        admission: Admission { trusted: vec!["127.0.0.1/32".parse().unwrap()], ..Admission::default() },
        ..ExchangeSettings::default()
    };
    Exchange::open(settings, Clock::system(), Chance::system()).await.unwrap().0
}

#[tokio::test]
async fn a_stranger_has_few_connections_and_a_trusted_peer_gets_in() {
    let exchange = exchange().await;
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
