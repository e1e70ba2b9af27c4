//! Why consent could not be read or set; whatever the reason, it is to be taken as no consent (requirement T8).

use std::time::Duration;

use super::access_token::AccessTokenError;
use super::consent_status::ConsentStatus;
use super::http_error::HttpError;

/// Consent that could not be read or set: to be taken as no consent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    /// No token.
    #[error("the consent service could not be asked")]
    Token(#[from] AccessTokenError),
    /// A fresh token was refused too.
    #[error("the consent service refuses our access token")]
    Unauthorized,
    /// The client lacks a scope.
    #[error("the OAuth client lacks the scope {0} (insufficient_scope)")]
    MissingScope(&'static str),
    /// 404: contacts are never unknown, so the path or the tenant is.
    #[error("the consent service knows no such path: check base_url, org and region")]
    NoSuchPath,
    /// No connection, or another status.
    #[error("the consent service failed")]
    Http(#[from] HttpError),
    /// No answer in time; what was to be set may have been.
    #[error("the consent service did not answer within {} ms", .0.as_millis())]
    Timeout(Duration),
    /// A success that is not an object with a known status.
    #[error("the consent service's answer has no status that we know")]
    Malformed,
    /// A success that says another status than the one to be set.
    #[error("the consent service answered {answered:?} when it was to set {asked:?}")]
    NotSet {
        /// What was to be set.
        asked: ConsentStatus,
        /// What the service says.
        answered: ConsentStatus,
    },
    /// An id that cannot be part of a path.
    #[error("this contact id cannot be part of an address")]
    BadContact,
}
