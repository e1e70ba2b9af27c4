//! The consent API of the voice-biometrics service (T5–T8, T11, AMB-15, AMB-16).

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bytes::Bytes;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde_json::{Value, json};

use super::consents::{Outcome, STATUSES};
use super::manner::Lie;
use super::tokens::{Denied, READ, WRITE};
use super::world::World;
use crate::secret::SecretText;

/// Answers `GET /{contact_id}/consent`.
pub async fn read(
    State(world): State<World>,
    Path(contact): Path<String>,
    lie: Option<Extension<Lie>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    authorize(&world, &headers, READ)?;
    let status = lie.map_or_else(|| world.consent(&contact), |Extension(Lie(words))| words);
    Ok(Json(json!({ "status": status })).into_response())
}

/// Answers `PUT /{contact_id}/consent`.
pub async fn set(
    State(world): State<World>,
    Path(contact): Path<String>,
    lie: Option<Extension<Lie>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    authorize(&world, &headers, WRITE)?;
    let status = wanted_status(&body)?;
    if let Some(Extension(Lie(words))) = lie {
        return Ok(Json(json!({ "status": words })).into_response());
    }
    let code = match world.write_consent(&contact, &status) {
        Outcome::Created => StatusCode::CREATED,
        Outcome::Changed => StatusCode::OK,
        Outcome::Forbidden { from } => return Err(Refusal::transition(&from, &status)),
    };
    Ok((code, Json(json!({ "status": status }))).into_response())
}

/// Answers every address that is none.
pub async fn not_found(uri: Uri) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "not_found", format!("nothing lives at {}", uri.path()))
}

/// An answer `{code, message, fields}` (T11).
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    fields: Vec<Value>,
    challenge: Option<&'static str>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), fields: Vec::new(), challenge: None }
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    fn field(mut self, name: &str, description: impl Into<String>) -> Self {
        self.fields.push(json!({ "name": name, "description": description.into() }));
        self
    }

    fn transition(from: &str, to: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "transition_not_allowed", format!("consent cannot go from {from} to {to}"))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "code": self.code, "message": self.message, "fields": self.fields });
        let mut response = (self.status, Json(body)).into_response();
        if let Some(challenge) = self.challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

/// Wants a bearer token that has the scope (RFC 6750 §3).
fn authorize(world: &World, headers: &HeaderMap, scope: &str) -> Result<(), Refusal> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (scheme, token) = header.split_once(' ').unwrap_or_default();
    let token = SecretText::new(if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" });
    world.check_token(&token, scope).map_err(|denied| match denied {
        Denied::Unauthorized => Refusal {
            challenge: Some("Bearer error=\"invalid_token\""),
            ..Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", "no access token, or one that is unknown or too old")
        },
        Denied::InsufficientScope => {
            Refusal::new(StatusCode::FORBIDDEN, "insufficient_scope", format!("the access token lacks the scope {scope}"))
        }
    })
}

/// Reads `{"status": "…"}`, which may hold nothing else (T5).
fn wanted_status(body: &[u8]) -> Result<String, Refusal> {
    let body: Value = serde_json::from_slice(body).map_err(|error| Refusal::invalid(not_json(body, &error)))?;
    let Value::Object(members) = body else { return Err(Refusal::invalid("the body is not a JSON object")) };
    let strangers: Vec<&String> = members.keys().filter(|name| *name != "status").collect();
    if !strangers.is_empty() {
        let refusal = Refusal::invalid("the body may hold `status` only");
        return Err(strangers.into_iter().fold(refusal, |refusal, name| refusal.field(name, "is not allowed")));
    }
    let status = members.get("status").and_then(Value::as_str).unwrap_or_default();
    if STATUSES.contains(&status) {
        return Ok(status.to_owned());
    }
    Err(Refusal::invalid("`status` is missing or unknown").field("status", format!("must be one of {}", STATUSES.join(", "))))
}

/// Quotation marks that a word processor has bent are the commonest fault here (AMB-16).
fn not_json(body: &[u8], error: &serde_json::Error) -> String {
    if String::from_utf8_lossy(body).contains(['“', '”']) {
        return "the body is not JSON: it has curly quotation marks (“ ”); write straight ones (\")".to_owned();
    }
    format!("the body is not JSON: line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::StandIns;
    use crate::demo::testing::{client, stand_ins, token};

    #[tokio::test]
    async fn a_consent_is_set_and_read() {
        let stand_ins = stand_ins().await;
        let token = token(&stand_ins, "").await;

        assert_eq!(read(&stand_ins, &token).await, (200, r#"{"status":"NO_CONSENT"}"#.into()));
        assert_eq!(put(&stand_ins, &token, r#"{"status": "CONSENTED"}"#).await, (201, r#"{"status":"CONSENTED"}"#.into()));
        assert_eq!(put(&stand_ins, &token, r#"{"status": "CONSENTED"}"#).await, (200, r#"{"status":"CONSENTED"}"#.into()));
        assert_eq!(put(&stand_ins, &token, r#"{"status": "NO_CONSENT"}"#).await.0, 409);
        assert_eq!(read(&stand_ins, &token).await, (200, r#"{"status":"CONSENTED"}"#.into()));
        assert_eq!(stand_ins.world().consent("+4930901820"), "CONSENTED");
        assert_eq!(stand_ins.world().written().len(), 2);
    }

    #[tokio::test]
    async fn a_bad_body_is_refused_with_the_field_that_is_wrong() {
        let stand_ins = stand_ins().await;
        let token = token(&stand_ins, WRITE).await;
        let refused = async |body| {
            let (status, answer) = put(&stand_ins, &token, body).await;
            assert_eq!(status, 400, "{body}");
            answer
        };

        assert!(refused("{\"status\": “CONSENTED”}").await.contains("curly quotation marks"));
        assert!(refused(r#"{"status": "CONSENTED", "why": 1}"#).await.contains(r#"{"name":"why","description":"is not allowed"}"#));
        assert!(refused(r#"{"status": "consented"}"#).await.contains(r#""name":"status""#));
        assert!(refused("[]").await.contains("invalid_request"));
    }

    #[tokio::test]
    async fn a_token_is_needed_and_its_scope() {
        let stand_ins = stand_ins().await;
        let reading = token(&stand_ins, READ).await;

        assert_eq!(read(&stand_ins, "nonsense").await.0, 401);
        let (status, answer) = put(&stand_ins, &reading, r#"{"status":"REFUSED"}"#).await;
        assert_eq!(status, 403);
        assert!(answer.contains("insufficient_scope") && answer.contains(WRITE), "{answer}");
        stand_ins.world().revoke_tokens();
        assert_eq!(read(&stand_ins, &reading).await.0, 401);
    }

    fn address(stand_ins: &StandIns) -> String {
        stand_ins.base_url() + "/voicebiometrics/contacts/%2B4930901820/consent"
    }

    async fn read(stand_ins: &StandIns, token: &str) -> (u16, String) {
        let answer = client().get(address(stand_ins)).bearer_auth(token).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn put(stand_ins: &StandIns, token: &str, body: &'static str) -> (u16, String) {
        let answer = client().put(address(stand_ins)).bearer_auth(token).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}
