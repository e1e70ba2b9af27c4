//! Serves the fixtures about caching over HTTP: what a page may keep, it asks for once (VoiceXML 2.0 §6.1.2).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use callward::clock::Clock;
use callward::line::{AddressGuard, HttpFetcher};
use url::Url;

/// A server of the folder, and a fetcher that keeps copies by `clock`.
pub async fn serve(clock: Clock) -> (Url, HttpFetcher) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let asked = Arc::new(AtomicU32::new(0));
    let router = Router::new()
        .route("/fresh", get(fresh))
        .route("/stale", get(stale))
        .route("/strict", get(strict))
        .route("/tagged", get(tagged))
        .fallback(page)
        .with_state(asked);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let fetcher = HttpFetcher::new(AddressGuard::new(&origin, &[]), clock).unwrap();
    (origin, fetcher)
}

async fn page(address: axum::http::Uri) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/browser");
    std::fs::read(folder.join(address.path().trim_start_matches('/'))).unwrap()
}

/// What the server counts: the answers so far.
type Asked = State<Arc<AtomicU32>>;

async fn fresh(asked: Asked) -> Response {
    answer(&asked, ("cache-control", "max-age=60"))
}

async fn stale(asked: Asked) -> Response {
    answer(&asked, ("cache-control", "max-age=0"))
}

async fn strict(asked: Asked) -> Response {
    answer(&asked, ("cache-control", "max-age=0, must-revalidate"))
}

/// Who has it already is told that it is the same.
async fn tagged(asked: Asked, headers: HeaderMap) -> Response {
    let answer = answer(&asked, ("etag", "\"same\""));
    if headers.contains_key("if-none-match") { StatusCode::NOT_MODIFIED.into_response() } else { answer }
}

fn answer(asked: &AtomicU32, header: (&'static str, &'static str)) -> Response {
    let count = asked.fetch_add(1, Ordering::SeqCst) + 1;
    ([header], format!("<answer>{count}</answer>")).into_response()
}
