//! `[sip]`: the telephone: where it listens, who may call, which page a call gets, and what its sound may use.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use ipnet::IpNet;

use super::http::Tls;
use super::item::Item;
use super::section::Section;
use super::tenant::Tenant;
use crate::finding::nearest;
use crate::secret::SecretText;
use crate::sip::{Srtp, TransportProtocol, Uri};

const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5060);
const PROTOCOLS: [(&str, TransportProtocol); 3] =
    [("udp", TransportProtocol::Udp), ("tcp", TransportProtocol::Tcp), ("tls", TransportProtocol::Tls)];
const SRTP: [(&str, Srtp); 3] = [("off", Srtp::Off), ("accepted", Srtp::Accepted), ("required", Srtp::Required)];

/// The telephone's settings.
#[derive(Debug, Clone)]
pub struct Sip {
    /// Address and port of UDP and TCP.
    pub listen: SocketAddr,
    /// What is spoken.
    pub transports: Vec<TransportProtocol>,
    /// The port of TLS.
    pub tls_port: u16,
    /// Certificate and key for TLS.
    pub tls: Option<Tls>,
    /// Authorities that are trusted beside those of the system.
    pub tls_authorities: Option<PathBuf>,
    /// The address by which others reach us, when it is another one.
    pub advertised: Option<IpAddr>,
    /// The first and the last port of RTP.
    pub rtp_ports: (u16, u16),
    /// Threads that send and receive sound.
    pub media_threads: usize,
    /// SRTP, for calls that are signalled over TLS.
    pub srtp: Srtp,
    /// Peers that may call without further proof.
    pub trusted: Vec<IpNet>,
    /// Names and passwords of others.
    pub users: BTreeMap<String, SecretText>,
    /// Whose passwords these are.
    pub realm: String,
    /// Tenants by the domain that is called.
    pub domains: BTreeMap<String, String>,
    /// The tenant of all other domains.
    pub default_tenant: Option<String>,
    /// What addresses of pages may begin with that callers choose.
    pub pages: Vec<String>,
    /// Call variables, with the header that each is taken from.
    pub variables: BTreeMap<String, String>,
    /// The header that says where a call is given back to.
    pub return_header: Option<String>,
    /// Who puts calls through.
    pub gateway: Option<Login>,
    /// Registrars at which we register.
    pub registrations: Vec<Login>,
    /// Calls at a time.
    pub max_calls: usize,
    /// Calls that begin in a second.
    pub calls_per_second: u32,
    /// Seconds without sound that end a call; 0 is for ever.
    pub rtp_timeout_seconds: u32,
    /// Seconds that calls may take once we are told to stop.
    pub drain_seconds: u32,
    /// Whether every message is told to the log.
    pub log_messages: bool,
}

/// Somebody whom we call or register at, and who we are there.
#[derive(Debug, Clone)]
pub struct Login {
    /// Their address; with a user it is also ours.
    pub address: Uri,
    /// Our name.
    pub username: Option<String>,
    /// Our password.
    pub password: Option<SecretText>,
}

impl Sip {
    /// Reads the section; `None` when it is not there.
    pub(super) fn read(section: &Section<'_>, tenants: &BTreeMap<String, Tenant>) -> Option<Self> {
        let of_domain = |(name, item): (String, Item<'_>)| Some((name.to_ascii_lowercase(), known_tenant(&item, tenants)?));
        let listen = section.item("listen").and_then(|item| item.parsed("an IP address and port", "0.0.0.0:5060")).unwrap_or(LISTEN);
        let sip = Self {
            listen,
            transports: transports(section),
            tls_port: section.number("tls_port", 5061, 0..=u16::MAX),
            tls: tls(section),
            tls_authorities: section.item("tls_authorities").and_then(|item| item.path()),
            advertised: section.item("advertised").and_then(|item| item.parsed("an IP address", "203.0.113.7")),
            rtp_ports: rtp_ports(section),
            media_threads: section.number("media_threads", 1_u16, 1..=64).into(),
            srtp: section.choice("srtp", &SRTP).unwrap_or(Srtp::Accepted),
            trusted: trusted(section),
            users: section.section("users").items().into_iter().filter_map(|(name, item)| Some((name, item.secret()?))).collect(),
            realm: section.text("realm").unwrap_or_else(|| "callward".to_owned()),
            domains: section.section("domains").items().into_iter().filter_map(of_domain).collect(),
            default_tenant: section.item("default_tenant").and_then(|item| known_tenant(&item, tenants)),
            pages: section.item("pages").map(|item| item.parsed_list("a text", "https://pages.example.org/")).unwrap_or_default(),
            variables: texts(&section.section("variables")),
            return_header: section.text("return_header"),
            gateway: login(&section.section("gateway")),
            registrations: section.sections("registrations").iter().filter_map(login).collect(),
            max_calls: section.number("max_calls", 2000_u32, 1..=1_000_000) as usize,
            calls_per_second: section.number("calls_per_second", 100, 1..=100_000),
            rtp_timeout_seconds: section.number("rtp_timeout_seconds", 60, 0..=86_400),
            drain_seconds: section.number("drain_seconds", 30, 0..=3600),
            log_messages: section.switch("log_messages", false),
        };
        if section.is_present() {
            sip.check(section);
        }
        section.is_present().then_some(sip)
    }

    fn check(&self, section: &Section<'_>) {
        if self.transports.contains(&TransportProtocol::Tls) && self.tls.is_none() {
            section.complain_at("transports", "`sip.transports` names tls, which has no certificate", "write tls_cert and tls_key");
        }
        if self.listen.ip().is_unspecified() && self.advertised.is_none() {
            let help = "write `advertised`, the address by which telephones reach this machine";
            section.complain_at("listen", "`sip.listen` is no address that a telephone could send sound to", help);
        }
    }
}

/// One address, or one network.
struct Peers(IpNet);

impl FromStr for Peers {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let address = text.parse().map(|address: IpAddr| IpNet::from(address.to_canonical()));
        address.or_else(|_| text.parse()).map(Self).map_err(|_| ())
    }
}

