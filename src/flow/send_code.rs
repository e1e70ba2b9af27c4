//! `send_code`: a code to the method chosen; it kills the one before it.

use super::effect::Effect;
use super::reaching::Reaching;
use super::reading::{Fields, Located, Reading};
use super::stage::{Filling, Next, Stage};

/// A step that sends a code.
#[derive(Debug, Clone)]
pub struct SendCode {
    /// The family of messages: `message` means `message.sms` and `message.email`.
    pub message: Located,
    /// What callers hear meanwhile, and how long it may take.
    pub reaching: Reaching,
}

impl SendCode {
    pub(super) const OUTCOMES: &'static [&'static str] = &[
        "sent",
        "not_needed",
        "delivery_failed",
        "not_found",
        "too_soon",
        "sends_exceeded",
        "send_limited",
        "locked",
        "service_error",
        "service_path",
    ];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let reaching = Reaching::read(fields, reading);
        Some(Self { message: fields.need_text("message", reading)?, reaching })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let Some(method) = stage.frame.method else { return Next::Outcome("service_error") };
        let id = format!("{}.{}", self.message.text, method.name());
        let filling = Filling { message: true, ..Filling::default() };
        let message = stage.wordings(&id, &filling).into_iter().next().map(|words| words.pieces).unwrap_or_default();
        Next::Perform(Effect::SendCode { method, message, by_key: stage.frame.by_key })
    }
}
