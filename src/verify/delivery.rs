//! Codes on their way: what was sent, what is still good, what a wrong entry leads to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::flow::Method;

use super::code::CodeHash;

/// The code under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Which code of the call it is.
    pub number: u8,
    /// How it was sent.
    pub method: Method,
    /// Its hash; `None` when the customer's systems made it.
    pub hash: Option<CodeHash>,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// How often it was checked.
    pub checks: u8,
    /// Our id of the message that bore it.
    pub message_id: String,
    /// The gateway has said that the message did not arrive.
    pub undelivered: bool,
}

/// What was sent by one method.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliveries {
    /// Deliveries that were taken.
    pub taken: u8,
    /// Deliveries that failed.
    pub failed: u8,
    /// When the last one was taken.
    pub last: Option<Timestamp>,
}

/// The state of a code when it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeState {
    /// It can be compared.
    Alive,
    /// There is none, or it is too old.
    Expired,
    /// Its checks are used up.
    UsedUp,
}

/// What a wrong entry leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterWrong {
    /// It may be tried again.
    TryAgain,
    /// The checks of this code are used up.
    ChecksExceeded,
    /// The rounds of an authenticator are used up (AMB-6).
    SendsExceeded,
}
