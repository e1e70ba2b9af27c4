//! Keeps URLs that tenants entered away from this machine, its network and its cloud's metadata service (RFC 6890).

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::address::is_public;

/// A URL that must not be called for a tenant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// Neither `http` nor `https`.
    #[error("only http and https addresses are called")]
    Scheme,
    /// No host.
    #[error("the address has no host")]
    NoHost,
    /// Loopback, link-local, private, metadata, or otherwise not of the public internet.
    #[error("the address is not public: use one that the internet can reach")]
    NotPublic,
}

/// Resolves names, and forgets addresses that are not public: a name may change what it means between check and call.
pub(super) struct PublicAddressesOnly;

impl Resolve for PublicAddressesOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(GuardError::NotPublic.into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether a URL may be called for a tenant, as far as the URL itself tells; names are judged again when they are resolved.
pub fn check(url: &Url) -> Result<(), GuardError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(GuardError::Scheme);
    }
    let public = match url.host().ok_or(GuardError::NoHost)? {
        Host::Ipv4(address) => is_public(address.into()),
        Host::Ipv6(address) => is_public(address.into()),
        Host::Domain(name) => !is_local_name(name),
    };
    if public { Ok(()) } else { Err(GuardError::NotPublic) }
}

/// Whether `host` names this machine: `localhost`, or an address in 127.0.0.0/8 or ::1.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || [".localhost", ".local", ".internal"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(url: &str) -> Result<(), GuardError> {
        check(&Url::parse(url).unwrap())
    }

    #[test]
    fn public_names_and_addresses_pass() {
        for url in ["https://sms.example.org/send", "http://8.8.8.8/", "https://[2606:4700::1111]/"] {
            assert_eq!(checked(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn this_machine_its_network_and_metadata_are_refused_however_they_are_written() {
        let urls = [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://localhost./",
            "http://a.localhost/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[fd00:ec2::254]/",
            "http://[fe80::1]/",
            "http://169.254.169.254/latest",
            "http://metadata.google.internal/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://100.100.100.200/",
            "http://0.0.0.0/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://[::]/",
        ];
        for url in urls {
            assert_eq!(checked(url), Err(GuardError::NotPublic), "{url}");
        }
        assert_eq!(checked("ftp://example.org/"), Err(GuardError::Scheme));
        assert_eq!(checked("file:///etc/passwd"), Err(GuardError::Scheme));
    }

    #[tokio::test]
    async fn a_name_that_means_this_machine_resolves_to_nothing() {
        let resolved = PublicAddressesOnly.resolve("localhost".parse().unwrap()).await;

        assert!(resolved.is_err_and(|error| error.is::<GuardError>()));
    }
}
