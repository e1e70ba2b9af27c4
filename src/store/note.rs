//! Small documents that many change at once: budgets of persons, quotas of destinations and tenants.

use jiff::Timestamp;

/// A note that has not expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Which state of the note this is; no later state has the same one, not even after the note expired and came back.
    pub version: i64,
    /// What it says.
    pub body: Vec<u8>,
    /// From this time on the note is gone.
    pub expires_at: Timestamp,
}
