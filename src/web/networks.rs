//! Addresses and networks of addresses (CIDR, RFC 4632): who may come in, and whose word counts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};

/// One address, or one network (`10.0.0.0/8`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

/// A text that is neither an address nor a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither an IP address nor a network such as 10.0.0.0/8")]
pub struct NotANetwork;

/// A list of networks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Networks(Vec<Network>);

impl Network {
    /// Whether `address` belongs to it; an IPv4 address that came mapped into IPv6 is the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let address = text.parse().map(|address: IpAddr| IpNet::from(address.to_canonical()));
        address.or_else(|_| text.parse()).map(Self).map_err(|_| NotANetwork)
    }
}

impl Networks {
    /// These networks.
    pub fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// This machine itself: 127.0.0.0/8 and ::1.
    pub fn loopback() -> Self {
        let version_4 = Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8);
        Self(vec![Network(version_4.into()), Network(IpAddr::V6(Ipv6Addr::LOCALHOST).into())])
    }

    /// Whether one of them contains `address`.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> Networks {
        Networks::new(texts.iter().map(|text| text.parse().unwrap()).collect())
    }

    fn contains(networks: &Networks, address: &str) -> bool {
        networks.contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        let allowed = networks(&["10.1.0.0/16", "2001:db8::/32", "192.0.2.7"]);

        assert!(contains(&allowed, "10.1.255.1"));
        assert!(!contains(&allowed, "10.2.0.1"));
        assert!(contains(&allowed, "2001:db8::1"));
        assert!(!contains(&allowed, "2001:db9::1"));
        assert!(contains(&allowed, "192.0.2.7"));
        assert!(!contains(&allowed, "192.0.2.8"));
    }

    #[test]
    fn a_mapped_address_is_the_address_itself() {
        assert!(contains(&networks(&["10.0.0.0/8"]), "::ffff:10.0.0.1"));
        assert!(contains(&networks(&["::ffff:192.0.2.7"]), "192.0.2.7"));
        assert!(contains(&Networks::loopback(), "::ffff:127.0.1.1"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0", "10.0.0.0/33", "localhost", "10.0.0.0/-1"] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork), "{text}");
        }
    }
}
