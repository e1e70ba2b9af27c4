//! Addresses from which somebody has proved a password not long ago: they are no strangers (RFC 3261 §22).

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Instant;

use super::digest_server::LIFETIME;

/// More peers than know a password.
const MOST_SOURCES: usize = 10_000;

/// Until when each address counts as known: as long as a nonce is good for.
#[derive(Debug, Default)]
pub(super) struct Proven(HashMap<IpAddr, Instant>);

impl Proven {
    /// A password was proved from there.
    pub fn note(&mut self, source: IpAddr, now: Instant) {
        if self.0.len() >= MOST_SOURCES {
            self.0.retain(|_, until| *until > now);
        }
        if self.0.len() < MOST_SOURCES {
            self.0.insert(source.to_canonical(), now + LIFETIME);
        }
    }

    /// Whether one was proved from there, and the proof still counts.
    pub fn holds(&self, source: IpAddr, now: Instant) -> bool {
        self.0.get(&source.to_canonical()).is_some_and(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_freed_by_time() {
        let (mut proven, now) = (Proven::default(), Instant::now());
        let source = |number: usize| IpAddr::from((number as u128).to_be_bytes());
        (0..=MOST_SOURCES).for_each(|number| proven.note(source(number), now));

        assert!(proven.holds(source(1), now) && !proven.holds(source(MOST_SOURCES), now));
        assert!(!proven.holds(source(1), now + LIFETIME));
        proven.note(source(1), now + LIFETIME);
        assert_eq!(proven.0.len(), 1);
    }
}
