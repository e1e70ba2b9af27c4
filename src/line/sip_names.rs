//! What the domain name system says of a SIP domain: its servers by protocol, the best first (RFC 3263 §4.1, §4.2; RFC 2782).

use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::rdata::{NAPTR, SRV};
use hickory_resolver::proto::rr::{RData, RecordType};
use tokio::time::timeout;

use crate::clock::Chance;
use crate::sip::{Scheme, TransportProtocol, Uri};

/// How long one name server may take.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);
/// How long all questions about a domain may take: then its address is asked for.
const KNOWS_WITHIN: Duration = Duration::from_secs(2);
/// Most servers of a domain that are tried.
const MOST_SERVERS: usize = 16;

/// Asks the domain name system.
pub(super) struct SipNames {
    resolver: Option<TokioResolver>,
    chance: Chance,
}

/// A server of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DomainServer {
    pub protocol: TransportProtocol,
    pub host: String,
    pub port: u16,
}

impl SipNames {
    /// By the name servers of this machine; `chance` spreads calls over servers of one rank.
    pub fn of_system(chance: Chance) -> Self {
        let built = TokioResolver::builder_tokio().and_then(|mut builder| {
            builder.options_mut().timeout = ANSWERS_WITHIN;
            builder.options_mut().attempts = 0;
            builder.build()
        });
        let resolver = built.inspect_err(|error| tracing::warn!("SIP domains are only known by address: no name servers: {error}")).ok();
        Self { resolver, chance }
    }

    /// The servers that the domain of `uri` names for itself, best first; `None` where its address is what counts: the URI says a
    /// port or an address, or the domain has no such records.
    pub async fn servers(&self, uri: &Uri) -> Option<Vec<DomainServer>> {
        let domain = uri.host.to_string();
        let is_public = domain.trim_end_matches('.').contains('.') && uri.host.address().is_none();
        let resolver = self.resolver.as_ref().filter(|_| is_public && uri.port.is_none())?;
        let asked = timeout(KNOWS_WITHIN, self.ask(resolver, uri, domain.trim_end_matches('.'))).await;
        asked.inspect_err(|_| tracing::warn!("no name server tells the SIP servers of {domain}")).ok()?
    }

    async fn ask(&self, resolver: &TokioResolver, uri: &Uri, domain: &str) -> Option<Vec<DomainServer>> {
        let of_service = |protocol| format!("{}.{domain}.", service(protocol));
        let mut named: Vec<(TransportProtocol, String)> = match said(uri) {
            Some(protocol) => vec![(protocol, of_service(protocol))],
            None => pointers(resolver, uri, domain).await,
        };
        if named.is_empty() {
            named = usual(uri).iter().map(|protocol| (*protocol, of_service(*protocol))).collect();
        }
        let mut servers = None;
        for (protocol, name) in named {
            let records = records(resolver, name, RecordType::SRV).await;
            let found: Vec<SRV> =
                records.into_iter().filter_map(|data| if let RData::SRV(record) = data { Some(record) } else { None }).collect();
            if !found.is_empty() {
                let in_order = in_order(found, &self.chance).into_iter().filter(|record| !record.target.is_root());
                let of_record = |record: SRV| DomainServer { protocol, host: record.target.to_ascii(), port: record.port };
                servers.get_or_insert_with(Vec::new).extend(in_order.map(of_record));
            }
        }
        servers.map(|mut servers: Vec<_>| {
            servers.truncate(MOST_SERVERS);
            servers
        })
    }
}

/// The protocol that a URI says; `None` where its domain may say.
pub(super) fn said(uri: &Uri) -> Option<TransportProtocol> {
    let named = uri.params.text("transport").unwrap_or_default().to_ascii_lowercase();
    match (named.as_str(), &uri.scheme) {
        ("tls", _) | ("tcp", Scheme::Sips) => Some(TransportProtocol::Tls),
        ("tcp", _) => Some(TransportProtocol::Tcp),
        ("udp", _) => Some(TransportProtocol::Udp),
        _ => None,
    }
}

/// The protocols of a URI that says none, where its domain says none either.
pub(super) fn usual(uri: &Uri) -> &'static [TransportProtocol] {
    match uri.scheme {
        Scheme::Sips => &[TransportProtocol::Tls],
        Scheme::Sip | Scheme::Tel | Scheme::Other(_) => &[TransportProtocol::Udp, TransportProtocol::Tcp],
    }
}

