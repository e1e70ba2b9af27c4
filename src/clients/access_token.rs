//! Access tokens by client credentials, kept until shortly before they end (RFC 6749 §4.4).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::{Url, form_urlencoded};

use super::http::{HttpAnswer, HttpClient};
use super::http_error::HttpError;
use super::settings::ClientAuthentication;
use crate::clock::Clock;
use crate::secret::SecretText;

/// A token is not used in its last minute: it could end on the way.
const SAFETY_SECONDS: i64 = 60;

/// One OAuth client at one token service.
pub(super) struct AccessTokens {
    pub(super) http: HttpClient,
    pub(super) url: Url,
    pub(super) client_id: String,
    pub(super) client_secret: SecretText,
    pub(super) client_auth: ClientAuthentication,
    pub(super) timeout: Duration,
    pub(super) clock: Clock,
    /// Held while a token is fetched, so that one fetch serves all who wait.
    pub(super) current: Mutex<Option<AccessToken>>,
}

/// A token and how long it may be used.
pub(super) struct AccessToken {
    text: SecretText,
    good_until: Timestamp,
}

/// No token was given out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenError {
    /// `invalid_client` or `unauthorized_client`, or status 401.
    #[error("the token service refuses the client: check client_id, client_secret and client_auth")]
    ClientRefused,
    /// `invalid_scope`.
    #[error("the token service refuses the client's scopes")]
    ScopeRefused,
    /// Timeout, no connection, or another status.
    #[error("the token service failed")]
    Http(#[source] HttpError),
    /// A success without a bearer token in it.
    #[error("the token service's answer has no bearer token")]
    Malformed,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: SecretText,
    token_type: Option<String>,
    expires_in: Option<u32>,
}

#[derive(Deserialize)]
struct RefusalAnswer {
    error: String,
}

impl AccessTokens {
    /// The current token, fetched when there is none, when it ends, or when it is the one that was `refused`.
    pub(super) async fn token(&self, refused: Option<&SecretText>) -> Result<SecretText, AccessTokenError> {
        let mut current = self.current.lock().await;
        if let Some(token) = current.as_ref().filter(|token| token.is_usable(self.clock.now(), refused)) {
            return Ok(token.text.clone());
        }
        *current = None;
        let token = self.fetch().await?;
        let text = token.text.clone();
        *current = Some(token);
        Ok(text)
    }

    async fn fetch(&self) -> Result<AccessToken, AccessTokenError> {
        let asked_at = self.clock.now();
        let answer = self.http.send(self.request(), self.timeout).await.map_err(AccessTokenError::Http)?;
        if !answer.status.is_success() {
            return Err(refusal(answer));
        }
        let answer: TokenAnswer = serde_json::from_slice(&answer.body).map_err(|_| AccessTokenError::Malformed)?;
        let is_bearer = answer.token_type.is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        let text = answer.access_token;
        if !is_bearer || text.expose().is_empty() || !text.expose().chars().all(|c| c.is_ascii_graphic()) {
            return Err(AccessTokenError::Malformed);
        }
        let seconds = answer.expires_in.map_or(0, i64::from) - SAFETY_SECONDS;
        let good_until = asked_at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(asked_at);
        Ok(AccessToken { text, good_until })
    }

    fn request(&self) -> RequestBuilder {
        let request = self.http.request(Method::POST, self.url.clone());
        let (id, secret) = (self.client_id.as_str(), self.client_secret.expose());
        match self.client_auth {
            ClientAuthentication::Basic => {
                // RFC 6749 §2.3.1: both are form-encoded before they are joined.
                let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                request.basic_auth(encode(id), Some(encode(secret))).form(&[("grant_type", "client_credentials")])
            }
            ClientAuthentication::Body => {
                request.form(&[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)])
            }
        }
    }
}

impl AccessToken {
    fn is_usable(&self, now: Timestamp, refused: Option<&SecretText>) -> bool {
        now < self.good_until && refused.is_none_or(|refused| refused.expose() != self.text.expose())
    }
}

fn refusal(answer: HttpAnswer) -> AccessTokenError {
    let named = serde_json::from_slice(&answer.body).map(|refusal: RefusalAnswer| refusal.error).unwrap_or_default();
    match (answer.status.as_u16(), named.as_str()) {
        (_, "invalid_scope") => AccessTokenError::ScopeRefused,
        (401, _) | (_, "invalid_client" | "unauthorized_client") => AccessTokenError::ClientRefused,
        _ => AccessTokenError::Http(answer.into_error()),
    }
}
