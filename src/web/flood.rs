//! How much one address may ask of us: connections at a time, requests a second. What is beyond is answered 429 (RFC 6585 §4).

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::HeaderMap;
use metrics::counter;

use crate::address::subscriber;

use super::access::{Peer, origin};
use super::networks::Networks;

/// After so many requests, addresses that asked nothing lately are forgotten.
const TIDY_EVERY: u32 = 4096;

/// How much is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Connections at a time, from everybody.
    pub connections: u32,
    /// Connections at a time from one address; the addresses of an IPv6 /64 count as one.
    pub connections_per_address: u32,
    /// Requests a second from one address, as many at once; `None` for no limit.
    pub requests_per_second: Option<NonZeroU32>,
}

/// Counts connections.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    allowance: Allowance,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    all: u32,
    by_address: HashMap<IpAddr, u32>,
}

/// A connection that was let in; its place is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    connections: Connections,
    address: IpAddr,
}

/// Counts requests.
pub(super) struct Requests {
    trusted_proxies: Networks,
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    since_tidied: AtomicU32,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { connections: 10_000, connections_per_address: 5_000, requests_per_second: NonZeroU32::new(2_000) }
    }
}

impl Connections {
    pub fn new(allowance: Allowance) -> Self {
        Self { allowance, open: Arc::default() }
    }

    /// A place for a connection from `address`, if there is one.
    pub fn admit(&self, address: IpAddr) -> Option<Place> {
        let address = subscriber(address);
        let mut open = self.open();
        let here = open.by_address.get(&address).copied().unwrap_or_default();
        if open.all >= self.allowance.connections || here >= self.allowance.connections_per_address {
            return None;
        }
        open.all += 1;
        open.by_address.insert(address, here + 1);
        Some(Place { connections: self.clone(), address })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        open.all = open.all.saturating_sub(1);
        if let Entry::Occupied(mut here) = open.by_address.entry(self.address) {
            *here.get_mut() -= 1;
            if *here.get() == 0 {
                here.remove();
            }
        }
    }
}

impl Requests {
    /// `None` for no limit.
    pub fn new(allowance: Allowance, trusted_proxies: Networks) -> Option<Self> {
        let limiter = RateLimiter::keyed(Quota::per_second(allowance.requests_per_second?));
        Some(Self { trusted_proxies, limiter, since_tidied: AtomicU32::new(0) })
    }

    /// Whether whoever asks, by himself or by a proxy that is trusted, may ask once more; who may not is counted.
    pub fn admit_from(&self, peer: Peer, headers: &HeaderMap) -> bool {
        let admitted = self.admit(origin(peer, headers, &self.trusted_proxies).unwrap_or(peer.0));
        if !admitted {
            counter!("callward_refused_total", "what" => "request").increment(1);
        }
        admitted
    }

    fn admit(&self, address: IpAddr) -> bool {
        if self.since_tidied.fetch_add(1, Ordering::Relaxed) >= TIDY_EVERY {
            self.since_tidied.store(0, Ordering::Relaxed);
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(&subscriber(address)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V6(std::net::Ipv6Addr::LOCALHOST);

    #[test]
    fn an_address_has_as_many_connections_as_it_is_allowed_and_no_more() {
        let connections = Connections::new(Allowance { connections_per_address: 2, ..Allowance::default() });

        let first = connections.admit(HERE);
        let second = connections.admit(HERE);

        assert!(first.is_some() && second.is_some() && connections.admit(HERE).is_none() && connections.admit(THERE).is_some());
        drop(second);
        assert!(connections.admit(HERE).is_some());
    }

    #[test]
    fn nothing_is_remembered_of_connections_that_are_closed() {
        let connections = Connections::new(Allowance { connections: 1, ..Allowance::default() });

        let place = connections.admit(HERE);
        assert!(connections.admit(THERE).is_none());
        drop(place);

        let open = connections.open();
        assert_eq!((open.all, open.by_address.len()), (0, 0));
    }

    #[test]
    fn one_address_that_asks_too_much_leaves_the_others_alone() {
        let requests =
            Requests::new(Allowance { requests_per_second: NonZeroU32::new(3), ..Allowance::default() }, Networks::default()).unwrap();

        let admitted = (0..100).filter(|_| requests.admit(HERE)).count();

        assert!((3..20).contains(&admitted), "{admitted}");
        assert!(requests.admit(THERE));
    }

    #[test]
    fn the_addresses_of_an_ipv6_network_count_as_one() {
        let counts_as = |address: &str| subscriber(address.parse().unwrap());

        assert_eq!(counts_as("2001:db8:0:7::1"), counts_as("2001:db8:0:7:ffff:ffff:ffff:ffff"));
        assert_ne!(counts_as("2001:db8:0:7::1"), counts_as("2001:db8:0:8::1"));
        assert_eq!(counts_as("::ffff:192.0.2.7"), counts_as("192.0.2.7"));
        assert_ne!(counts_as("192.0.2.7"), counts_as("192.0.2.8"));
    }
}
