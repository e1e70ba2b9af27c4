//! The session variables that a page finds (VoiceXML 2.0 §5.1.4, RFC 5552 §2.4).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::parties::{caller, number};
use crate::browser::SessionVariables;
use crate::sip::{Headers, Invitation, NameAddr, PageRequest};

/// Headers that prove who calls, and are nobody's business.
const SECRET: [&str; 2] = ["Authorization", "Proxy-Authorization"];

/// Session variables of a call from `remote` to `local`, both addresses such as `tel:+4930901820`.
pub fn session_variables(local: &str, remote: &str) -> SessionVariables {
    between(local, remote).into()
}

/// Those of a call that came in; `page` is what it asked for, where that is no process of ours.
pub(super) fn variables_of(invitation: Arc<Invitation>, page: Option<Arc<PageRequest>>) -> SessionVariables {
    SessionVariables::told_by(move || variables(&invitation, page.as_deref()))
}

fn variables(invitation: &Invitation, page: Option<&PageRequest>) -> Value {
    let request = &invitation.request;
    let from = request.headers.from().map(|from| from.uri.to_string()).unwrap_or_default();
    let mut session = between(&request.uri.to_string(), &from);
    session["telephone"] = json!({ "ani": caller(invitation), "dnis": number(&request.uri) });
    let parameters: Map<String, Value> =
        request.uri.params.iter().map(|(name, value)| (name.to_ascii_lowercase(), Value::from(value.unwrap_or_default()))).collect();
    // `json!` would copy what these hold.
    let sip = [("headers", Value::Object(headers(&request.headers))), ("requesturi", Value::Object(parameters))];
    session["connection"]["protocol"]["sip"] = Value::from_iter(sip);
    session["connection"]["redirect"] = Value::Array(redirects(&request.headers));
    if let Some(page) = page {
        session["connection"]["aai"] = json!(page.aai.clone().unwrap_or_default());
        let ccxml = page.ccxml.as_deref().and_then(|ccxml| serde_json::from_str(ccxml).ok());
        session["connection"]["ccxml"] = ccxml.unwrap_or(Value::Null);
    }
    session
}

fn between(local: &str, remote: &str) -> Value {
    let number = |uri: &str| uri.strip_prefix("tel:").unwrap_or(uri).to_owned();
    json!({
        "connection": {
            "local": { "uri": local },
            "remote": { "uri": remote },
            "protocol": { "name": "sip", "version": "2.0", "sip": { "headers": {} } },
            "originator": { "uri": remote },
            "redirect": [],
            "aai": "",
        },
        "telephone": { "ani": number(remote), "dnis": number(local) },
    })
}

/// By their long names in lower case; what comes more than once is joined by commas.
fn headers(headers: &Headers) -> Map<String, Value> {
    let mut map: Map<String, Value> = Map::new();
    for (name, value) in headers.iter().filter(|(name, _)| !SECRET.contains(name)) {
        match map.entry(name.to_ascii_lowercase()).or_insert_with(|| Value::from("")) {
            Value::String(joined) if joined.is_empty() => joined.push_str(value),
            Value::String(joined) => joined.extend([", ", value]),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {}
        }
    }
    map
}

/// How the call was passed on before it came here, the last time first (History-Info, RFC 7044).
fn redirects(headers: &Headers) -> Vec<Value> {
    let history: Vec<NameAddr> = headers.values("History-Info").filter_map(|value| value.parse().ok()).collect();
    history.iter().rev().map(|entry| json!({ "uri": entry.uri.to_string() })).collect()
}
