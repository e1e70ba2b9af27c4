//! The browser's fetching against a real HTTP server on loopback: redirects, cookies, copies, sizes, forbidden addresses.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use callward::browser::{Fetch, FetchFailure, Method, Resource};
use callward::clock::Clock;
use callward::line::{AddressGuard, Fetching, HttpFetcher};
use url::Url;

#[tokio::test]
async fn redirects_are_followed_and_cookies_come_back() {
    let mut bench = Bench::start().await;

    let resource = bench.get("/login").await.unwrap();

    assert_eq!(resource.url.path(), "/whoami");
    assert_eq!(resource.body, b"GET user=7");
}

#[tokio::test]
async fn a_redirect_that_repeats_the_request_keeps_its_body() {
    let mut bench = Bench::start().await;

    let resource = bench.post("/moved", b"a=1").await.unwrap();

    assert_eq!(resource.body, b"POST a=1");
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let mut bench = Bench::start().await;

    assert_eq!(bench.get("/circle").await.unwrap_err(), FetchFailure::Failed("more than 10 redirects".to_owned()));
}

#[tokio::test]
async fn a_fresh_copy_is_used_and_a_stale_one_is_asked_about() {
    let mut bench = Bench::start().await;

    for (advance, asked) in [(0, 1), (59, 1), (2, 2), (1, 2)] {
        bench.clock.advance(Duration::from_secs(advance));
        assert_eq!(bench.get("/cached").await.unwrap().body, b"cached");
        assert_eq!(bench.asked.load(Ordering::SeqCst), asked, "after {advance} s more");
    }
}

#[tokio::test]
async fn statuses_sizes_and_slow_servers_are_failures() {
    let mut bench = Bench::start().await;

    assert_eq!(bench.get("/missing").await.unwrap_err(), FetchFailure::Status(404));
    assert_eq!(bench.get("/huge").await.unwrap_err(), FetchFailure::Failed("the answer has more than 4194304 bytes".to_owned()));
    assert_eq!(bench.get("/slow").await.unwrap_err(), FetchFailure::TimedOut);
}

#[tokio::test]
async fn no_redirect_leads_to_an_inner_address() {
    let mut bench = Bench::start().await;

    for path in ["/inward", "/inward-by-name", "/to-file"] {
        let failure = bench.get(path).await.unwrap_err();
        assert!(matches!(failure, FetchFailure::Refused(_) | FetchFailure::Failed(_)), "{path}: {failure:?}");
        assert_eq!(bench.asked.load(Ordering::SeqCst), 0, "{path}");
    }
}

/// A server, and a fetcher whose first page is there.
struct Bench {
    origin: Url,
    fetcher: HttpFetcher,
    clock: Clock,
    /// How often the cacheable page was asked for.
    asked: Arc<AtomicU32>,
}

impl Bench {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicU32::new(0));
        let server = router(Arc::clone(&asked), port);
        tokio::spawn(async move { axum::serve(listener, server).await });
        let origin = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
        let clock = Clock::by_hand(jiff::Timestamp::UNIX_EPOCH);
        let fetcher = HttpFetcher::new(AddressGuard::new(&origin, &[]), clock.clone()).unwrap();
        Self { origin, fetcher, clock, asked }
    }

    async fn get(&mut self, path: &str) -> Result<Resource, FetchFailure> {
        let fetch = self.request(path, Method::Get);
        self.fetcher.fetch(&fetch).await
    }

    async fn post(&mut self, path: &str, body: &[u8]) -> Result<Resource, FetchFailure> {
        let body = Some(("application/x-www-form-urlencoded".to_owned(), body.to_vec()));
        let fetch = Fetch { body, ..self.request(path, Method::Post) };
        self.fetcher.fetch(&fetch).await
    }

    fn request(&self, path: &str, method: Method) -> Fetch {
        let url = self.origin.join(path).unwrap();
        Fetch { id: 1, url, method, body: None, timeout: Duration::from_millis(500), maxage: None, maxstale: None }
    }
}

fn router(asked: Arc<AtomicU32>, port: u16) -> Router {
    let to = |location: &'static str| any(async move || (StatusCode::FOUND, [("location", location)]));
    let inward = format!("http://[::1]:{port}/cached");
    let by_name = format!("http://localhost:{port}/cached");
    Router::new()
        .route("/login", get(async || (StatusCode::FOUND, [("location", "/whoami"), ("set-cookie", "user=7; Path=/")])))
        .route("/whoami", any(tell))
        .route("/moved", any(async || (StatusCode::TEMPORARY_REDIRECT, [("location", "/whoami")])))
        .route("/circle", to("/circle"))
        .route("/to-file", to("file:///etc/passwd"))
        .route("/inward", any(async move || (StatusCode::FOUND, [("location", inward)])))
        .route("/inward-by-name", any(async move || (StatusCode::FOUND, [("location", by_name)])))
        .route("/cached", get(cached))
        .route("/huge", get(async || vec![b' '; (4 << 20) + 1]))
        .route("/slow", get(async || std::future::pending::<()>().await))
        .with_state(asked)
}

async fn tell(method: axum::http::Method, headers: HeaderMap, body: String) -> String {
    let cookie = headers.get("cookie").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    format!("{method} {cookie}{body}")
}

async fn cached(State(asked): State<Arc<AtomicU32>>, headers: HeaderMap) -> impl IntoResponse {
    asked.fetch_add(1, Ordering::SeqCst);
    let cache = [("cache-control", "max-age=60"), ("etag", "\"one\"")];
    match headers.get("if-none-match") {
        Some(_) => (StatusCode::NOT_MODIFIED, cache, ""),
        None => (StatusCode::OK, cache, "cached"),
    }
}
