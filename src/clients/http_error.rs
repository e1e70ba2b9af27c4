//! What can go wrong between us and an HTTP service, in words that name the host and nothing else.

use std::error::Error;
use std::time::Duration;

use super::address_guard::GuardError;

/// Largest answer that is read, in bytes.
pub(super) const LARGEST_ANSWER: usize = 64 << 10;

/// A service that could not be asked, or did not answer as it has to. Never shows path, query, headers or bodies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host} {fault}")]
pub struct HttpError {
    /// Host and port that were asked.
    pub host: String,
    /// What happened.
    pub fault: HttpFault,
}

/// What can happen to a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpFault {
    /// No whole answer in time; what the service did is unknown.
    #[error("did not answer within {} ms", .0.as_millis())]
    Timeout(Duration),
    /// No connection; the service was not asked.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// No TLS connection; the service was not asked.
    #[error("cannot be trusted: {0}")]
    Tls(String),
    /// The connection broke off; what the service did is unknown.
    #[error("broke off the connection")]
    BrokenOff,
    /// More than 64 KB.
    #[error("answered with more than {LARGEST_ANSWER} bytes")]
    TooLarge,
    /// Not a 2xx status.
    #[error("answered with status {0}")]
    Status(u16),
    /// An address that tenants may not have called; the service was not asked.
    #[error("must not be called: {0}")]
    Forbidden(String),
    /// The request cannot be put into HTTP; the service was not asked.
    #[error("was not asked: the request cannot be written")]
    Unsendable,
}

impl HttpFault {
    /// What `error` means. Its words would carry the whole URL, so none of them are kept but the deepest.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        if let Some(error) = cause(error) {
            return Self::Tls(rustls::Error::to_string(error));
        }
        if let Some(error) = cause(error) {
            return Self::Forbidden(GuardError::to_string(error));
        }
        match error.is_connect() {
            true => Self::Unreachable(causes(error).last().map_or_else(|| "no connection".to_owned(), ToString::to_string)),
            false => Self::BrokenOff,
        }
    }
}

/// The first error of type `E` that lies beneath `error`.
pub(super) fn cause<E: Error + 'static>(error: &dyn Error) -> Option<&E> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// What lies beneath `error`, from the top down.
fn causes(error: &dyn Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| next_cause(*cause))
}

/// An I/O error's own `source` skips the error that it carries.
fn next_cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref()) {
        Some(carried) => Some(carried),
        None => error.source(),
    }
}
