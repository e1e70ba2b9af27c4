//! One message in the inbox, and the code in it.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::secret::{Digits, SecretText};

/// The way a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A text message.
    Sms,
    /// A mail.
    Email,
}

/// A message as its reader has it.
#[derive(Debug, Clone)]
pub struct Message {
    /// Counts all messages of the inbox from 1.
    pub number: u64,
    /// Text message or mail.
    pub channel: Channel,
    /// Number or address of the customer.
    pub to: String,
    /// Number or address of the sender; may be empty.
    pub from: String,
    /// The subject of a mail; empty for a text message.
    pub subject: String,
    /// The words.
    pub text: SecretText,
    /// When it arrived.
    pub at: Timestamp,
}

/// A message for its reader's eyes: the JSON of the inbox. Unlike [`Message`] it shows the code.
#[derive(Serialize)]
pub struct OpenMessage {
    number: u64,
    method: Channel,
    to: String,
    from: String,
    subject: String,
    text: String,
    code: Option<String>,
    at: Timestamp,
}

impl Message {
    /// The code in it: the only run of its length among the longest runs of 4 to 10 digits.
    pub fn code(&self) -> Option<Digits> {
        let runs = self.text.expose().split(|letter: char| !letter.is_ascii_digit()).filter(|run| (4..=10).contains(&run.len()));
        let longest = runs.clone().max_by_key(|run| run.len())?;
        let alone = runs.filter(|run| run.len() == longest.len()).count() == 1;
        alone.then(|| Digits::new(longest))
    }

    /// The message as its reader sees it.
    pub fn open(&self) -> OpenMessage {
        OpenMessage {
            number: self.number,
            method: self.channel,
            to: self.to.clone(),
            from: self.from.clone(),
            subject: self.subject.clone(),
            text: self.text.expose().to_owned(),
            code: self.code().map(|code| code.expose().to_owned()),
            at: self.at,
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sms => "sms",
            Self::Email => "email",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_in(text: &str) -> Option<String> {
        let message = Message {
            number: 1,
            channel: Channel::Sms,
            to: String::new(),
            from: String::new(),
            subject: String::new(),
            text: SecretText::new(text),
            at: Timestamp::UNIX_EPOCH,
        };
        message.code().map(|code| code.expose().to_owned())
    }

    #[test]
    fn the_code_is_the_only_run_of_its_length() {
        assert_eq!(code_in("045610 is your code (number 1). It is good for 5 minutes.").as_deref(), Some("045610"));
        assert_eq!(code_in("In 2026 as ever: 045610").as_deref(), Some("045610"));
        assert_eq!(code_in("045610 or 045611"), None);
        assert_eq!(code_in("Call us."), None);
    }
}
