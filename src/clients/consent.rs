//! Reads and sets a contact's consent at Talkdesk's Voice Biometrics Opt-In API, or at our own (requirements T1 to T11, AMB-15, AMB-16).

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, StatusCode};
use tokio::sync::Mutex;
use url::Url;

use super::access_token::AccessTokens;
use super::consent_error::ConsentError;
use super::consent_status::{ConsentStatus, StatusBody, parse};
use super::http::{HttpAnswer, HttpClient};
use super::http_error::HttpError;
use super::settings::ConsentSettings;
use super::settings_check::Finding;
use crate::clock::Clock;
use crate::secret::SecretText;

/// The consent service of one tenant.
pub struct ConsentService {
    http: HttpClient,
    base_url: String,
    tokens: AccessTokens,
    timeout: Duration,
}

#[derive(Clone, Copy)]
enum Operation {
    Read,
    Set(ConsentStatus),
}

impl ConsentService {
    /// The service that `settings` describe, asked within `timeout`; `Err` says what in them cannot stand.
    pub fn new(http: HttpClient, settings: &ConsentSettings, timeout: Duration, clock: Clock) -> Result<Self, Finding> {
        if let Some(finding) = settings.check().into_iter().next() {
            return Err(finding);
        }
        let missing = |field: &'static str| move || Finding::new(field, "is missing");
        let base_url = settings.base_url().ok_or_else(missing("consent.base_url"))?;
        let token_url = settings.token_url().and_then(|url| Url::parse(&url).ok()).ok_or_else(missing("consent.token_url"))?;
        let tokens = AccessTokens {
            http: http.clone(),
            url: token_url,
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            client_auth: settings.client_auth,
            timeout,
            clock,
            current: Mutex::new(None),
        };
        Ok(Self { http, base_url, tokens, timeout })
    }

    /// What `contact` has said.
    pub async fn read(&self, contact: &str) -> Result<ConsentStatus, ConsentError> {
        let answer = self.exchange(contact, Operation::Read).await?;
        parse(&answer.body).ok_or(ConsentError::Malformed)
    }

    /// Writes down what `contact` has said.
    pub async fn set(&self, contact: &str, status: ConsentStatus) -> Result<(), ConsentError> {
        let answer = self.exchange(contact, Operation::Set(status)).await?;
        if answer.body.is_empty() {
            return Ok(());
        }
        match parse(&answer.body).ok_or(ConsentError::Malformed)? {
            answered if answered == status => Ok(()),
            answered => Err(ConsentError::NotSet { asked: status, answered }),
        }
    }

    /// Asks with a token, and once more with a fresh one when it is refused; all within one timeout.
    async fn exchange(&self, contact: &str, operation: Operation) -> Result<HttpAnswer, ConsentError> {
        let url = self.url(contact)?;
        let asked = async {
            let token = self.tokens.token(None).await?;
            let first = self.ask(url.clone(), operation, &token).await?;
            if first.status != StatusCode::UNAUTHORIZED {
                return judge(first, operation);
            }
            let token = self.tokens.token(Some(&token)).await?;
            judge(self.ask(url, operation, &token).await?, operation)
        };
        tokio::time::timeout(self.timeout, asked).await.unwrap_or(Err(ConsentError::Timeout(self.timeout)))
    }

    async fn ask(&self, url: Url, operation: Operation, token: &SecretText) -> Result<HttpAnswer, HttpError> {
        let request = match operation {
            Operation::Read => self.http.request(Method::GET, url),
            Operation::Set(status) => self.http.request(Method::PUT, url).json(&StatusBody { status }),
        };
        self.http.send(request.bearer_auth(token.expose()), self.timeout).await
    }

    /// `{base}/{contact}/consent`. A path segment of dots alone would climb, however it is encoded.
    fn url(&self, contact: &str) -> Result<Url, ConsentError> {
        if matches!(contact, "" | "." | "..") {
            return Err(ConsentError::BadContact);
        }
        let contact = utf8_percent_encode(contact, NON_ALPHANUMERIC);
        Url::parse(&format!("{}/{contact}/consent", self.base_url)).map_err(|_| ConsentError::BadContact)
    }
}

impl Operation {
    fn scope(self) -> &'static str {
        match self {
            Self::Read => "voicebiometrics-consent:read",
            Self::Set(_) => "voicebiometrics-consent:write",
        }
    }
}

