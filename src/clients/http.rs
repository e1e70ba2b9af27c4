//! The one HTTP client: short patience, no redirects, no proxy, small answers, and errors that name the host and nothing else.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Method, Request, RequestBuilder, StatusCode};
use rustls::RootCertStore;
use url::Url;

use super::address_guard::{self, PublicAddressesOnly};
use super::http_error::{HttpError, HttpFault, LARGEST_ANSWER};
use super::tls;

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Shorter than servers keep idle connections: a request must not meet one that is just being closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// Asks HTTP services. Clones share their connections.
#[derive(Clone)]
pub struct HttpClient {
    client: reqwest::Client,
    guarded: bool,
}

/// What a service answered, whatever its status.
pub(super) struct HttpAnswer {
    /// The status.
    pub(super) status: StatusCode,
    /// The body, at most 64 KB.
    pub(super) body: Vec<u8>,
    host: String,
}

/// A client that cannot be set up; the machine's TLS is broken.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up: {0}")]
pub struct HttpSetupError(String);

impl HttpClient {
    /// A client for URLs that the operator wrote: any address.
    pub fn new() -> Result<Self, HttpSetupError> {
        Self::trusting(tls::system_roots(), false)
    }

    /// A client for URLs that tenants entered: public addresses only, whatever their names resolve to.
    pub fn guarded() -> Result<Self, HttpSetupError> {
        Self::trusting(tls::system_roots(), true)
    }

    /// A client that trusts these authorities alone.
    pub(super) fn trusting(roots: RootCertStore, guarded: bool) -> Result<Self, HttpSetupError> {
        let tls = tls::trusting(roots).map_err(|error| HttpSetupError(error.to_string()))?;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .user_agent(concat!("callward/", env!("CARGO_PKG_VERSION")));
        if guarded {
            builder = builder.dns_resolver(Arc::new(PublicAddressesOnly));
        }
        let client = builder.build().map_err(|error| HttpSetupError(error.to_string()))?;
        Ok(Self { client, guarded })
    }

    /// A request to fill and hand to [`HttpClient::send`].
    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends within `timeout`, connecting and reading included; only a failed connection is tried a second time.
    pub(super) async fn send(&self, request: RequestBuilder, timeout: Duration) -> Result<HttpAnswer, HttpError> {
        let request = request.build().map_err(|_| HttpError { host: "the service".to_owned(), fault: HttpFault::Unsendable })?;
        let host = host(request.url());
        let answered = tokio::time::timeout(timeout, self.send_guarded(request, &host)).await;
        answered.unwrap_or(Err(HttpFault::Timeout(timeout))).map_err(|fault| HttpError { host, fault })
    }

    async fn send_guarded(&self, request: Request, host: &str) -> Result<HttpAnswer, HttpFault> {
        if self.guarded {
            address_guard::check(request.url()).map_err(|error| HttpFault::Forbidden(error.to_string()))?;
        }
        let again = request.try_clone();
        let response = match (self.client.execute(request).await, again) {
            (Err(error), Some(again)) if matches!(HttpFault::of(&error), HttpFault::Unreachable(_)) => self.client.execute(again).await,
            (first, _) => first,
        };
        read(response.map_err(|error| HttpFault::of(&error))?, host).await
    }
}

impl HttpAnswer {
    /// The body of a 2xx answer; any other status is an error.
    pub(super) fn success(self) -> Result<Vec<u8>, HttpError> {
        if self.status.is_success() {
            return Ok(self.body);
        }
        Err(HttpError { host: self.host, fault: HttpFault::Status(self.status.as_u16()) })
    }

    /// The error that this answer's status is.
    pub(super) fn into_error(self) -> HttpError {
        HttpError { host: self.host, fault: HttpFault::Status(self.status.as_u16()) }
    }
}

impl fmt::Debug for HttpAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpAnswer({} from {}, {} bytes)", self.status.as_u16(), self.host, self.body.len())
    }
}

async fn read(mut response: reqwest::Response, host: &str) -> Result<HttpAnswer, HttpFault> {
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| HttpFault::of(&error))? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(HttpFault::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(HttpAnswer { status, body, host: host.to_owned() })
}

