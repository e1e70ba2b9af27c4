//! Where the rehearsed world keeps consents.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::consent::{ConsentBook, ConsentFault};
use crate::flow::ConsentStatus;

use super::moment::Moment;
use super::transcript::Consent;
use super::world::{Fault, World};

/// How long the consent service is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The consent service.
pub(super) struct RehearsedConsents {
    pub world: Arc<World>,
}

#[async_trait]
impl ConsentBook for RehearsedConsents {
    async fn read(&self, contact: &str, patience: Option<Duration>) -> Result<ConsentStatus, ConsentFault> {
        let answered = self.ask("consent read", patience)?;
        let kept = self.world.state().consents.get(contact).cloned();
        let Some(status) = answered.or(kept) else { return Ok(ConsentStatus::NoConsent) };
        ConsentStatus::named(&status)
            .ok_or_else(|| ConsentFault { why: "the consent service's answer has no status that we know".to_owned() })
    }

    async fn set(&self, contact: &str, status: ConsentStatus, patience: Option<Duration>) -> Result<(), ConsentFault> {
        if self.ask("consent set", patience)?.is_some_and(|answered| answered != status.name()) {
            return Err(ConsentFault { why: "the consent service answered with another status".to_owned() });
        }
        let consent = Consent { contact: contact.to_owned(), status: status.name().to_owned() };
        self.world.state().consents.insert(contact.to_owned(), consent.status.clone());
        self.world.note(Moment::Written(consent));
        Ok(())
    }
}

impl RehearsedConsents {
    fn ask(&self, name: &str, patience: Option<Duration>) -> Result<Option<String>, ConsentFault> {
        let patience = patience.unwrap_or(PATIENCE).min(PATIENCE);
        let answered = self.world.ask(name, patience).map(|answer| answer.map(|answer| answer.status));
        answered.map_err(|fault| ConsentFault {
            why: match fault {
                Fault::Down => "the consent service cannot be reached".to_owned(),
                Fault::TooSlow => format!("the consent service did not answer within {} ms", patience.as_millis()),
            },
        })
    }
}
