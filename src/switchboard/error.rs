//! Our own faults: whatever they are, the caller hears words.

use crate::session::Unreadable;
use crate::store::StoreError;

/// A turn that could not be served, through no fault of the caller's.
#[derive(Debug, thiserror::Error)]
pub enum SwitchboardError {
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// A row does not open.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A note in the store is not what we write.
    #[error("a note in the store is not readable")]
    Note(#[source] serde_json::Error),
    /// The turn was broken off in the middle: a mistake in this program.
    #[error("the turn was broken off: see what was printed before")]
    Panicked,
    /// The turn was taken by others again and again.
    #[error("the turn stayed busy")]
    Busy,
}
