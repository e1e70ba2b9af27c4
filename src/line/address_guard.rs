//! Keeps pages of strangers away from the inside: loopback, private and link-local addresses are fetched only where they are allowed (RFC 6890).

use std::io;
use std::net::IpAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::address::is_public;

/// Who may be fetched from though the address is an inner one.
#[derive(Debug, Clone, Default)]
pub struct AddressGuard {
    /// The first page, whose scheme, host and port are trusted.
    first: Option<Url>,
    /// `host` or `host:port`, in lower case.
    allowed: Vec<String>,
}

impl AddressGuard {
    /// Allows the origin of `first`, and the hosts in `allowed` (`host` or `host:port`).
    pub fn new(first: &Url, allowed: &[String]) -> Self {
        Self { first: Some(first.clone()), allowed: allowed.iter().map(|host| host.to_ascii_lowercase()).collect() }
    }

    /// Whether `url` may lead anywhere at all.
    pub(super) fn is_trusted(&self, url: &Url) -> bool {
        self.first.as_ref().is_some_and(|first| is_of_one_origin(first, url)) || self.is_allowed(url)
    }

    fn is_allowed(&self, url: &Url) -> bool {
        if self.allowed.is_empty() {
            return false;
        }
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let with_port = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
        self.allowed.iter().any(|allowed| *allowed == host || *allowed == with_port)
    }

    /// Why `url` may not be fetched; names are looked at again when they are resolved.
    pub(super) fn refusal(&self, url: &Url) -> Option<String> {
        if !matches!(url.scheme(), "http" | "https") {
            return Some(format!("{}: is not fetched, only http: and https: are", url.scheme()));
        }
        let address = match url.host()? {
            Host::Domain(_) => return None,
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        (!is_public(address) && !self.is_trusted(url)).then(|| format!("{address} is an inner address; --allow lets it through"))
    }
}

/// Whether two pages are of one server, as browsers see it (RFC 6454 §4).
fn is_of_one_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme() && one.host() == other.host() && one.port_or_known_default() == other.port_or_known_default()
}

/// Resolves names, and leaves inner addresses out.
#[derive(Debug, Clone, Copy)]
pub(super) struct OuterNames;

impl Resolve for OuterNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.filter(|address| is_public(address.ip())).collect();
            if found.is_empty() {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the name leads to no outer address").into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn inner_addresses_are_refused_unless_they_are_the_origin_or_allowed() {
        let guard = AddressGuard::new(&url("http://127.0.0.1:8080/start.vxml"), &["10.0.0.7".to_owned(), "[::1]:81".to_owned()]);

        for allowed in ["http://127.0.0.1:8080/a", "http://10.0.0.7:99/b", "http://[::1]:81/c", "https://8.8.8.8/", "http://example.com/"] {
            assert_eq!(guard.refusal(&url(allowed)), None, "{allowed}");
        }
        let refused = [
            "http://127.0.0.1/a",
            "http://127.0.0.1:8081/a",
            "https://127.0.0.1:8080/a",
            "http://10.0.0.8/",
            "http://169.254.169.254/latest/meta-data",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://0.0.0.0/",
            "http://2130706433/",
            "file:///etc/passwd",
        ];
        for refused in refused {
            assert!(guard.refusal(&url(refused)).is_some(), "{refused}");
        }
    }
}
