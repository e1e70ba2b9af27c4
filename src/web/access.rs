//! Who may fetch a tenant's pages: by address, and by name and password where the tenant wants both (RFC 7617).

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName};
use subtle::ConstantTimeEq;

use crate::secret::SecretText;

use super::networks::Networks;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address at the other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// Who may fetch the pages of one tenant.
#[derive(Debug, Clone)]
pub struct Access {
    /// Where platforms may come from.
    pub allow: Networks,
    /// Names and passwords for HTTP Basic; needed as well when there are any.
    pub users: BTreeMap<String, SecretText>,
}

/// Who fetches pages: the user that it says it is, else its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Platform {
    /// By name and password.
    User(String),
    /// By where it comes from.
    Address(IpAddr),
}

/// Somebody who may not fetch pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// From the wrong address.
    Address,
    /// Without a name and password that we know.
    Credentials,
}

impl Access {
    /// The platform that may come in.
    pub(super) fn platform(&self, from: IpAddr, headers: &HeaderMap) -> Result<Platform, Denied> {
        if !self.allow.contains(from) {
            return Err(Denied::Address);
        }
        if self.users.is_empty() {
            return Ok(Platform::Address(from));
        }
        let (name, password) = credentials(headers).ok_or(Denied::Credentials)?;
        let known = self.users.get(&name).ok_or(Denied::Credentials)?;
        match bool::from(known.expose().as_bytes().ct_eq(password.expose().as_bytes())) {
            true => Ok(Platform::User(name)),
            false => Err(Denied::Credentials),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Platform::User(name) => f.write_str(name),
            Platform::Address(address) => address.fmt(f),
        }
    }
}

/// The address that a request came from: the peer's, or what a trusted proxy says of it. `None` where such a proxy says what is
/// no address: taken for the proxy's own request, it would open the door to everybody behind it.
pub(super) fn origin(peer: Peer, headers: &HeaderMap, trusted_proxies: &Networks) -> Option<IpAddr> {
    let mut origin = peer.0;
    let forwarded = headers.get_all(FORWARDED_FOR).iter();
    let mut hops: Vec<&[u8]> = forwarded.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).collect();
    while trusted_proxies.contains(origin) {
        let Some(next) = hops.pop() else { break };
        origin = hop(next)?;
    }
    Some(origin)
}

/// An address as proxies write it: some add the port, and put an IPv6 address in brackets.
fn hop(written: &[u8]) -> Option<IpAddr> {
    let written = std::str::from_utf8(written).ok()?.trim();
    let bare = written.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(written);
    bare.parse().ok().or_else(|| bare.parse().ok().map(|socket: SocketAddr| socket.ip()))
}

fn credentials(headers: &HeaderMap) -> Option<(String, SecretText)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(token.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), SecretText::new(password)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))])
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_alone_is_enough_where_no_users_are_set() {
        let access = Access { allow: Networks::loopback(), users: BTreeMap::new() };

        assert_eq!(access.platform(address("127.0.0.1"), &HeaderMap::new()), Ok(Platform::Address(address("127.0.0.1"))));
        assert_eq!(access.platform(address("192.0.2.1"), &HeaderMap::new()), Err(Denied::Address));
    }

    #[test]
    fn users_are_needed_as_well_when_set() {
        let users = BTreeMap::from([("ivr".to_owned(), SecretText::new("se:cret"))]);
        let access = Access { allow: Networks::loopback(), users };
        let ask = |value| access.platform(address("127.0.0.1"), &headers("authorization", value));

        assert_eq!(ask("Basic aXZyOnNlOmNyZXQ="), Ok(Platform::User("ivr".to_owned())));
        assert_eq!(ask("Basic aXZyOndyb25n"), Err(Denied::Credentials));
        assert_eq!(ask("Bearer aXZyOnNlOmNyZXQ="), Err(Denied::Credentials));
        assert_eq!(ask("Basic !"), Err(Denied::Credentials));
    }

    #[test]
    fn only_a_trusted_proxys_word_counts() {
        let forwarded = headers("x-forwarded-for", "198.51.100.7, 192.0.2.9, 127.0.0.5");
        let peer = Peer(address("127.0.0.1"));

        assert_eq!(origin(peer, &forwarded, &Networks::default()), Some(address("127.0.0.1")));
        assert_eq!(origin(peer, &forwarded, &Networks::loopback()), Some(address("192.0.2.9")));
    }

    #[test]
    fn a_proxys_word_that_is_no_address_is_not_the_proxy_itself() {
        let peer = Peer(address("127.0.0.1"));
        let said = |bytes: &[u8]| {
            let value = HeaderValue::from_bytes(bytes).unwrap();
            origin(peer, &HeaderMap::from_iter([(FORWARDED_FOR, value)]), &Networks::loopback())
        };

        assert_eq!(said("é, 198.51.100.7".as_bytes()), Some(address("198.51.100.7")));
        assert_eq!(said(b"198.51.100.7:4711"), Some(address("198.51.100.7")));
        assert_eq!(said(b"[2001:db8::7]:4711"), Some(address("2001:db8::7")));
        assert_eq!(said(b"[2001:db8::7]"), Some(address("2001:db8::7")));
        for nobody in [b"unknown".as_slice(), b"198.51.100.7, _hidden", b"", b"\xff"] {
            assert_eq!(said(nobody), None, "{nobody:?}");
        }
    }
}
