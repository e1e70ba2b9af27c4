//! Where sounds are fetched: those to wait by, and the recordings of flows.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};

use super::gateway::Gateway;
use super::waiting;

/// `GET /prompts/{file}`: `one_moment.en.wav`, `hold.wav`.
pub(super) async fn sound(Path(file): Path<String>) -> Response {
    let Some(sound) = waiting::sound(&file) else {
        return (StatusCode::NOT_FOUND, "there is no such sound\n").into_response();
    };
    let headers = [(header::CONTENT_TYPE, "audio/wav"), (header::CACHE_CONTROL, "public, max-age=86400")];
    (headers, sound).into_response()
}

/// `GET /prompts/{version}/{language}/{file}`: a recording of a flow's; its address says what it holds, so caches may keep it for ever.
pub(super) async fn recording(
    State(gateway): State<Arc<Gateway>>,
    Path((version, language, file)): Path<(String, String, String)>,
) -> Response {
    let Some(recording) = gateway.switchboard.recording(&version, &format!("{language}/{file}")) else {
        return (StatusCode::NOT_FOUND, "there is no such recording\n").into_response();
    };
    let headers = [(header::CONTENT_TYPE, "audio/wav"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, Bytes::from_owner(recording.sound)).into_response()
}
