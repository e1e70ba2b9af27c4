//! Where consents are kept: the Talkdesk service of a tenant, or whatever stands in for it (T5–T8).

use async_trait::async_trait;

use crate::clients::{ConsentService, ConsentStatus as ServiceStatus};
use crate::flow::ConsentStatus;

/// Reads and writes consents.
#[async_trait]
pub trait ConsentBook: Send + Sync {
    /// The contact's status; every odd answer is a fault, never a consent (T8).
    async fn read(&self, contact: &str) -> Result<ConsentStatus, ConsentFault>;

    /// Writes the contact's status.
    async fn set(&self, contact: &str, status: ConsentStatus) -> Result<(), ConsentFault>;
}

/// The consent service failed. `Display` names no contact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct ConsentFault {
    /// What happened, in words.
    pub why: String,
}

#[async_trait]
impl ConsentBook for ConsentService {
    async fn read(&self, contact: &str) -> Result<ConsentStatus, ConsentFault> {
        let status = ConsentService::read(self, contact).await.map_err(|error| ConsentFault { why: error.to_string() })?;
        Ok(match status {
            ServiceStatus::NoConsent => ConsentStatus::NoConsent,
            ServiceStatus::Consented => ConsentStatus::Consented,
            ServiceStatus::Deleted => ConsentStatus::Deleted,
            ServiceStatus::Refused => ConsentStatus::Refused,
        })
    }

    async fn set(&self, contact: &str, status: ConsentStatus) -> Result<(), ConsentFault> {
        let status = match status {
            ConsentStatus::NoConsent => ServiceStatus::NoConsent,
            ConsentStatus::Consented => ServiceStatus::Consented,
            ConsentStatus::Deleted => ServiceStatus::Deleted,
            ConsentStatus::Refused => ServiceStatus::Refused,
        };
        ConsentService::set(self, contact, status).await.map_err(|error| ConsentFault { why: error.to_string() })
    }
}
