//! The OAuth2 token endpoint: client credentials by Basic or in the body (RFC 6749 §2.3.1, §4.4, §5; T2, T4).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL};
use http::{HeaderMap, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::json;
use url::form_urlencoded;

use super::manner::Lie;
use super::tokens::Granted;
use super::world::World;
use crate::secret::SecretText;

/// Answers `POST /oauth/token`.
pub async fn grant(State(world): State<World>, lie: Option<Extension<Lie>>, headers: HeaderMap, form: Bytes) -> Response {
    if let Some(Extension(Lie(words))) = lie {
        return words.into_response();
    }
    let field = |wanted: &str| form_urlencoded::parse(&form).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    let credentials = basic(&headers).or_else(|| Some((field("client_id")?, SecretText::new(field("client_secret")?))));
    if !credentials.is_some_and(|(id, secret)| world.client().is(&id, &secret)) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", "client id and secret are not those of a client");
    }
    // A refresh token is no better than the credentials that came with it, so either grant gives the same (AMB-16).
    let grant = field("grant_type").unwrap_or_default();
    if !matches!(grant.as_str(), "client_credentials" | "refresh_token") {
        return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", "ask with grant_type=client_credentials");
    }
    match world.grant_token(&field("scope").unwrap_or_default()) {
        Some(granted) => give(granted),
        None => refuse(StatusCode::BAD_REQUEST, "invalid_scope", "the client may not have one of these scopes"),
    }
}

fn give(granted: Granted) -> Response {
    let scopes: Vec<String> = granted.scopes.into_iter().collect();
    let body = json!({
        "access_token": granted.token.expose(),
        "token_type": "Bearer",
        "expires_in": granted.lifetime.as_secs(),
        "scope": scopes.join(" "),
    });
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn refuse(status: StatusCode, error: &str, description: &str) -> Response {
    (status, Json(json!({ "error": error, "error_description": description }))).into_response()
}

/// Id and secret of a Basic header; both are form-encoded inside it (RFC 6749 §2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, SecretText)> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let plain = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    Some((plain(id), SecretText::new(plain(secret))))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::demo::testing::{client, post, stand_ins};
    use crate::demo::tokens::READ;

    #[tokio::test]
    async fn credentials_may_come_by_basic_or_in_the_body() {
        let stand_ins = stand_ins().await;
        let form = [("grant_type", "client_credentials"), ("scope", READ)];

        let request = client().post(stand_ins.base_url() + "/oauth/token").basic_auth("callward", Some("callward-demo")).form(&form);
        let basic: Value = request.send().await.unwrap().json().await.unwrap();
        let body = [("grant_type", "refresh_token"), ("client_id", "callward"), ("client_secret", "callward-demo")];
        let body: Value = serde_json::from_str(&post(&stand_ins, "/oauth/token", &body).await.unwrap()).unwrap();

        assert_eq!((&basic["token_type"], &basic["expires_in"], &basic["scope"]), (&json!("Bearer"), &json!(3600), &json!(READ)));
        assert_eq!(body["scope"], "voicebiometrics-consent:read voicebiometrics-consent:write");
        assert_ne!(body["access_token"], basic["access_token"]);
    }

    #[tokio::test]
    async fn strangers_scopes_and_grants_are_refused() {
        let stand_ins = stand_ins().await;
        let refused = async |secret, grant, scope| {
            let form = [("client_id", "callward"), ("client_secret", secret), ("grant_type", grant), ("scope", scope)];
            post(&stand_ins, "/oauth/token", &form).await.unwrap_err().status().unwrap().as_u16()
        };

        assert_eq!(refused("wrong", "client_credentials", "").await, 401);
        assert_eq!(refused("callward-demo", "password", "").await, 400);
        assert_eq!(refused("callward-demo", "client_credentials", "everything").await, 400);
    }
}
