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

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Ihr Code für heute: 012345";

    fn composed(from: &str, to: &str, subject: &str, message_id: &str) -> Result<String, EmailError> {
        let message = EmailMessage { to, from, subject, text: &SecretText::new(TEXT), message_id };
        let formatted = compose(message, SystemTime::UNIX_EPOCH)?.formatted();
        Ok(String::from_utf8(formatted).unwrap())
    }

    fn header_names(message: &str) -> Vec<&str> {
        let (head, _) = message.split_once("\r\n\r\n").unwrap();
        head.lines().filter(|line| !line.starts_with(' ')).filter_map(|line| line.split(':').next()).collect()
    }

    #[test]
    fn letters_beyond_ascii_are_encoded_and_the_code_stays_in_one_piece() {
        let message = composed("Bänk <no-reply@bank.example>", "ana@example.org", "Ihr Schlüssel", "m-1").unwrap();

        assert!(message.is_ascii());
        assert!(message.contains("Subject: Ihr =?utf-8?b?"), "{message}");
        assert!(message.contains("Content-Transfer-Encoding: quoted-printable"), "{message}");
        assert!(message.contains("Ihr Code f=C3=BCr heute: 012345"), "{message}");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let good = "no-reply@bank.example";

        assert_eq!(composed("Bank", "ana@example.org", "", "m-1"), Err(EmailError::BadSender));
        for to in ["", "ana", "ana@", "@example.org", "ana@example.org>", "ana@example.org\nBcc: eve@example.org", "a b@example.org"] {
            assert_eq!(composed(good, to, "", "m-1"), Err(EmailError::BadRecipient), "{to}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_of_any_field_adds_a_header(name in "[^<>]{0,20}", subject in "(.|\r|\n|: ){0,200}", id in "(.|\r|\n|>){0,20}") {
            let Ok(message) = composed(&format!("{name} <a@b.example>"), "ana@example.org", &subject, &id) else { return Ok(()) };

            let expected = [
                "Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
            ];
            let mut names = header_names(&message);
            names.retain(|name| *name != "MIME-Version");
            proptest::prop_assert_eq!(names, expected);
        }
    }
}
