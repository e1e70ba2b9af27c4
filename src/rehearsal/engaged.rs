//! Whether the other side of a rehearsed call is at work: a page is being fetched, or somebody else is being called.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Counts what is under way.
pub(super) struct Engaged(Mutex<State>);

struct State {
    under_way: usize,
    free_since: Instant,
}

impl Engaged {
    /// Nothing is.
    pub fn new(now: Instant) -> Self {
        Self(Mutex::new(State { under_way: 0, free_since: now }))
    }

    /// Something begins.
    pub fn begin(&self) {
        self.state().under_way += 1;
    }

    /// Something is over.
    pub fn end(&self, now: Instant) {
        let mut state = self.state();
        state.under_way = state.under_way.saturating_sub(1);
        state.free_since = now;
    }

    /// Since when nothing is under way; `None` while something is.
    pub fn free_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.under_way == 0).then_some(state.free_since)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