/// Host and port, and nothing that could be a secret.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("the service");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::stand_in::{StandIn, answer};

    const PATIENCE: Duration = Duration::from_secs(5);

    async fn fetch(url: &str, timeout: Duration) -> Result<HttpAnswer, HttpError> {
        let client = HttpClient::trusting(RootCertStore::empty(), false).unwrap();
        client.send(client.request(Method::GET, url.parse().unwrap()), timeout).await
    }

    #[tokio::test]
    async fn an_answer_comes_with_its_status_and_redirects_are_not_followed() {
        let server = StandIn::answering([answer(302, "elsewhere")]).await;

        let answered = fetch(&server.url("/a?key=hush"), PATIENCE).await.unwrap();

        assert_eq!((answered.status.as_u16(), answered.body.as_slice()), (302, &b"elsewhere"[..]));
        let error = answered.success().unwrap_err();
        assert_eq!(error.fault, HttpFault::Status(302));
        assert!(!error.to_string().contains("hush"), "{error}");
    }

    #[tokio::test]
    async fn silence_runs_into_the_timeout() {
        let server = StandIn::silent().await;

        let error = fetch(&server.url("/"), Duration::from_millis(30)).await.unwrap_err();

        assert_eq!(error.fault, HttpFault::Timeout(Duration::from_millis(30)));
    }

    #[tokio::test]
    async fn a_body_that_never_ends_runs_into_the_timeout_too() {
        let server = StandIn::stalling("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").await;

        let error = fetch(&server.url("/"), Duration::from_millis(30)).await.unwrap_err();

        assert_eq!(error.fault, HttpFault::Timeout(Duration::from_millis(30)));
    }

    #[tokio::test]
    async fn a_closed_port_is_unreachable_and_named_without_the_query() {
        let url = StandIn::nobody().await;

        let error = fetch(&format!("{url}/path?key=hush"), PATIENCE).await.unwrap_err();

        assert!(matches!(&error.fault, HttpFault::Unreachable(why) if why.contains("refused")), "{error}");
        assert!(!error.to_string().contains("hush") && !format!("{error:?}").contains("hush"), "{error}");
    }

    #[tokio::test]
    async fn a_broken_answer_is_not_asked_for_twice() {
        let server = StandIn::answering(["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_owned()]).await;

        let error = fetch(&server.url("/"), PATIENCE).await.unwrap_err();

        assert_eq!(error.fault, HttpFault::BrokenOff);
        assert_eq!(server.requests().len(), 1);
    }

    #[tokio::test]
    async fn an_answer_beyond_64_kb_is_refused() {
        let server = StandIn::answering([answer(200, &"x".repeat(LARGEST_ANSWER + 1))]).await;

        assert_eq!(fetch(&server.url("/"), PATIENCE).await.unwrap_err().fault, HttpFault::TooLarge);
    }

    #[tokio::test]
    async fn a_certificate_of_an_unknown_authority_is_no_connection() {
        let (server, _) = StandIn::answering_by_tls([answer(200, "secret")]).await;

        let error = fetch(&server.url("/"), PATIENCE).await.unwrap_err();

        assert!(matches!(error.fault, HttpFault::Tls(_)), "{error}");
        assert_eq!(server.requests().len(), 0);
    }

    #[tokio::test]
    async fn a_certificate_of_a_trusted_authority_is() {
        let (server, roots) = StandIn::answering_by_tls([answer(200, "hello")]).await;
        let client = HttpClient::trusting(roots, false).unwrap();

        let answered = client.send(client.request(Method::GET, server.url("/").parse().unwrap()), PATIENCE).await.unwrap();

        assert_eq!(answered.success().unwrap(), b"hello");
    }

    #[tokio::test]
    async fn a_guarded_client_does_not_call_this_machine() {
        let server = StandIn::answering([answer(200, "secret")]).await;
        let client = HttpClient::guarded().unwrap();

        for url in [server.url("/"), server.url("/").replace("127.0.0.1", "localhost")] {
            let error = client.send(client.request(Method::GET, url.parse().unwrap()), PATIENCE).await.unwrap_err();
            assert!(matches!(error.fault, HttpFault::Forbidden(_)), "{error}");
        }
        assert_eq!(server.requests().len(), 0);
    }
}
