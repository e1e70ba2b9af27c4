//! Who may fetch a tenant's pages: by address, and by name and password where the tenant wants both (RFC 7617).

use std::collections::BTreeMap;
use std::net::IpAddr;

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

/// Somebody who may not fetch pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// From the wrong address.
    Address,
    /// Without a name and password that we know.
    Credentials,
}

impl Access {
    /// The platform's name: its user, else its address.
    pub(super) fn platform(&self, from: IpAddr, headers: &HeaderMap) -> Result<String, Denied> {
        if !self.allow.contains(from) {
            return Err(Denied::Address);
        }
        if self.users.is_empty() {
            return Ok(from.to_string());
        }
        let (name, password) = credentials(headers).ok_or(Denied::Credentials)?;
        let known = self.users.get(&name).ok_or(Denied::Credentials)?;
        match bool::from(known.expose().as_bytes().ct_eq(password.expose().as_bytes())) {
            true => Ok(name),
            false => Err(Denied::Credentials),
        }
    }
}

/// The address that a request came from: the peer's, or what a trusted proxy says of it.
pub(super) fn origin(peer: Peer, headers: &HeaderMap, trusted_proxies: &Networks) -> IpAddr {
    let mut origin = peer.0;
    let forwarded = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let mut hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    while trusted_proxies.contains(origin) {
        let Some(next) = hops.pop().and_then(|hop| hop.parse().ok()) else { break };
        origin = next;
    }
    origin
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

        assert_eq!(access.platform(address("127.0.0.1"), &HeaderMap::new()), Ok("127.0.0.1".to_owned()));
        assert_eq!(access.platform(address("192.0.2.1"), &HeaderMap::new()), Err(Denied::Address));
    }

    #[test]
    fn users_are_needed_as_well_when_set() {
        let users = BTreeMap::from([("ivr".to_owned(), SecretText::new("se:cret"))]);
        let access = Access { allow: Networks::loopback(), users };
        let ask = |value| access.platform(address("127.0.0.1"), &headers("authorization", value));

        assert_eq!(ask("Basic aXZyOnNlOmNyZXQ="), Ok("ivr".to_owned()));
        assert_eq!(ask("Basic aXZyOndyb25n"), Err(Denied::Credentials));
        assert_eq!(ask("Bearer aXZyOnNlOmNyZXQ="), Err(Denied::Credentials));
        assert_eq!(ask("Basic !"), Err(Denied::Credentials));
    }

    #[test]
    fn only_a_trusted_proxys_word_counts() {
        let forwarded = headers("x-forwarded-for", "198.51.100.7, 192.0.2.9, 127.0.0.5");
        let peer = Peer(address("127.0.0.1"));

        assert_eq!(origin(peer, &forwarded, &Networks::default()), address("127.0.0.1"));
        assert_eq!(origin(peer, &forwarded, &Networks::loopback()), address("192.0.2.9"));
    }
}
