//! How long rows are kept, and how many went.

use std::time::Duration;

/// How long rows are kept that nobody needs any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Calls, counted from their end.
    pub ended_calls: Duration,
    /// Records, counted from what they tell of; and the flow versions that they name.
    pub records: Duration,
}

/// How many rows a sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Notes that had expired.
    pub notes: u64,
    /// Calls that had ended long ago.
    pub calls: u64,
    /// Records that were old.
    pub records: u64,
    /// Flow versions that nobody used or had published.
    pub versions: u64,
}
