//! One e-mail as it goes over the wire, with nothing in it that could pose as another header (RFC 5322, RFC 3834).

use std::time::SystemTime;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};

use super::email_error::EmailError;
use crate::secret::SecretText;

/// One message: plain text, one recipient.
#[derive(Clone, Copy)]
pub struct EmailMessage<'a> {
    /// The recipient's address.
    pub to: &'a str,
    /// The sender, with or without a name: `Example Bank <no-reply@example.org>`.
    pub from: &'a str,
    /// The subject.
    pub subject: &'a str,
    /// The whole text.
    pub text: &'a SecretText,
    /// Our own id of the message; the Message-ID is made of it.
    pub message_id: &'a str,
}

/// The message with all its headers.
pub(super) fn compose(message: EmailMessage<'_>, date: SystemTime) -> Result<Message, EmailError> {
    let from = parse_mailbox(message.from).ok_or(EmailError::BadSender)?;
    let to = parse_mailbox(message.to).ok_or(EmailError::BadRecipient)?;
    let id: String = message.message_id.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
    let composed = Message::builder()
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .date(date)
        .from(from)
        .to(to)
        .subject(message.subject.replace(char::is_control, " "))
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
        .header(ContentType::TEXT_PLAIN)
        .body(message.text.expose().to_owned());
    composed.map_err(|_| EmailError::BadRecipient)
}

/// An address, with or without a name; none with a line break or other control character in it.
fn parse_mailbox(written: &str) -> Option<Mailbox> {
    if written.contains(char::is_control) {
        return None;
    }
    written.trim().parse().ok()
}