/// The name below a domain at which its servers for a protocol stand.
fn service(protocol: TransportProtocol) -> &'static str {
    match protocol {
        TransportProtocol::Udp => "_sip._udp",
        TransportProtocol::Tcp => "_sip._tcp",
        TransportProtocol::Tls => "_sips._tcp",
    }
}

/// What the domain prefers: protocols, and the names at which their servers stand (RFC 3263 §4.1).
async fn pointers(resolver: &TokioResolver, uri: &Uri, domain: &str) -> Vec<(TransportProtocol, String)> {
    let data = records(resolver, format!("{domain}."), RecordType::NAPTR).await;
    let mut pointers: Vec<NAPTR> =
        data.into_iter().filter_map(|data| if let RData::NAPTR(record) = data { Some(record) } else { None }).collect();
    pointers.sort_by_key(|record| (record.order, record.preference));
    let protocol = |record: &NAPTR| match record.services.to_ascii_uppercase().as_slice() {
        _ if !record.flags.eq_ignore_ascii_case(b"s") => None,
        b"SIPS+D2T" => Some(TransportProtocol::Tls),
        b"SIP+D2T" if uri.scheme != Scheme::Sips => Some(TransportProtocol::Tcp),
        b"SIP+D2U" if uri.scheme != Scheme::Sips => Some(TransportProtocol::Udp),
        _ => None,
    };
    pointers.iter().filter_map(|record| Some((protocol(record)?, record.replacement.to_ascii()))).collect()
}

async fn records(resolver: &TokioResolver, name: String, kind: RecordType) -> Vec<RData> {
    match resolver.lookup(name.as_str(), kind).await {
        Ok(found) => found.answers().iter().map(|record| record.data.clone()).collect(),
        Err(error) => {
            tracing::debug!("no {kind} records of {name}: {error}");
            Vec::new()
        }
    }
}

