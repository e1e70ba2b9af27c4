//! How often one address may ask: a bucket of tokens for each, and a bound on how many are kept.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::address::subscriber;

/// How many may come, and how many addresses are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateSettings {
    /// How many may come at once.
    pub burst: u32,
    /// How long it takes until one more may come.
    pub one_each: Duration,
    /// How many addresses are remembered.
    pub most_sources: usize,
}

/// Counts requests by source. IPv6 is counted by the network of a customer (/64), in which addresses are free of charge.
#[derive(Debug)]
pub struct RateLimit {
    settings: RateSettings,
    /// When each source's bucket is full again.
    full_at: HashMap<IpAddr, Instant>,
}

impl RateLimit {
    /// Of nobody yet.
    pub fn new(settings: RateSettings) -> Self {
        Self { settings, full_at: HashMap::new() }
    }

    /// Whether one more may come from `source`; it is counted when it may. When more addresses ask than are remembered, new
    /// ones are refused until others have rested: who forges addresses does not get others forgotten.
    pub fn admit(&mut self, source: IpAddr, now: Instant) -> bool {
        let subscriber = subscriber(source);
        if !self.full_at.contains_key(&subscriber) && !self.has_room(now) {
            return false;
        }
        let full_at = self.full_at.entry(subscriber).or_insert(now);
        let RateSettings { burst, one_each, .. } = self.settings;
        let after = full_at.saturating_duration_since(now).saturating_add(one_each);
        let Some(next) = now.checked_add(after).filter(|_| after <= one_each.saturating_mul(burst)) else { return false };
        *full_at = next;
        true
    }

    /// Forgets who has rested long enough, when it is time.
    fn has_room(&mut self, now: Instant) -> bool {
        if self.full_at.len() >= self.settings.most_sources {
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        self.full_at.len() < self.settings.most_sources
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limit(most_sources: usize) -> (RateLimit, Instant) {
        (RateLimit::new(RateSettings { burst: 3, one_each: SECOND, most_sources }), Instant::now())
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_burst_is_let_in_and_then_one_at_a_time() {
        let (mut limit, now) = limit(10);
        let one = address("192.0.2.1");

        assert_eq!([now; 4].map(|now| limit.admit(one, now)), [true, true, true, false]);
        assert!(limit.admit(address("192.0.2.2"), now));
        assert_eq!([now + SECOND; 2].map(|now| limit.admit(one, now)), [true, false]);
        assert_eq!([now + 60 * SECOND; 4].map(|now| limit.admit(one, now)), [true, true, true, false]);
    }

    #[test]
    fn a_network_of_ipv6_is_one_source_and_a_mapped_address_is_ipv4() {
        let (mut limit, now) = limit(10);
        for source in ["2001:db8::1", "2001:db8::2", "2001:db8::3"] {
            assert!(limit.admit(address(source), now));
        }

        assert!(!limit.admit(address("2001:db8::4"), now));
        assert!(limit.admit(address("2001:db8:0:1::4"), now));
        assert_eq!(subscriber(address("::ffff:192.0.2.1")), address("192.0.2.1"));
    }

    #[test]
    fn memory_is_bounded_and_freed_by_rest() {
        let (mut limit, now) = limit(2);
        assert!(limit.admit(address("192.0.2.1"), now) && limit.admit(address("192.0.2.2"), now));

        assert!(!limit.admit(address("192.0.2.3"), now));
        assert!(limit.admit(address("192.0.2.1"), now));
        assert!(limit.admit(address("192.0.2.3"), now + 3 * SECOND));
        assert_eq!(limit.full_at.len(), 1);
    }
}
