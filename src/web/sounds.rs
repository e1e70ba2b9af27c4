//! What a caller hears while something takes long: "one moment", then soft music (REQUIREMENTS, Default 3 "service wait").

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};

use super::gateway::Gateway;

/// By language; the first one stands in for a missing one. `callward prompts render` makes them (`audio/README.md`).
const ONE_MOMENT: [(&str, &[u8]); 2] =
    [("en", include_bytes!("../../audio/en/hold/one_moment.wav")), ("es", include_bytes!("../../audio/es/hold/one_moment.wav"))];

/// The music alone, for callers on hold.
const MUSIC: &[u8] = include_bytes!("../../audio/hold.wav");

/// `GET /prompts/{file}`: `one_moment.en.wav`, `hold.wav`.
pub(super) async fn sound(Path(file): Path<String>) -> Response {
    let moment = ONE_MOMENT.iter().find(|(language, _)| file == format!("one_moment.{language}.wav")).map(|(_, sound)| *sound);
    let Some(sound) = moment.or((file == "hold.wav").then_some(MUSIC)) else {
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

/// The languages that have a sound of their own, the first for everybody else.
pub(super) fn languages() -> impl Iterator<Item = &'static str> {
    ONE_MOMENT.iter().map(|(language, _)| *language)
}
