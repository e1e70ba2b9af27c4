//! Wakes those who wait for a call to be saved.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustc_hash::FxHashMap;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::call::CallRow;
use super::error::StoreError;
use super::keys::CallKey;
use super::surface::Store;

/// How often a waiter looks by itself, for saves that another node made.
const LOOK: Duration = Duration::from_secs(1);

/// The bells of all calls that somebody waits for.
#[derive(Debug, Default)]
pub(super) struct Changes(Mutex<FxHashMap<CallKey, Arc<Notify>>>);

/// A place at a call's bell; the bell goes with the last of them.
struct Waiting<'a> {
    changes: &'a Changes,
    key: CallKey,
    bell: Arc<Notify>,
}

impl Changes {
    /// Rings the bell of a call that was saved.
    pub(super) fn ring(&self, key: CallKey) {
        if let Some(bell) = self.bells().get(&key) {
            bell.notify_waiters();
        }
    }

    /// Rings every bell: nobody knows which calls were saved.
    pub(super) fn ring_all(&self) {
        self.bells().values().for_each(|bell| bell.notify_waiters());
    }

    /// What [`Store::changed`] promises, for any store that rings.
    pub(super) async fn wait(
        &self,
        store: &dyn Store,
        key: CallKey,
        revision: i64,
        at_most: Duration,
    ) -> Result<Option<CallRow>, StoreError> {
        let deadline = Instant::now() + at_most;
        let waiting = self.enter(key);
        loop {
            let mut ring = pin!(waiting.bell.notified());
            ring.as_mut().enable();
            let call = store.call(key).await?;
            let looked_at = Instant::now();
            if looked_at >= deadline || call.as_ref().is_none_or(|call| call.revision != revision) {
                return Ok(call);
            }
            // Rung or not, the next look tells.
            let _ = timeout_at(deadline.min(looked_at + LOOK), ring).await;
        }
    }

    fn enter(&self, key: CallKey) -> Waiting<'_> {
        let bell = Arc::clone(self.bells().entry(key).or_default());
        Waiting { changes: self, key, bell }
    }

    fn bells(&self) -> MutexGuard<'_, FxHashMap<CallKey, Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut bells = self.changes.bells();
        let only_the_map_and_we = Arc::strong_count(&self.bell) == 2;
        if only_the_map_and_we {
            bells.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bell_is_gone_when_the_last_waiter_left() {
        let changes = Changes::default();
        let key = CallKey([1; 32]);

        let (first, second) = (changes.enter(key), changes.enter(key));
        drop(first);
        assert_eq!(changes.bells().len(), 1);

        drop(second);
        assert!(changes.bells().is_empty());
    }
}