fn judge(answer: HttpAnswer, operation: Operation) -> Result<HttpAnswer, ConsentError> {
    match answer.status {
        StatusCode::UNAUTHORIZED => Err(ConsentError::Unauthorized),
        StatusCode::FORBIDDEN => Err(ConsentError::MissingScope(operation.scope())),
        StatusCode::NOT_FOUND => Err(ConsentError::NoSuchPath),
        status if status.is_success() => Ok(answer),
        _ => Err(ConsentError::Http(answer.into_error())),
    }
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;

    use super::*;
    use crate::clients::access_token::AccessTokenError;
    use crate::clients::stand_in::{StandIn, answer};

    const TOKEN: &str = r#"{"access_token":"t-1","token_type":"Bearer","expires_in":600}"#;

    fn clock() -> Clock {
        Clock::by_hand("2026-11-22T10:00:00Z".parse().unwrap())
    }

    fn service(api: &str, tokens: &str, more: &str, clock: Clock) -> ConsentService {
        let settings = format!(
            "base_url = '{api}/contacts/'\ntoken_url = '{tokens}/oauth/token'\nclient_id = 'callward'\nclient_secret = 'hu/sh'\n{more}"
        );
        ConsentService::new(
            HttpClient::trusting(RootCertStore::empty(), false).unwrap(),
            &toml::from_str(&settings).unwrap(),
            Duration::from_secs(5),
            clock,
        )
        .unwrap()
    }

    async fn token_service(answers: impl IntoIterator<Item = String>) -> StandIn {
        StandIn::answering(answers).await
    }

    async fn read_when_answered(answered: String) -> Result<ConsentStatus, ConsentError> {
        let (tokens, api) = (token_service([answer(200, TOKEN)]).await, StandIn::answering([answered]).await);
        service(&api.url(""), &tokens.url(""), "", clock()).read("123").await
    }

    #[tokio::test]
    async fn consent_is_read_and_set_with_one_token() {
        let tokens = token_service([answer(200, TOKEN)]).await;
        let api =
            StandIn::answering([answer(200, r#"{"status":"NO_CONSENT"}"#), answer(201, r#"{"status":"CONSENTED"}"#), answer(204, "")])
                .await;
        let service = service(&api.url(""), &tokens.url(""), "", clock());

        assert_eq!(service.read("+491701234521").await, Ok(ConsentStatus::NoConsent));
        assert_eq!(service.set("+491701234521", ConsentStatus::Consented).await, Ok(()));
        assert_eq!(service.set("a/../b?c", ConsentStatus::Refused).await, Ok(()));

        let asked = api.requests();
        assert!(asked[0].starts_with("GET /contacts/%2B491701234521/consent HTTP/1.1\r\n"), "{asked:?}");
        assert!(asked[0].contains("authorization: Bearer t-1\r\n"), "{asked:?}");
        assert!(asked[1].starts_with("PUT /contacts/") && asked[1].ends_with("\r\n\r\n{\"status\":\"CONSENTED\"}"), "{asked:?}");
        assert!(asked[2].starts_with("PUT /contacts/a%2F%2E%2E%2Fb%3Fc/consent HTTP/1.1\r\n"), "{asked:?}");
        let tokens = tokens.requests();
        assert_eq!(tokens.len(), 1);
        // callward:hu%2Fsh
        assert!(tokens[0].contains("authorization: Basic Y2FsbHdhcmQ6aHUlMkZzaA==\r\n"), "{tokens:?}");
        assert!(tokens[0].ends_with("\r\n\r\ngrant_type=client_credentials"), "{tokens:?}");
    }

    #[tokio::test]
    async fn the_secret_goes_into_the_body_where_it_is_wanted_there() {
        let (tokens, api) = (token_service([answer(200, TOKEN)]).await, StandIn::answering([answer(204, "")]).await);

        service(&api.url(""), &tokens.url(""), "client_auth = 'body'", clock()).set("1", ConsentStatus::Refused).await.unwrap();

        let asked = tokens.requests().concat();
        assert!(asked.ends_with("grant_type=client_credentials&client_id=callward&client_secret=hu%2Fsh"), "{asked}");
        assert!(!asked.contains("authorization"), "{asked}");
    }

    #[tokio::test]
    async fn a_token_is_kept_until_a_minute_before_its_end() {
        let tokens = token_service([answer(200, TOKEN)]).await;
        let api = StandIn::answering([answer(200, r#"{"status":"CONSENTED"}"#)]).await;
        let clock = clock();
        let service = service(&api.url(""), &tokens.url(""), "", clock.clone());

        service.read("1").await.unwrap();
        clock.advance(Duration::from_secs(539));
        service.read("1").await.unwrap();
        assert_eq!(tokens.requests().len(), 1);
        clock.advance(Duration::from_secs(1));
        service.read("1").await.unwrap();
        assert_eq!(tokens.requests().len(), 2);
    }

    #[tokio::test]
    async fn many_readers_at_once_fetch_one_token() {
        let tokens = token_service([answer(200, TOKEN)]).await;
        let api = StandIn::answering([answer(200, r#"{"status":"CONSENTED"}"#)]).await;
        let service = service(&api.url(""), &tokens.url(""), "", clock());

        let (first, second, third) = tokio::join!(service.read("1"), service.read("2"), service.read("3"));

        assert_eq!((first, second, third), (Ok(ConsentStatus::Consented), Ok(ConsentStatus::Consented), Ok(ConsentStatus::Consented)));
        assert_eq!(tokens.requests().len(), 1);
    }

    #[tokio::test]
    async fn a_refused_token_is_renewed_once() {
        let tokens = token_service([answer(200, TOKEN), answer(200, &TOKEN.replace("t-1", "t-2"))]).await;
        let api = StandIn::answering([answer(401, ""), answer(200, r#"{"status":"REFUSED"}"#), answer(401, "")]).await;
        let service = service(&api.url(""), &tokens.url(""), "", clock());

        assert_eq!(service.read("1").await, Ok(ConsentStatus::Refused));
        assert_eq!(service.read("1").await, Err(ConsentError::Unauthorized));

        assert!(api.requests()[1].contains("Bearer t-2\r\n"));
        assert_eq!((api.requests().len(), tokens.requests().len()), (4, 3));
    }

    #[tokio::test]
    async fn a_missing_scope_is_named_and_404_is_the_path() {
        assert_eq!(read_when_answered(answer(403, "")).await, Err(ConsentError::MissingScope("voicebiometrics-consent:read")));
        assert_eq!(read_when_answered(answer(404, r#"{"status":"CONSENTED"}"#)).await, Err(ConsentError::NoSuchPath));

        let (tokens, api) = (token_service([answer(200, TOKEN)]).await, StandIn::answering([answer(403, "")]).await);
        let set = service(&api.url(""), &tokens.url(""), "", clock()).set("1", ConsentStatus::Consented).await;
        assert_eq!(set, Err(ConsentError::MissingScope("voicebiometrics-consent:write")));
    }

    #[tokio::test]
    async fn no_odd_answer_is_a_consent() {
        let curly = answer(200, "{\"status\": “CONSENTED”}");
        assert_eq!(read_when_answered(curly).await, Err(ConsentError::Malformed));
        for answered in [answer(500, r#"{"status":"CONSENTED"}"#), answer(302, r#"{"status":"CONSENTED"}"#), String::new()] {
            assert!(matches!(read_when_answered(answered).await, Err(ConsentError::Http(_))));
        }
    }

    #[tokio::test]
    async fn a_service_that_says_another_status_has_not_set_ours() {
        let (tokens, api) =
            (token_service([answer(200, TOKEN)]).await, StandIn::answering([answer(200, r#"{"status":"CONSENTED"}"#)]).await);

        let set = service(&api.url(""), &tokens.url(""), "", clock()).set("1", ConsentStatus::Refused).await;

        assert_eq!(set, Err(ConsentError::NotSet { asked: ConsentStatus::Refused, answered: ConsentStatus::Consented }));
    }

    #[tokio::test]
    async fn silence_and_contacts_that_climb_are_errors() {
        let (tokens, api) = (token_service([answer(200, TOKEN)]).await, StandIn::silent().await);
        let mut service = service(&api.url(""), &tokens.url(""), "", clock());
        service.timeout = Duration::from_millis(100);

        assert_eq!(service.read("..").await, Err(ConsentError::BadContact));
        assert_eq!(service.read("").await, Err(ConsentError::BadContact));
        let error = service.read("1").await.unwrap_err();
        assert!(error == ConsentError::Timeout(service.timeout) || matches!(error, ConsentError::Http(_)), "{error:?}");
    }

    #[tokio::test]
    async fn a_token_service_that_gives_none_is_named() {
        let asked = async |answered: String| {
            let (tokens, api) = (token_service([answered]).await, StandIn::silent().await);
            service(&api.url(""), &tokens.url(""), "", clock()).read("1").await.unwrap_err()
        };

        assert_eq!(asked(answer(401, "")).await, ConsentError::Token(AccessTokenError::ClientRefused));
        assert_eq!(asked(answer(400, r#"{"error":"invalid_client"}"#)).await, ConsentError::Token(AccessTokenError::ClientRefused));
        assert_eq!(asked(answer(400, r#"{"error":"invalid_scope"}"#)).await, ConsentError::Token(AccessTokenError::ScopeRefused));
        assert!(matches!(asked(answer(503, "")).await, ConsentError::Token(AccessTokenError::Http(_))));
        for odd in ["{}", r#"{"access_token":""}"#, r#"{"access_token":"a b"}"#, r#"{"access_token":"a","token_type":"mac"}"#] {
            assert_eq!(asked(answer(200, odd)).await, ConsentError::Token(AccessTokenError::Malformed), "{odd}");
        }
    }
}
