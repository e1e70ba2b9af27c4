//! A code by e-mail (G10, G11, G44).

use async_trait::async_trait;

use crate::clients::{EmailMessage, MailServer};
use crate::flow::Method as MethodKind;

use super::method::{Message, Method, SendError};

/// The sender where nobody has set one.
const NOBODY: &str = "no-reply@localhost.localdomain";

/// A mail server.
pub struct ByEmail {
    name: String,
    server: MailServer,
}

impl ByEmail {
    /// Sends through `server`.
    pub fn new(name: &str, server: MailServer) -> Self {
        Self { name: name.to_owned(), server }
    }
}

#[async_trait]
impl Method for ByEmail {
    fn kind(&self) -> MethodKind {
        MethodKind::Email
    }

    fn name(&self) -> &str {
        &self.name
    }

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let from = if message.from.is_empty() { NOBODY } else { &message.from };
        let mail = EmailMessage { to: &message.to, from, subject: &message.subject, text: &message.text, message_id: &message.id };
        self.server.send(mail).await.map_err(|error| SendError { why: error.to_string() })
    }
}
