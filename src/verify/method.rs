//! A way of sending a code, whoever carries it.

use std::time::Duration;

use async_trait::async_trait;

use crate::flow::Method as MethodKind;
use crate::secret::{Digits, SecretText};

/// A message with a code in it.
#[derive(Debug, Clone)]
pub struct Message {
    /// Number or address.
    pub to: String,
    /// The sender.
    pub from: String,
    /// The subject, of mails.
    pub subject: String,
    /// The whole text, the code in it.
    pub text: SecretText,
    /// The code alone.
    pub code: Digits,
    /// How long the caller waits for it to be taken.
    pub patience: Duration,
    /// Our id of the message: one for each code.
    pub id: String,
}

/// A message that was not taken. `Display` names no number, no text and no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct SendError {
    /// What happened, in words.
    pub why: String,
}

/// One gateway. The ways of verifying are an open set: each is one file, `by_….rs`.
#[async_trait]
pub trait Method: Send + Sync {
    /// Which way it is.
    fn kind(&self) -> MethodKind;

    /// Its name in metrics and records: `sms`, `sms fallback`, ….
    fn name(&self) -> &str;

    /// Hands the message over; `Ok` is the gateway's word that it took it.
    async fn send(&self, message: &Message) -> Result<(), SendError>;
}
