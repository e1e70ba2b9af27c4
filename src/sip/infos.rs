//! The INFO requests of a call that are to be sent (RFC 6086).

use std::collections::VecDeque;

use crate::secret::SecretText;

/// One is under way at most.
#[derive(Debug, Default)]
pub(super) struct Infos {
    /// Media types and bodies.
    pub waiting: VecDeque<(String, SecretText)>,
    pub is_under_way: bool,
}
