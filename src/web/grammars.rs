//! Grammars by their names; a name says all that is in it, so caches may keep it for ever.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::render::GrammarName;

/// `GET /grammars/{name}.grxml`.
pub(super) async fn grammar(Path(file): Path<String>) -> Response {
    let Some(name) = file.strip_suffix(".grxml").and_then(GrammarName::read) else {
        return (StatusCode::NOT_FOUND, "there is no such grammar\n").into_response();
    };
    let headers = [(header::CONTENT_TYPE, "application/srgs+xml"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, name.render()).into_response()
}
