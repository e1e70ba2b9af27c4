//! A mail as its reader sees it: subject and words, decoded (RFC 5322, RFC 2045).

use mail_parser::MessageParser;

use super::inbox::Delivery;
use super::message::Channel;
use super::smtp_dialogue::Mail;
use crate::secret::SecretText;

/// The mail, once for each mailbox that it goes to.
pub fn deliveries(mail: Mail) -> Vec<Delivery> {
    let parsed = MessageParser::default().parse(&mail.content);
    let subject = parsed.as_ref().and_then(|message| message.subject()).unwrap_or_default().to_owned();
    let text = parsed.as_ref().and_then(|message| message.body_text(0)).unwrap_or_default();
    let text = SecretText::new(text.trim_end());
    let delivery = |to| Delivery { channel: Channel::Email, to, from: mail.sender.clone(), subject: subject.clone(), text: text.clone() };
    mail.recipients.into_iter().map(delivery).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_and_encoded_words_are_read() {
        let content = b"Subject: =?utf-8?q?Ihr_Schl=C3=BCssel?=\r\nMIME-Version: 1.0\r\n\
            Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
            Ihr Schl=C3=BCssel ist 04=\r\n5610.\r\n";
        let mail = Mail { sender: "a@b.example".into(), recipients: vec!["ana@example.org".into()], content: content.to_vec() };

        let delivery = deliveries(mail).remove(0);

        assert_eq!(delivery.subject, "Ihr Schlüssel");
        assert_eq!(delivery.text.expose(), "Ihr Schlüssel ist 045610.");
    }
}
