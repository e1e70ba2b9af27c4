//! `[http]`: where Callward listens, and whom it believes there.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use url::Url;

use super::section::Section;
use crate::web::{Allowance, Networks};

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The HTTP server's settings.
#[derive(Debug, Clone)]
pub struct Http {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The address by which platforms and people reach us, when it is another one.
    pub public_url: Option<Url>,
    /// Certificate and key, when we speak TLS ourselves.
    pub tls: Option<Tls>,
    /// Proxies whose word on the caller's address counts.
    pub trusted_proxies: Networks,
    /// Who may read `/metrics`.
    pub ops_allow: Networks,
    /// How much one address may ask.
    pub allowance: Allowance,
    /// Seconds that turns in flight may take once we are told to stop.
    pub drain_seconds: u32,
    /// Minutes after which a call that no platform asks for is over.
    pub call_idle_minutes: u32,
}

/// Files in PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// Certificate chain.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

impl Http {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let listen = section.item("listen").and_then(|item| item.parsed("an IP address and port", "127.0.0.1:8080"));
        Self {
            listen: listen.unwrap_or(LISTEN),
            public_url: public_url(section),
            tls: tls(section),
            trusted_proxies: networks(section, "trusted_proxies").unwrap_or_default(),
            ops_allow: networks(section, "ops_allow").unwrap_or_else(Networks::loopback),
            allowance: allowance(section),
            drain_seconds: section.number("drain_seconds", 5, 0..=3600),
            call_idle_minutes: section.number("call_idle_minutes", 15, 1..=240),
        }
    }
}

fn allowance(section: &Section<'_>) -> Allowance {
    let usual = Allowance::default();
    let requests = usual.requests_per_second.map_or(0, NonZeroU32::get);
    Allowance {
        connections: section.number("connections", usual.connections, 1..=1_000_000),
        connections_per_address: section.number("connections_per_address", usual.connections_per_address, 1..=1_000_000),
        requests_per_second: NonZeroU32::new(section.number("requests_per_second", requests, 0..=1_000_000)),
    }
}

/// The networks that a key lists.
pub(super) fn networks(section: &Section<'_>, key: &str) -> Option<Networks> {
    let networks = section.item(key)?.parsed_list("an IP address or a network", "192.0.2.7 or 10.0.0.0/8");
    Some(Networks::new(networks))
}

fn public_url(section: &Section<'_>) -> Option<Url> {
    let item = section.item("public_url")?;
    let url: Url = item.parsed("a URL", "https://ivr.example.org")?;
    if !matches!(url.scheme(), "http" | "https") {
        item.complain("is no web address", "write one that begins with https://");
    }
    Some(url)
}

fn tls(section: &Section<'_>) -> Option<Tls> {
    let certificate = section.item("tls_cert").and_then(|item| item.path());
    let key = section.item("tls_key").and_then(|item| item.path());
    match (certificate, key) {
        (Some(certificate), Some(key)) => Some(Tls { certificate, key }),
        (None, None) => None,
        (Some(_), None) => {
            section.complain_at("tls_cert", "`http.tls_cert` has no key", "write `tls_key` as well");
            None
        }
        (None, Some(_)) => {
            section.complain_at("tls_key", "`http.tls_key` has no certificate", "write `tls_cert` as well");
            None
        }
    }
}
