//! Codes from the demo's inbox, in the place of `{sms}` and `{email}` among the keys of a call.

use serde_json::Value;
use url::Url;

/// The keys with the newest codes of the inbox; nothing where there is none.
pub(super) async fn fill_in(keys: String, inbox: Option<&Url>) -> String {
    let mut filled = keys;
    for method in ["sms", "email"] {
        let place = format!("{{{method}}}");
        if filled.contains(&place) {
            let code = match inbox {
                Some(inbox) => newest_code(inbox, method).await,
                None => None,
            };
            filled = filled.replace(&place, &code.unwrap_or_default());
        }
    }
    filled
}

async fn newest_code(inbox: &Url, method: &str) -> Option<String> {
    // A second call finds the provider installed; that is what it wants.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let address = inbox.join("/inbox.json").ok()?;
    let messages: Value = reqwest::get(address).await.ok()?.json().await.ok()?;
    let message = messages.as_array()?.iter().find(|message| message["method"] == method)?;
    message["code"].as_str().map(str::to_owned)
}
