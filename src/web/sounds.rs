//! What a caller hears while a service takes long: "one moment", then soft music (REQUIREMENTS, Default 3 "service wait").

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

/// By language; the first one stands in for a missing one. `callward prompts render` makes them (`audio/README.md`).
const ONE_MOMENT: [(&str, &[u8]); 2] =
    [("en", include_bytes!("../../audio/en/hold/one_moment.wav")), ("es", include_bytes!("../../audio/es/hold/one_moment.wav"))];

/// `GET /prompts/{file}`: `one_moment.en.wav`.
pub(super) async fn sound(Path(file): Path<String>) -> Response {
    let found = ONE_MOMENT.iter().find(|(language, _)| file == format!("one_moment.{language}.wav"));
    let Some((_, sound)) = found else {
        return (StatusCode::NOT_FOUND, "there is no such sound\n").into_response();
    };
    let headers = [(header::CONTENT_TYPE, "audio/wav"), (header::CACHE_CONTROL, "public, max-age=86400")];
    (headers, *sound).into_response()
}

/// The address of the sound for a page in `language`.
pub(super) fn one_moment(base: &str, language: &str) -> String {
    let primary = language.split('-').next().unwrap_or_default();
    let known = ONE_MOMENT.iter().find(|(known, _)| *known == primary).unwrap_or(&ONE_MOMENT[0]);
    format!("{base}/prompts/one_moment.{}.wav", known.0)
}
