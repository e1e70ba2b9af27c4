//! Records of what came of authentications, for agents and auditors.

use jiff::Timestamp;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id; a record saved again under the same id replaces the first.
    pub id: String,
    /// Whose it is.
    pub tenant: String,
    /// The call it belongs to.
    pub call_id: String,
    /// When it happened, in whole milliseconds.
    pub at: Timestamp,
    /// What happened, as JSON without secrets.
    pub body: String,
}
