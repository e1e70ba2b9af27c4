//! Message gateways of the rehearsed world: what they take arrives at once.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::flow::Method as MethodKind;
use crate::verify::{Message, Method, SendError};

use super::moment::Moment;
use super::world::{Fault, World};

/// How long a gateway is waited for (`SMS.Timeout`).
const PATIENCE: Duration = Duration::from_secs(5);

/// The gateways that every tenant has.
pub(super) const GATEWAYS: [(&str, MethodKind); 2] = [("sms gateway", MethodKind::Sms), ("email gateway", MethodKind::Email)];
/// Second gateways: a tenant has them once a line gives them.
pub(super) const FALLBACKS: [(&str, MethodKind); 2] = [("sms fallback", MethodKind::Sms), ("email fallback", MethodKind::Email)];

/// A gateway for one kind of message.
pub(super) struct RehearsedGateway {
    pub name: &'static str,
    pub kind: MethodKind,
    pub world: Arc<World>,
}

#[async_trait]
impl Method for RehearsedGateway {
    fn kind(&self) -> MethodKind {
        self.kind
    }

    fn name(&self) -> &str {
        self.name
    }

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let patience = message.patience.min(PATIENCE);
        let why = match self.world.ask(self.name(), patience) {
            Ok(None) if self.world.loses(self.name) => {
                self.world.lose(&message.id);
                return Ok(());
            }
            Ok(answer) if answer.as_ref().is_none_or(|answer| answer.status == "success") => {
                self.world.state().codes.push(message.code.clone());
                let text = message.text.expose().to_owned();
                self.world.note(Moment::Received { method: self.kind, to: address(self.kind, &message.to), text });
                return Ok(());
            }
            Ok(refused) => format!("answered {:?}", refused.unwrap_or_default().status),
            Err(Fault::Down) => "cannot be reached".to_owned(),
            Err(Fault::TooSlow) => format!("did not answer within {} ms", patience.as_millis()),
        };
        Err(SendError { why })
    }
}

/// As people write it: numbers begin with `+`.
pub(super) fn address(kind: MethodKind, to: &str) -> String {
    match kind {
        MethodKind::Sms if !to.starts_with('+') => format!("+{to}"),
        MethodKind::Sms | MethodKind::Email | MethodKind::Authenticator => to.to_owned(),
    }
}
