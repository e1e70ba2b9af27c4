//! Who was verified, how, and until when that counts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::flow::Method;

/// Who was verified, how, and for how long that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The identity that was verified.
    pub identity: String,
    /// How.
    pub method: Method,
    /// When.
    pub at: Timestamp,
    /// Until when it counts.
    pub until: Timestamp,
    /// Id of the authentication that did it (`authId`).
    pub auth_id: String,
}
