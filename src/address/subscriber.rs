//! Which addresses are one subscriber's: an IPv6 address is as good as the other 2⁶⁴ of its network (RFC 6177 §2).

use std::net::{IpAddr, Ipv6Addr};

/// The address that stands for all that one subscriber has: the network (/64) of an IPv6 address, an IPv4 address itself.
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}
