//! The customer's own web services: who can be reached how, and codes of their making (G22–G28).

use async_trait::async_trait;

use crate::clients::{ContactMethod, ServiceAnswer, ServiceCall, ServiceError, ServiceStatus, VerifiedContacts, WebServices};
use crate::secret::Digits;

/// The services of one tenant, for production calls or for test calls.
#[async_trait]
pub trait CustomerServices: Send + Sync {
    /// Asks for the customer's contact methods.
    async fn check_verified_contact_methods(&self, call: ServiceCall<'_>) -> Result<(ServiceStatus, VerifiedContacts), ServiceError>;

    /// Whether there is a service that sends codes; without one there is nothing to send (AMB-5).
    fn sends_codes(&self) -> bool;

    /// Has a code sent by the method that the caller chose.
    async fn send_authentication_code(&self, call: ServiceCall<'_>, method: ContactMethod) -> Result<ServiceStatus, ServiceError>;

    /// Has a code checked that the caller entered.
    async fn code_authentication(&self, call: ServiceCall<'_>, code: &Digits) -> Result<ServiceStatus, ServiceError>;

    /// Asks a service that a flow names, at `url`, with the flow's own fields beside the usual ones.
    async fn call(&self, url: &str, call: ServiceCall<'_>, fields: &[(&str, &str)]) -> Result<ServiceAnswer, ServiceError>;
}

#[async_trait]
impl CustomerServices for WebServices {
    async fn check_verified_contact_methods(&self, call: ServiceCall<'_>) -> Result<(ServiceStatus, VerifiedContacts), ServiceError> {
        WebServices::check_verified_contact_methods(self, call).await
    }

    fn sends_codes(&self) -> bool {
        WebServices::sends_codes(self)
    }

    async fn send_authentication_code(&self, call: ServiceCall<'_>, method: ContactMethod) -> Result<ServiceStatus, ServiceError> {
        WebServices::send_authentication_code(self, call, method).await
    }

    async fn code_authentication(&self, call: ServiceCall<'_>, code: &Digits) -> Result<ServiceStatus, ServiceError> {
        WebServices::code_authentication(self, call, code).await
    }

    async fn call(&self, url: &str, call: ServiceCall<'_>, fields: &[(&str, &str)]) -> Result<ServiceAnswer, ServiceError> {
        WebServices::call(self, url, call, fields).await
    }
}
