//! Where a SIP address leads: protocol, addresses and port (RFC 3263 §4).

use std::net::SocketAddr;

use tokio::net::lookup_host;

use super::sip_names::{DomainServer, SipNames, said, usual};
use crate::sip::{Host, Peer, TransportProtocol, Uri};

/// Next hops, and the name that their certificate must bear.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub host: String,
    pub peers: Vec<Peer>,
}

/// Finds the way; nothing when there is none.
pub(super) async fn resolve(uri: &Uri, names: &SipNames) -> Route {
    let host = uri.host.to_string();
    let mut peers = Vec::new();
    match names.servers(uri).await {
        Some(servers) => {
            for DomainServer { protocol, host, port } in servers {
                peers.extend(addresses(&host, port).await.into_iter().map(|address| Peer { protocol, address }));
            }
        }
        None => {
            let protocol = said(uri).or(usual(uri).first().copied()).unwrap_or(TransportProtocol::Udp);
            let port = uri.port.unwrap_or(match protocol {
                TransportProtocol::Tls => 5061,
                TransportProtocol::Udp | TransportProtocol::Tcp => 5060,
            });
            let found = match (&uri.host, uri.host.address()) {
                (_, Some(address)) => vec![SocketAddr::new(address, port)],
                (Host::Name(name), None) => addresses(name, port).await,
                (Host::V4(_) | Host::V6(_) | Host::Absent, None) => Vec::new(),
            };
            peers.extend(found.into_iter().map(|address| Peer { protocol, address }));
        }
    }
    Route { host, peers }
}

async fn addresses(name: &str, port: u16) -> Vec<SocketAddr> {
    match lookup_host((name, port)).await {
        Ok(found) => found.collect(),
        Err(error) => {
            tracing::warn!("the SIP host {name} is not found: {error}");
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::clock::Chance;

    use super::*;

    async fn route(uri: &str) -> Route {
        resolve(&uri.parse().unwrap(), &SipNames::of_system(Chance::seeded(1))).await
    }

    #[tokio::test]
    async fn addresses_tell_protocol_and_port() {
        for (uri, protocol, address) in [
            ("sip:a@192.0.2.1", TransportProtocol::Udp, "192.0.2.1:5060"),
            ("sip:a@192.0.2.1:5080;transport=TCP", TransportProtocol::Tcp, "192.0.2.1:5080"),
            ("sips:a@[2001:db8::1]", TransportProtocol::Tls, "[2001:db8::1]:5061"),
        ] {
            assert_eq!(route(uri).await.peers, [Peer { protocol, address: address.parse().unwrap() }], "{uri}");
        }
    }

    #[tokio::test]
    async fn a_telephone_number_alone_leads_nowhere() {
        assert!(route("tel:+4930").await.peers.is_empty());
    }
}
