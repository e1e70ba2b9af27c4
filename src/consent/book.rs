//! Where consents are kept: the Talkdesk service of a tenant, or whatever stands in for it (T5–T8).

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::timeout;

use crate::clients::{ConsentService, ConsentStatus as ServiceStatus};
use crate::flow::ConsentStatus;

/// Reads and writes consents.
#[async_trait]
pub trait ConsentBook: Send + Sync {
    /// The contact's status; every odd answer is a fault, never a consent (T8), and so is one that comes after `patience`.
    async fn read(&self, contact: &str, patience: Option<Duration>) -> Result<ConsentStatus, ConsentFault>;

    /// Writes the contact's status, and waits as long as `patience` for the answer.
    async fn set(&self, contact: &str, status: ConsentStatus, patience: Option<Duration>) -> Result<(), ConsentFault>;
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
    async fn read(&self, contact: &str, patience: Option<Duration>) -> Result<ConsentStatus, ConsentFault> {
        let status = in_time(patience, ConsentService::read(self, contact)).await?;
        Ok(match status {
            ServiceStatus::NoConsent => ConsentStatus::NoConsent,
            ServiceStatus::Consented => ConsentStatus::Consented,
            ServiceStatus::Deleted => ConsentStatus::Deleted,
            ServiceStatus::Refused => ConsentStatus::Refused,
        })
    }

    async fn set(&self, contact: &str, status: ConsentStatus, patience: Option<Duration>) -> Result<(), ConsentFault> {
        let status = match status {
            ConsentStatus::NoConsent => ServiceStatus::NoConsent,
            ConsentStatus::Consented => ServiceStatus::Consented,
            ConsentStatus::Deleted => ServiceStatus::Deleted,
            ConsentStatus::Refused => ServiceStatus::Refused,
        };
        in_time(patience, ConsentService::set(self, contact, status)).await
    }
}

/// The answer, where it comes within `patience`; the service has a patience of its own too.
async fn in_time<T, E: Error>(patience: Option<Duration>, asked: impl Future<Output = Result<T, E>>) -> Result<T, ConsentFault> {
    let answered = match patience {
        None => asked.await,
        Some(patience) => timeout(patience, asked)
            .await
            .map_err(|_| ConsentFault { why: format!("the consent service did not answer within {} ms", patience.as_millis()) })?,
    };
    answered.map_err(|error| ConsentFault { why: error.to_string() })
}
