//! A code by text message (G12–G17).

use async_trait::async_trait;

use crate::clients::{SmsGateway, SmsMessage};
use crate::flow::Method as MethodKind;

use super::method::{Message, Method, SendError};

/// A text message gateway.
pub struct BySms {
    name: String,
    gateway: SmsGateway,
}

impl BySms {
    /// Sends through `gateway`.
    pub fn new(name: &str, gateway: SmsGateway) -> Self {
        Self { name: name.to_owned(), gateway }
    }
}

#[async_trait]
impl Method for BySms {
    fn kind(&self) -> MethodKind {
        MethodKind::Sms
    }

    fn name(&self) -> &str {
        &self.name
    }

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let sms =
            SmsMessage { to: &message.to, from: &message.from, text: &message.text, code: Some(&message.code), message_id: &message.id };
        self.gateway.send(sms).await.map_err(|error| SendError { why: error.to_string() })
    }
}
