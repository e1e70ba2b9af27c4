//! Hosts as SIP writes them: names, IPv4 addresses, IPv6 references (RFC 3261 §25.1, RFC 5118).

use std::fmt::{self, Display};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::malformed::Malformed;
use super::token;

/// Where a URI or a Via leads. Names are the same in any case of letters.
#[derive(Debug, Clone)]
pub enum Host<Name = String> {
    /// A domain name.
    Name(Name),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address, written in brackets.
    V6(Ipv6Addr),
    /// None: a URI of another scheme than `sip` and `sips` names no host.
    Absent,
}

impl<Name> Host<Name> {
    /// The address, when it is one and no name.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::V4(address) => Some((*address).into()),
            Self::V6(address) => Some((*address).into()),
            Self::Name(_) | Self::Absent => None,
        }
    }
}

impl<'a> Host<&'a str> {
    /// Reads `host` or `host:port`, blanks around the colon allowed.
    pub(super) fn with_port(text: &'a str) -> Result<(Self, Option<u16>), Malformed> {
        let end = if text.starts_with('[') { text.find(']').ok_or(Malformed("IPv6 reference not closed"))? + 1 } else { 0 };
        let (reference, rest) = text.split_at(end);
        let (name, Some(port)) = token::split_once(rest, b':') else { return Ok((Self::read(token::trim_end(text))?, None)) };
        let host = if reference.is_empty() { token::trim_end(name) } else { reference };
        if !reference.is_empty() && !name.trim().is_empty() {
            return Err(Malformed("text after an IPv6 reference"));
        }
        Ok((Self::read(host)?, Some(port_number(token::trim(port))?)))
    }

    fn read(text: &'a str) -> Result<Self, Malformed> {
        if let Some(reference) = text.strip_prefix('[') {
            let inner = reference.strip_suffix(']').ok_or(Malformed("IPv6 reference not closed"))?;
            return ipv6(inner).map(Self::V6);
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::V4(address));
        }
        let last_label = text.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        let numeric = last_label.bytes().all(|byte| byte.is_ascii_digit());
        let known = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        if known && !numeric { Ok(Self::Name(text)) } else { Err(Malformed("neither a host name nor an address")) }
    }
}

impl From<Host<&str>> for Host {
    fn from(host: Host<&str>) -> Self {
        match host {
            Host::Name(name) => Self::Name(name.to_owned()),
            Host::V4(address) => Self::V4(address),
            Host::V6(address) => Self::V6(address),
            Host::Absent => Self::Absent,
        }
    }
}

impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(one), Self::Name(two)) => one.eq_ignore_ascii_case(two),
            (Self::V4(one), Self::V4(two)) => one == two,
            (Self::V6(one), Self::V6(two)) => one == two,
            (Self::Absent, Self::Absent) => true,
            (Self::Name(_) | Self::V4(_) | Self::V6(_) | Self::Absent, _) => false,
        }
    }
}

impl Eq for Host {}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::V6(address),
        }
    }
}

impl FromStr for Host {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        Host::read(text).map(Self::from)
    }
}

impl Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::V4(address) => address.fmt(f),
            Self::V6(address) => write!(f, "[{address}]"),
            Self::Absent => Ok(()),
        }
    }
}

/// Writes a host, and its port where there is one.
pub(super) fn write(host: &Host, port: Option<u16>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    host.fmt(f)?;
    let Some(port) = port else { return Ok(()) };
    f.write_str(":")?;
    port.fmt(f)
}

/// An IPv6 address; the grammar of RFC 3261 lets a third colon in, which RFC 5118 §4.10 asks to accept.
pub(super) fn ipv6(text: &str) -> Result<Ipv6Addr, Malformed> {
    text.replace(":::", "::").parse().map_err(|_| Malformed("not an IPv6 address"))
}

fn port_number(text: &str) -> Result<u16, Malformed> {
    token::number(text).and_then(|port| u16::try_from(port).ok()).ok_or(Malformed("not a port number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_addresses_and_references_are_read_with_their_ports() {
        for (text, host, port) in [
            ("Example.com:5060", "example.com", Some(5060)),
            ("192.0.2.1", "192.0.2.1", None),
            ("[2001:db8::10]:5070", "[2001:db8::10]", Some(5070)),
            ("[2001:db8::10:5070]", "[2001:db8::10:5070]", None),
            ("[2001:db8:::192.0.2.1]", "[2001:db8::192.0.2.1]", None),
            ("host : 5060", "host", Some(5060)),
        ] {
            let (found, found_port) = Host::with_port(text).unwrap();
            assert_eq!((Host::from(found), found_port), (host.parse().unwrap(), port), "{text}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for wrong in ["", "2001:db8::10", "[::1", "[::1]x:5", "999.1.1.1", "a b", "host:", "host:70000", "host:-1", "[x]"] {
            assert!(Host::with_port(wrong).is_err(), "{wrong}");
        }
    }
}
