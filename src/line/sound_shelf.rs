//! Sounds of our own pages, read once for all calls: their addresses say what they hold, or they never change.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use lru::LruCache;

use crate::audio::Sound;

/// Sounds that are kept.
const PLACES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(511);

/// The sounds heard last, by address.
pub struct SoundShelf(Mutex<LruCache<String, Sound>>);

impl Default for SoundShelf {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(PLACES)))
    }
}

impl SoundShelf {
    pub(super) fn find(&self, url: &str) -> Option<Sound> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(url).cloned()
    }

    pub(super) fn put(&self, url: &str, sound: &Sound) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(url.to_owned(), sound.clone());
    }
}
