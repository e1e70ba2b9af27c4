//! Where a SIP address leads: protocol, addresses and port (RFC 3263 §4, without NAPTR and SRV records).

use std::net::SocketAddr;

use tokio::net::lookup_host;

use crate::sip::{Host, Peer, Scheme, TransportProtocol, Uri};

/// Next hops, and the name that their certificate must bear.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub host: String,
    pub peers: Vec<Peer>,
}

/// Finds the way; nothing when there is none.
pub(super) async fn resolve(uri: &Uri) -> Route {
    let protocol = protocol(uri);
    let port = uri.port.unwrap_or(match protocol {
        TransportProtocol::Tls => 5061,
        TransportProtocol::Udp | TransportProtocol::Tcp => 5060,
    });
    let host = uri.host.to_string();
    let addresses: Vec<SocketAddr> = match (&uri.host, uri.host.address()) {
        (_, Some(address)) => vec![SocketAddr::new(address, port)],
        (Host::Name(name), None) => match lookup_host((name.as_str(), port)).await {
            Ok(found) => found.collect(),
            Err(error) => {
                tracing::warn!("the SIP host {name} is not found: {error}");
                Vec::new()
            }
        },
        (Host::V4(_) | Host::V6(_) | Host::Absent, None) => Vec::new(),
    };
    Route { host, peers: addresses.into_iter().map(|address| Peer { protocol, address }).collect() }
}

fn protocol(uri: &Uri) -> TransportProtocol {
    let named = uri.params.text("transport").unwrap_or_default().to_ascii_lowercase();
    match (named.as_str(), &uri.scheme) {
        ("tls", _) | (_, Scheme::Sips) => TransportProtocol::Tls,
        ("tcp", _) => TransportProtocol::Tcp,
        (_, Scheme::Sip | Scheme::Tel | Scheme::Other(_)) => TransportProtocol::Udp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_tell_protocol_and_port() {
        for (uri, protocol, address) in [
            ("sip:a@192.0.2.1", TransportProtocol::Udp, "192.0.2.1:5060"),
            ("sip:a@192.0.2.1:5080;transport=TCP", TransportProtocol::Tcp, "192.0.2.1:5080"),
            ("sips:a@[2001:db8::1]", TransportProtocol::Tls, "[2001:db8::1]:5061"),
        ] {
            let route = resolve(&uri.parse().unwrap()).await;

            assert_eq!(route.peers, [Peer { protocol, address: address.parse().unwrap() }], "{uri}");
        }
    }

    #[tokio::test]
    async fn a_telephone_number_alone_leads_nowhere() {
        assert!(resolve(&"tel:+4930".parse().unwrap()).await.peers.is_empty());
    }
}
