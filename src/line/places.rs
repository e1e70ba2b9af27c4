//! Places for connections that come in: few for each stranger, so that trusted peers always find one (RFC 3261 §26.3.2.4).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::address::subscriber;
use crate::sip::Admission;

/// Connections of all strangers together: half of the files that the HTTP door leaves free.
const MOST_OF_STRANGERS: usize = 128;
/// Connections of one stranger.
const MOST_OF_ONE: usize = 16;

/// Who has which. Cheap to clone.
#[derive(Clone)]
pub(super) struct Places {
    admission: Arc<Admission>,
    strangers: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A place; it is free again when this is dropped.
pub(super) struct Place {
    /// The stranger who has it; trusted peers need none.
    stranger: Option<(IpAddr, Places)>,
}

impl Places {
    pub fn new(admission: Admission) -> Self {
        Self { admission: Arc::new(admission), strangers: Arc::default() }
    }

    /// A place for a connection from there; `None` when there is none.
    pub fn take(&self, from: IpAddr) -> Option<Place> {
        if self.admission.trusts(from) {
            return Some(Place { stranger: None });
        }
        let source = subscriber(from);
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if strangers.values().sum::<usize>() >= MOST_OF_STRANGERS || strangers.get(&source).is_some_and(|taken| *taken >= MOST_OF_ONE) {
            return None;
        }
        *strangers.entry(source).or_default() += 1;
        Some(Place { stranger: Some((source, self.clone())) })
    }
}

impl Place {
    /// Whether a peer has it who is not trusted by address.
    pub fn is_of_stranger(&self) -> bool {
        self.stranger.is_some()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((source, places)) = &self.stranger else { return };
        let mut strangers = places.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = strangers.get_mut(source) {
            *taken -= 1;
        }
        strangers.retain(|_, taken| *taken > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places::new(Admission { trusted: vec!["192.0.2.0/24".parse().unwrap()], ..Admission::default() })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_stranger_has_few_places_and_a_trusted_peer_as_many_as_it_wants() {
        let places = places();
        let taken: Vec<Place> = (0..100).filter_map(|_| places.take(address("198.51.100.1"))).collect();

        assert_eq!(taken.len(), MOST_OF_ONE);
        assert!(taken.iter().all(Place::is_of_stranger));
        assert!(places.take(address("198.51.100.2")).is_some());
        assert_eq!((0..1000).filter_map(|_| places.take(address("192.0.2.1"))).count(), 1000);
        drop(taken);
        assert!(places.take(address("198.51.100.1")).is_some());
    }

    #[test]
    fn all_strangers_together_leave_room() {
        let places = places();

        let taken: Vec<Place> = (0..=u8::MAX).filter_map(|host| places.take(IpAddr::from([198, 51, 100, host]))).collect();

        assert_eq!(taken.len(), MOST_OF_STRANGERS);
        assert!(places.take(address("::ffff:192.0.2.1")).is_some());
        drop(taken);
        assert!(places.strangers.lock().unwrap().is_empty());
    }
}
