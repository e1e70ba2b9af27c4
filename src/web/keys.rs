//! The public keys with which others check what we have signed (RFC 7517).

use axum::Router;
use axum::routing::get;
use http::header;

/// `GET /.well-known/jwks.json`: this document.
pub fn published_keys(document: String) -> Router {
    let headers = [(header::CONTENT_TYPE, "application/jwk-set+json"), (header::CACHE_CONTROL, "public, max-age=3600")];
    Router::new().route("/.well-known/jwks.json", get(async move || (headers, document)))
}
