//! The platform's own grammars, laid out once for all calls.

use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use lru::LruCache;

use super::automaton::Automaton;
use super::error::GrammarError;
use super::library::Library;
use super::source::Grammar;

/// Grammars that are kept: pages choose their parameters, and few are in use.
const PLACES: NonZeroUsize = NonZeroUsize::new(64).unwrap();
/// A longer address is nobody's habit and not kept.
const LONGEST: usize = 200;

static SHELF: LazyLock<Mutex<LruCache<String, Arc<Automaton>>>> = LazyLock::new(|| Mutex::new(LruCache::new(PLACES)));

impl Automaton {
    /// The automaton of a grammar of the platform's own, like `builtin:dtmf/digits?length=4`.
    ///
    /// # Errors
    /// When there is none of that name, or its parameters make no sense.
    pub fn builtin(uri: &str) -> Result<Arc<Self>, GrammarError> {
        if let Some(kept) = SHELF.lock().unwrap_or_else(PoisonError::into_inner).get(uri) {
            return Ok(Arc::clone(kept));
        }
        let made = Arc::new(Grammar::builtin(uri)?.link(&Library::default())?);
        if uri.len() <= LONGEST {
            SHELF.lock().unwrap_or_else(PoisonError::into_inner).put(uri.to_owned(), Arc::clone(&made));
        }
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_address_gives_the_same_automaton() {
        let made = Automaton::builtin("builtin:dtmf/digits?length=4").unwrap();

        assert!(Arc::ptr_eq(&made, &Automaton::builtin("builtin:dtmf/digits?length=4").unwrap()));
        assert!(!Arc::ptr_eq(&made, &Automaton::builtin("builtin:dtmf/digits?length=5").unwrap()));
        assert!(Automaton::builtin("builtin:dtmf/digits?length=x").is_err());
    }
}
