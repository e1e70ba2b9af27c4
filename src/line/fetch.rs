//! Fetches what the browser asks for, over HTTP: redirects, sizes, cookies of the call, copies and forbidden addresses (VoiceXML 2.0 §6.1).

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{HeaderValue, StatusCode};
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION};
use reqwest::{Client, Response};
use url::Url;

use super::address_guard::{AddressGuard, OuterNames};
use super::cookies::Cookies;
use super::http_cache::HttpCache;
use super::shared_copies::SharedCopies;
use crate::browser::{Fetch, FetchFailure, Method, Resource};
use crate::clock::Clock;

/// Redirects that one fetch follows.
const MOST_REDIRECTS: u32 = 10;
/// Bytes that one fetch brings.
const MOST_BYTES: usize = 4 << 20;

/// Brings what a browser asks for: over HTTP, or from a router in the same process.
pub trait Fetching: Send {
    /// Does one request.
    fn fetch(&mut self, request: &Fetch) -> impl Future<Output = Result<Resource, FetchFailure>> + Send;
}

/// The HTTP client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made: {0}")]
pub struct HttpSetUpError(#[from] reqwest::Error);

/// HTTP clients that many calls can share, and what they share. Cheap to clone.
#[derive(Clone)]
pub struct HttpClients {
    /// For addresses that are trusted.
    trusting: Shared,
    /// For all others: names that lead inside are not resolved.
    guarded: Shared,
}

#[derive(Clone)]
struct Shared {
    client: Client,
    copies: SharedCopies,
}

impl HttpClients {
    /// Clients that follow no redirect and use no proxy by themselves.
    pub fn new() -> Result<Self, HttpSetUpError> {
        // A second call finds the provider installed; that is what it wants.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = || Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().user_agent("callward");
        let shared = |client| Shared { client, copies: SharedCopies::default() };
        Ok(Self { trusting: shared(client().build()?), guarded: shared(client().dns_resolver(Arc::new(OuterNames)).build()?) })
    }
}

/// Fetches over HTTP for one call: cookies and copies are the call's own, and its fetches do not wait for each other.
pub struct HttpFetcher {
    clients: HttpClients,
    guard: AddressGuard,
    cookies: Cookies,
    cache: Mutex<HttpCache>,
    clock: Clock,
}

impl HttpFetcher {
    /// A fetcher without cookies or copies, and with clients of its own.
    pub fn new(guard: AddressGuard, clock: Clock) -> Result<Self, HttpSetUpError> {
        Ok(Self::with(HttpClients::new()?, guard, clock))
    }

    /// A fetcher without cookies or copies that uses `clients`.
    pub fn with(clients: HttpClients, guard: AddressGuard, clock: Clock) -> Self {
        Self { clients, guard, cookies: Cookies::default(), cache: Mutex::default(), clock }
    }

    /// Does one request, in the time that it gives.
    pub(super) async fn bring(&self, request: &Fetch) -> Result<Resource, FetchFailure> {
        tokio::time::timeout(request.timeout, self.follow(request)).await.unwrap_or(Err(FetchFailure::TimedOut))
    }

    async fn follow(&self, request: &Fetch) -> Result<Resource, FetchFailure> {
        let mut hop = Hop { url: request.url.clone(), method: request.method, body: request.body.clone() };
        for _ in 0..=MOST_REDIRECTS {
            match self.ask(request, &hop).await? {
                Answer::Resource(resource) => return Ok(resource),
                Answer::Elsewhere(next) => hop = next,
            }
        }
        Err(FetchFailure::Failed(format!("more than {MOST_REDIRECTS} redirects")))
    }

    async fn ask(&self, request: &Fetch, hop: &Hop) -> Result<Answer, FetchFailure> {
        if let Some(refusal) = self.guard.refusal(&hop.url) {
            return Err(FetchFailure::Refused(refusal));
        }
        let is_anyones = self.is_anyones(hop);
        if let Some(resource) = self.at_hand(request, hop, is_anyones) {
            return Ok(Answer::Resource(resource));
        }
        // What waits for a server is large, and every call would carry it.
        Box::pin(self.exchange(hop, is_anyones)).await
    }

    /// Whether the answer may be used for other calls too: with cookies, another page may be meant.
    fn is_anyones(&self, hop: &Hop) -> bool {
        hop.method == Method::Get && self.cookies.of(&hop.url).is_none()
    }

    /// A copy that needs no question to its server.
    fn at_hand(&self, request: &Fetch, hop: &Hop, is_anyones: bool) -> Option<Resource> {
        if hop.method != Method::Get {
            return None;
        }
        let now = self.clock.now();
        let shared = || self.shared(&hop.url).copies.usable(&hop.url, request, now);
        self.copies().usable(&hop.url, request, now).or_else(|| is_anyones.then(shared).flatten())
    }

    /// Asks the server.
    async fn exchange(&self, hop: &Hop, is_anyones: bool) -> Result<Answer, FetchFailure> {
        let response = self.send(hop).await?;
        self.cookies.take(&hop.url, response.headers());
        let (status, headers) = (response.status(), response.headers().clone());
        if status == StatusCode::NOT_MODIFIED
            && let Some(resource) = self.copies().refresh(&hop.url, &headers, self.clock.now())
        {
            return Ok(Answer::Resource(resource));
        }
        if let Some(next) = hop.redirected(status, &headers)? {
            return Ok(Answer::Elsewhere(next));
        }
        if !status.is_success() {
            return Err(FetchFailure::Status(status.as_u16()));
        }
        let resource = Resource { url: hop.url.clone(), media_type: media_type(&headers), body: body_of(response).await? };
        match hop.method {
            Method::Get => self.copies().store(&hop.url, &resource, &headers, self.clock.now()),
            Method::Post => {
                self.copies().forget(&hop.url);
                self.shared(&hop.url).copies.forget(&hop.url);
            }
        }
        if is_anyones {
            self.shared(&hop.url).copies.store(&hop.url, &resource, &headers, self.clock.now());
        }
        Ok(Answer::Resource(resource))
    }

    /// What this call shares with others that may go where it may.
    fn shared(&self, url: &Url) -> &Shared {
        if self.guard.is_trusted(url) { &self.clients.trusting } else { &self.clients.guarded }
    }

    async fn send(&self, hop: &Hop) -> Result<Response, FetchFailure> {
        let client = &self.shared(&hop.url).client;
        let mut request = match hop.method {
            Method::Get => client.get(hop.url.clone()),
            Method::Post => client.post(hop.url.clone()),
        };
        if let Some(cookies) = self.cookies.of(&hop.url) {
            request = request.header(COOKIE, cookies);
        }
        if let Some((media_type, body)) = &hop.body {
            request = request.header(CONTENT_TYPE, media_type).body(body.clone());
        } else {
            let (etag, last_modified) = self.copies().copy(&hop.url).map(|copy| (copy.etag.clone(), copy.last_modified.clone())).unzip();
            for (name, value) in [(IF_NONE_MATCH, etag), (IF_MODIFIED_SINCE, last_modified)] {
                request = value.flatten().into_iter().fold(request, |request, value| request.header(&name, value));
            }
        }
        request.send().await.map_err(failed)
    }

    /// The call's own copies, for a moment: nobody waits for a server with them in hand.
    fn copies(&self) -> MutexGuard<'_, HttpCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fetching for HttpFetcher {
    async fn fetch(&mut self, request: &Fetch) -> Result<Resource, FetchFailure> {
        self.bring(request).await
    }
}

/// One request on the way to a resource.
struct Hop {
    url: Url,
    method: Method,
    body: Option<(String, Vec<u8>)>,
}

enum Answer {
    Resource(Resource),
    Elsewhere(Hop),
}

impl Hop {
    /// Where an answer sends us: 307 and 308 repeat the request, the others ask with GET (RFC 9110 §15.4).
    fn redirected(&self, status: StatusCode, headers: &HeaderMap) -> Result<Option<Hop>, FetchFailure> {
        let repeats = match status.as_u16() {
            301..=303 => false,
            307 | 308 => true,
            _ => return Ok(None),
        };
        let location = headers.get(LOCATION).and_then(|value: &HeaderValue| value.to_str().ok());
        let Some(location) = location else {
            return Err(FetchFailure::Failed("a redirect says not where to".to_owned()));
        };
        let mut url = self.url.join(location).map_err(|error| FetchFailure::Failed(format!("a redirect to {location:?}: {error}")))?;
        url.set_fragment(None);
        Ok(Some(match repeats {
            true => Hop { url, method: self.method, body: self.body.clone() },
            false => Hop { url, method: Method::Get, body: None },
        }))
    }
}

async fn body_of(mut response: Response) -> Result<Vec<u8>, FetchFailure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(FetchFailure::Failed(format!("the answer has more than {MOST_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(|value| value.trim().to_ascii_lowercase())
}

/// The words of the innermost cause, without the address, which may hold a caller's secrets.
fn failed(error: reqwest::Error) -> FetchFailure {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        words = inner.to_string();
        cause = inner.source();
    }
    FetchFailure::Failed(words)
}
