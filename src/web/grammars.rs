//! Grammars by their names; a name says all that is in it, so caches may keep it for ever.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::render::GrammarName;

use super::gateway::Gateway;

/// `GET /grammars/{name}.grxml`.
pub(super) async fn grammar(Path(file): Path<String>) -> Response {
    let Some(name) = file.strip_suffix(".grxml").and_then(GrammarName::read) else {
        return (StatusCode::NOT_FOUND, "there is no such grammar\n").into_response();
    };
    let headers = [(header::CONTENT_TYPE, "application/srgs+xml"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, name.render()).into_response()
}

/// `GET /grammars/{version}/{file}`: a grammar that lies beside a flow.
pub(super) async fn of_flow(State(gateway): State<Arc<Gateway>>, Path((version, file)): Path<(String, String)>) -> Response {
    let grammar = match gateway.switchboard.grammar(&version, &file).await {
        Ok(Some(grammar)) => grammar,
        Ok(None) => return (StatusCode::NOT_FOUND, "there is no such grammar\n").into_response(),
        Err(fault) => return (StatusCode::SERVICE_UNAVAILABLE, format!("{fault}\n")).into_response(),
    };
    let headers = [(header::CONTENT_TYPE, "application/srgs+xml"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, grammar.text.to_string()).into_response()
}