/// The name of a tenant that there is.
fn known_tenant(item: &Item<'_>, tenants: &BTreeMap<String, Tenant>) -> Option<String> {
    let name = item.text()?;
    if !tenants.contains_key(&name) {
        let meant = nearest(&name, tenants.keys().map(String::as_str)).map(|meant| format!("did you mean \"{meant}\"?"));
        let help = meant.unwrap_or_else(|| format!("write the name of a tenant, or add [tenants.{name}]"));
        item.complain(format_args!("names the tenant {name}, which there is not"), help);
    }
    Some(name)
}

fn trusted(section: &Section<'_>) -> Vec<IpNet> {
    let loopback = || ["127.0.0.0/8", "::1/128"].iter().filter_map(|network| network.parse().ok()).collect();
    let Some(item) = section.item("trusted") else { return loopback() };
    item.parsed_list("an IP address or a network", "192.0.2.7 or 10.0.0.0/8").into_iter().map(|Peers(network)| network).collect()
}

fn transports(section: &Section<'_>) -> Vec<TransportProtocol> {
    let Some(item) = section.item("transports") else { return vec![TransportProtocol::Udp, TransportProtocol::Tcp] };
    let names: Vec<String> = item.parsed_list("udp, tcp or tls", "udp");
    let known = |name: &String| PROTOCOLS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, protocol)| *protocol);
    if let Some(unknown) = names.iter().find(|name| known(name).is_none()) {
        item.complain(format_args!("names {unknown}, which is not spoken"), "write some of: udp, tcp, tls");
    }
    names.iter().filter_map(known).collect()
}

fn rtp_ports(section: &Section<'_>) -> (u16, u16) {
    let first = section.number("rtp_first_port", 20_000, 1024..=u16::MAX);
    let last = section.number("rtp_last_port", 29_999, 1024..=u16::MAX);
    if last <= first {
        section.complain_at(
            "rtp_last_port",
            "`sip.rtp_last_port` does not lie above the first",
            "write a range: two ports are for one call",
        );
    }
    (first, last)
}

fn tls(section: &Section<'_>) -> Option<Tls> {
    let (certificate, key) = (section.item("tls_cert").and_then(|item| item.path()), section.item("tls_key").and_then(|item| item.path()));
    match (certificate, key) {
        (Some(certificate), Some(key)) => Some(Tls { certificate, key }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            section.complain("`sip.tls_cert` and `sip.tls_key` belong together", "write both");
            None
        }
    }
}

fn texts(section: &Section<'_>) -> BTreeMap<String, String> {
    section.items().into_iter().filter_map(|(name, item)| Some((name, item.text()?))).collect()
}

fn login(section: &Section<'_>) -> Option<Login> {
    let (username, password) = (section.text("username"), section.secret("password"));
    let address = section.item("address")?.parsed("a SIP address", "sip:trunk.example.org")?;
    Some(Login { address, username, password })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::load::{Config, Findings};
    use super::*;

    fn parse(text: &str) -> Result<Option<Sip>, Findings> {
        Config::parse(Path::new("/etc/callward.toml"), text, &BTreeMap::new()).map(|config| config.sip)
    }

    #[test]
    fn without_the_section_no_telephone_is_opened() {
        assert!(parse("").unwrap().is_none());
        assert_eq!(parse("[sip]").unwrap().unwrap().listen, LISTEN);
    }

    #[test]
    fn the_telephone_is_read() {
        let text = "[sip]\nlisten = '192.0.2.1:5060'\ntransports = ['udp', 'TLS']\ntls_cert = 'c.pem'\ntls_key = 'k.pem'\n\
            trusted = ['10.0.0.0/8', '192.0.2.9']\nusers = { pbx = 'hush' }\ndomains = { 'IVR.acme.example' = 'acme' }\n\
            variables = { identity = 'X-Account' }\nrtp_timeout_seconds = 0\n\
            [[sip.registrations]]\naddress = 'sip:ivr@trunk.example'\nusername = 'ivr'\npassword = 'hush'\n[tenants.acme]\n";

        let sip = parse(text).unwrap().unwrap();

        assert_eq!(sip.transports, [TransportProtocol::Udp, TransportProtocol::Tls]);
        assert!(sip.trusted.iter().any(|network| network.contains(&"192.0.2.9".parse::<IpAddr>().unwrap())));
        assert_eq!(sip.domains["ivr.acme.example"], "acme");
        assert_eq!((sip.registrations.len(), sip.rtp_timeout_seconds), (1, 0));
        assert!(!format!("{sip:?}").contains("hush"));
    }

    #[test]
    fn a_slip_is_shown_with_its_line() {
        let shown = |text: &str| parse(text).unwrap_err().to_string();

        assert!(shown("[sip]\nlisten = '0.0.0.0:5060'\n").contains("advertised"));
        assert!(shown("[sip]\ntransports = ['sctp']\n").contains(":2:"));
        assert!(shown("[sip]\ntransports = ['tls']\n").contains("tls_cert"));
        assert!(shown("[sip]\nrtp_first_port = 30000\nrtp_last_port = 20000\n").contains("range"));
        assert!(shown("[sip]\ntrusted = ['pbx']\n").contains("network"));
    }
}
