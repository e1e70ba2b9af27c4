//! What the user agent turns away by itself, counted until somebody asks.

use std::collections::BTreeMap;

/// Calls that were never told to the application, and requests that nobody looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many invitations were refused with each status.
    pub refused: BTreeMap<u16, u64>,
    /// Requests of strangers beyond their measure.
    pub unheard: u64,
}

impl Tally {
    /// One more invitation was refused.
    pub(super) fn refuse(&mut self, status: u16) {
        *self.refused.entry(status).or_default() += 1;
    }
}
