//! Calls that this node has just served, still decrypted: their next turn needs neither the store nor the key.
//!
//! What stands here may be out of date, when another node has served the call meanwhile. Nothing comes of it: whatever is saved
//! from here is guarded by the revision, and who fails reads the store.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use rustc_hash::FxBuildHasher;

use crate::session::Live;
use crate::store::CallKey;

/// How many calls are kept; whoever was served longest ago makes room.
const MOST: NonZeroUsize = NonZeroUsize::new(2048).unwrap();

/// A call as it was saved.
pub(super) struct Served {
    /// The turn that is awaited.
    pub turn: u32,
    /// The revision of its row.
    pub revision: i64,
    /// The call.
    pub live: Arc<Live>,
}

/// The calls served last.
pub(super) struct Recent(Mutex<Calls>);

/// A key is a MAC: nobody outside chooses keys that collide.
type Calls = LruCache<CallKey, Served, FxBuildHasher>;

impl Recent {
    /// None yet.
    pub fn new() -> Self {
        Self(Mutex::new(LruCache::with_hasher(MOST, FxBuildHasher)))
    }

    /// Takes the call out, if `turn` is the one that it awaits: nobody else works on what is taken.
    pub fn take(&self, key: CallKey, turn: u32) -> Option<Served> {
        let mut calls = self.calls();
        let awaits = calls.peek(&key).is_some_and(|served| served.turn == turn);
        if awaits { calls.pop(&key) } else { None }
    }

    /// Keeps a call that was saved.
    pub fn keep(&self, key: CallKey, served: Served) {
        self.calls().put(key, served);
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
