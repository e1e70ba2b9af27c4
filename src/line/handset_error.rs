//! What can go wrong with a handset.

use crate::script::ScriptError;

/// Why a call has no ending.
#[derive(Debug, thiserror::Error)]
pub enum HandsetError {
    /// The browser could not be made.
    #[error("the browser cannot start: {0}")]
    Start(#[from] ScriptError),
    /// The caller put the handset down without a word.
    #[error("the caller is gone")]
    CallerGone,
    /// The browser waits for nothing: a fault of ours.
    #[error("the browser waits for nothing")]
    Stuck,
}
