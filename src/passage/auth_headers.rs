//! What a call has come to, as `X-Auth-` headers of BYE and REFER (DESIGN, "SIP").

use std::sync::Arc;

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::auth_token::TokenSigner;
use crate::line::ResultHeaders;
use crate::session::Results;

/// Headers, the names that pages return, and the claims of the token.
const NAMES: [(&str, &str, &str); 6] = [
    ("X-Auth-Status", "authStatus", "status"),
    ("X-Auth-Path", "authPath", "path"),
    ("X-Auth-Reason", "authReason", "reason"),
    ("X-Auth-Id", "authId", "auth_id"),
    ("X-Auth-Method", "authMethod", "method"),
    ("X-Auth-Until", "authenticatedUntil", "until"),
];

/// Knows the names that our flows return.
pub struct AuthHeaders(pub Arc<TokenSigner>);

impl AuthHeaders {
    /// The name that pages return for what a header says; `None` for a header that tells no result.
    pub fn returned_name(header: &str) -> Option<&'static str> {
        NAMES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(header)).map(|(_, name, _)| *name)
    }
}

impl ResultHeaders for AuthHeaders {
    fn of_exit(&self, exit: &Value, next_hop: &str) -> Vec<(String, String)> {
        let value = |name: &str| exit.get(name).and_then(Value::as_str).map(bare).filter(|value| !value.is_empty());
        // Not every page of ours says who called.
        if value("authStatus").is_none() {
            return Vec::new();
        }
        let said: Vec<(&str, &str, String)> =
            NAMES.iter().filter_map(|(header, name, claim)| Some((*header, *claim, value(name)?))).collect();
        let claims: Vec<(&str, &str)> = said.iter().map(|(_, claim, value)| (*claim, value.as_str())).collect();
        let token = self.0.sign(&claims, next_hop);
        let headers = said.iter().map(|(header, _, value)| ((*header).to_owned(), value.clone()));
        headers.chain([("X-Auth-Token".to_owned(), token)]).collect()
    }

    fn of_failure(&self, next_hop: &str) -> Vec<(String, String)> {
        let results: Map<String, Value> =
            Results::unavailable("internal").named().into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        self.of_exit(&Value::Object(results), next_hop)
    }

    fn of_transfer(&self, aai: &str, next_hop: &str) -> Vec<(String, String)> {
        let given = serde_json::from_str(aai).unwrap_or_else(|_| {
            let pairs: Map<String, Value> =
                form_urlencoded::parse(aai.as_bytes()).map(|(name, value)| (name.into_owned(), Value::from(value.as_ref()))).collect();
            Value::Object(pairs)
        });
        self.of_exit(&given, next_hop)
    }
}

/// Without what would end a header.
fn bare(value: &str) -> String {
    value.chars().filter(|character| !character.is_control()).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::Clock;
    use crate::secret::MasterKey;

    fn headers(exit: &Value) -> Vec<(String, String)> {
        AuthHeaders(Arc::new(TokenSigner::new(&MasterKey::new([7; 32]), Clock::system()))).of_exit(exit, "pbx")
    }

    #[test]
    fn what_a_flow_returns_becomes_headers_and_nothing_can_be_slipped_in() {
        let told = headers(&json!({ "authStatus": "verified", "authPath": "a\r\nX-Evil: 1", "authMethod": "" }));

        let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["X-Auth-Status", "X-Auth-Path", "X-Auth-Token"]);
        assert_eq!(told[1].1, "aX-Evil: 1");
    }

    #[test]
    fn a_page_that_found_nobody_out_has_no_results() {
        assert_eq!(headers(&json!({ "pin": "1234" })), []);
        assert_eq!(headers(&Value::Null), []);
    }

    #[test]
    fn a_page_that_broke_off_says_so() {
        let told = AuthHeaders(Arc::new(TokenSigner::new(&MasterKey::new([7; 32]), Clock::system()))).of_failure("pbx");

        assert_eq!(told[..2].iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>(), ["unavailable", "error"]);
    }

    #[test]
    fn a_transfer_carries_results_as_json_or_as_a_form() {
        let of = |aai: &str| AuthHeaders(Arc::new(TokenSigner::new(&MasterKey::new([7; 32]), Clock::system()))).of_transfer(aai, "pbx");

        assert_eq!(of("authStatus=verified&authId=a%20b")[1].1, "a b");
        assert_eq!(of(r#"{"authStatus":"verified"}"#)[0].1, "verified");
        assert_eq!(of("case 7"), []);
    }
}
