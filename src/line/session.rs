//! The session variables that a page finds (VoiceXML 2.0 §5.1.4).

use serde_json::{Value, json};

/// Session variables of a call from `remote` to `local`, both addresses such as `tel:+4930901820`.
pub fn session_variables(local: &str, remote: &str) -> Value {
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