/// By priority; servers of one priority by chance, each as often as its weight says (RFC 2782, "Usage rules").
fn in_order(mut records: Vec<SRV>, chance: &Chance) -> Vec<SRV> {
    records.sort_by_key(|record| (record.priority, record.weight));
    let mut ordered = Vec::with_capacity(records.len());
    while let Some(priority) = records.first().map(|record| record.priority) {
        let ranked = records.iter().take_while(|record| record.priority == priority);
        let sum: u32 = ranked.clone().map(|record| u32::from(record.weight)).sum();
        let drawn = u32::from_be_bytes(chance.bytes()) % (sum + 1);
        let reaches = ranked.scan(0, |sum, record| {
            *sum += u32::from(record.weight);
            Some(*sum)
        });
        let place = reaches.take_while(|reached| *reached < drawn).count();
        ordered.push(records.remove(place));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use hickory_resolver::config::{NameServerConfig, ResolverConfig};
    use hickory_resolver::net::runtime::TokioRuntimeProvider;
    use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
    use hickory_resolver::proto::rr::{Name, Record};
    use tokio::net::UdpSocket;

    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn pointer(order: u16, services: &str, replacement: &str) -> (Name, RData) {
        let data = NAPTR::new(order, 50, b"s".as_slice().into(), services.as_bytes().into(), [].into(), name(replacement));
        (name("trunk.example."), RData::NAPTR(data))
    }

    fn server(at: &str, (priority, weight): (u16, u16), target: &str, port: u16) -> (Name, RData) {
        (name(at), RData::SRV(SRV::new(priority, weight, port, name(target))))
    }

    /// A name server that knows these records.
    async fn knowing(records: Vec<(Name, RData)>) -> SipNames {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut buffer = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let asked = Message::from_vec(&buffer[..length]).unwrap();
                socket.send_to(&answer(&asked, &records), from).await.unwrap();
            }
        });
        asking(address)
    }

    fn answer(asked: &Message, records: &[(Name, RData)]) -> Vec<u8> {
        let query = asked.queries[0].clone();
        let found = records.iter().filter(|(at, data)| at == query.name() && data.record_type() == query.query_type());
        let mut answer = Message::response(asked.metadata.id, asked.metadata.op_code);
        answer.metadata.message_type = MessageType::Response;
        answer.add_answers(found.map(|(at, data)| Record::from_rdata(at.clone(), 60, data.clone())));
        if answer.answers.is_empty() {
            answer.metadata.response_code = ResponseCode::NXDomain;
        }
        answer.add_query(query);
        answer.to_vec().unwrap()
    }

    fn asking(address: SocketAddr) -> SipNames {
        let mut server = NameServerConfig::udp(address.ip());
        server.connections[0].port = address.port();
        let config = ResolverConfig::from_name_servers(vec![server]);
        let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()).build().unwrap();
        SipNames { resolver: Some(resolver), chance: Chance::seeded(1) }
    }

    async fn told(names: &SipNames, uri: &str) -> Option<Vec<String>> {
        let servers = names.servers(&uri.parse().unwrap()).await?;
        Some(servers.into_iter().map(|server| format!("{} {}:{}", server.protocol, server.host, server.port)).collect())
    }

    #[tokio::test]
    async fn a_domain_says_which_protocol_it_prefers() {
        let names = knowing(vec![
            pointer(20, "SIP+D2U", "_sip._udp.trunk.example."),
            pointer(10, "SIP+D2T", "_sip._tcp.elsewhere.example."),
            pointer(5, "E2U+sip", "_no._sip.trunk.example."),
            pointer(30, "SIPS+D2T", "_sips._tcp.trunk.example."),
            server("_sip._udp.trunk.example.", (1, 0), "a.trunk.example.", 5060),
            server("_sip._tcp.elsewhere.example.", (1, 0), "b.trunk.example.", 5070),
            server("_sips._tcp.trunk.example.", (1, 0), "c.trunk.example.", 5061),
        ])
        .await;

        let all = ["TCP b.trunk.example.:5070", "UDP a.trunk.example.:5060", "TLS c.trunk.example.:5061"];
        assert_eq!(told(&names, "sip:1@trunk.example").await.unwrap(), all);
        assert_eq!(told(&names, "sips:1@trunk.example").await.unwrap(), all[2..]);
        assert_eq!(told(&names, "sip:1@trunk.example;transport=udp").await.unwrap(), all[1..2]);
    }

    #[tokio::test]
    async fn servers_stand_in_the_order_of_their_priority() {
        let at = "_sip._udp.trunk.example.";
        let names = knowing(vec![
            server(at, (20, 0), "last.trunk.example.", 5060),
            server(at, (10, 0), "never.trunk.example.", 5060),
            server(at, (10, 65535), "first.trunk.example.", 5062),
        ])
        .await;

        let all = ["UDP first.trunk.example.:5062", "UDP never.trunk.example.:5060", "UDP last.trunk.example.:5060"];
        assert_eq!(told(&names, "sip:trunk.example").await.unwrap(), all);
    }

    #[test]
    fn servers_of_one_priority_are_first_as_often_as_their_weight_says() {
        let chance = Chance::seeded(7);
        let records = || vec![SRV::new(1, 30, 5060, name("a.")), SRV::new(1, 10, 5060, name("b."))];

        let first = (0..4000).filter(|_| in_order(records(), &chance)[0].weight == 30).count();

        assert!((2800..3200).contains(&first), "{first}");
    }

    #[tokio::test]
    async fn a_domain_that_offers_no_sip_has_no_servers() {
        let names = knowing(vec![server("_sip._udp.trunk.example.", (0, 0), ".", 0)]).await;

        assert_eq!(told(&names, "sip:trunk.example").await, Some(Vec::new()));
    }

    #[tokio::test]
    async fn where_a_port_or_no_domain_is_written_nobody_is_asked() {
        let names = knowing(vec![server("_sip._udp.trunk.example.", (1, 0), "a.trunk.example.", 5060)]).await;

        for uri in ["sip:trunk.example:5060", "sip:192.0.2.1", "sip:localhost", "sip:unknown.example", "tel:+4930"] {
            assert_eq!(told(&names, uri).await, None, "{uri}");
        }
    }

    #[tokio::test]
    async fn a_name_server_that_does_not_answer_is_not_waited_for() {
        let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();

        assert_eq!(told(&asking(silent.local_addr().unwrap()), "sip:trunk.example").await, None);
    }
}
