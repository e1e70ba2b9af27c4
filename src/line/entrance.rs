//! Where a call leads: from the called address and headers to the first page, its call variables and session variables (RFC 5552 §2).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use url::Url;

use super::pages::Pages;
use super::session::session_variables;
use crate::browser::{Fetch, Method};
use crate::sip::{AllowedPages, Headers, Invitation, NameAddr, PageRequest, Request, Scheme, Target, Uri};

/// Headers that prove who calls, and are nobody's business.
const SECRET: [&str; 2] = ["Authorization", "Proxy-Authorization"];

/// What a caller's POST holds.
const FORM: &str = "application/x-www-form-urlencoded";

/// What the configuration says about addresses.
#[derive(Debug, Clone, Default)]
pub struct EntranceSettings {
    /// Pages that callers may choose.
    pub pages: AllowedPages,
    /// Call variables, with the header each is taken from; where that is missing, the parameter of the called address that bears
    /// the variable's name.
    pub variables: BTreeMap<String, String>,
}

/// The first page of a call.
#[derive(Debug, Clone)]
pub(super) struct Entrance {
    pub url: Url,
    /// What stands below `session`.
    pub session: Value,
    /// Whether it is one of our own pages.
    pub is_own: bool,
    /// How the caller wants it fetched.
    asked: Option<PageRequest>,
}

impl Entrance {
    /// The fetch of the first page, with the parameters of the called address (RFC 5552 §2.1).
    pub fn fetch(&self, fetch: Fetch) -> Fetch {
        let Some(asked) = &self.asked else { return fetch };
        let form = || (FORM.to_owned(), asked.post_body.clone().unwrap_or_default().into_bytes());
        let method = if asked.post { Method::Post } else { Method::Get };
        Fetch { method, body: asked.post.then(form), maxage: asked.max_age, maxstale: asked.max_stale, ..fetch }
    }
}

/// Where the call leads.
///
/// # Errors
/// With the status that refuses it.
pub(super) async fn entrance(invitation: &Invitation, settings: &EntranceSettings, pages: &dyn Pages) -> Result<Entrance, u16> {
    let request = &invitation.request;
    match Target::of(&request.uri, &settings.pages).map_err(|error| error.status())? {
        Target::Process { code, domain } => {
            let mut url = pages.entry(&domain, &code).await.ok_or(404_u16)?;
            url.query_pairs_mut().extend_pairs(variables(invitation, settings));
            Ok(Entrance { url, session: session(invitation, None), is_own: true, asked: None })
        }
        Target::Page(page) => {
            let url = Url::parse(&page.url).map_err(|_| 400_u16)?;
            Ok(Entrance { url, session: session(invitation, Some(&page)), is_own: false, asked: Some(page) })
        }
    }
}

/// Who calls: what a trusted peer asserts (RFC 3325), else what From says.
pub(super) fn caller(invitation: &Invitation) -> String {
    let headers = &invitation.request.headers;
    let is_trusted = invitation.user.is_none();
    let asserted = headers.values("P-Asserted-Identity").find_map(|value| value.parse::<NameAddr>().ok()).filter(|_| is_trusted);
    asserted.or_else(|| headers.from()).map(|name| number(&name.uri)).unwrap_or_default()
}

/// What stands for the person in an address.
fn number(uri: &Uri) -> String {
    match uri.scheme {
        Scheme::Sip | Scheme::Sips => uri.decoded_user().unwrap_or_default(),
        Scheme::Tel | Scheme::Other(_) => uri.user.clone().unwrap_or_default(),
    }
}

fn variables(invitation: &Invitation, settings: &EntranceSettings) -> Vec<(String, String)> {
    let Request { headers, uri, .. } = invitation.request.as_ref();
    let call_id = headers.call_id().unwrap_or_default().to_owned();
    let mut variables = vec![("from".to_owned(), caller(invitation)), ("to".to_owned(), number(uri)), ("call_id".to_owned(), call_id)];
    for (name, header) in &settings.variables {
        let value = headers.get(header).map(str::to_owned).or_else(|| parameter(uri, name));
        variables.extend(value.map(|value| (name.clone(), value)));
    }
    variables
}

fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let value = uri.params.get(name)?;
    Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
}

/// `session.connection` and what it holds (VoiceXML 2.0 §5.1.4, RFC 5552 §2.4).
fn session(invitation: &Invitation, page: Option<&PageRequest>) -> Value {
    let request = &invitation.request;
    let from = request.headers.from().map(|from| from.uri.to_string()).unwrap_or_default();
    let mut session = session_variables(&request.uri.to_string(), &from);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;

    use super::*;
    use crate::browser::{FetchFailure, Resource};
    use crate::sip::{Message, Peer};

    struct OneProcess;

    #[async_trait]
    impl Pages for OneProcess {
        async fn entry(&self, domain: &str, code: &str) -> Option<Url> {
            (code == "two-factor").then(|| Url::parse(&format!("http://{domain}/vxml/demo/two-factor")).unwrap())
        }

        fn serves(&self, _: &Url) -> bool {
            true
        }

        async fn fetch(&self, _: &Fetch) -> Result<Resource, FetchFailure> {
            Err(FetchFailure::Status(404))
        }
    }

    fn invitation(uri: &str, more: &str) -> Invitation {
        let text = format!(
            "INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\nFrom: <sip:%2B4930@b.example>;tag=1\r\nTo: <{uri}>\r\n\
             Call-ID: c1\r\nCSeq: 1 INVITE\r\n{more}\r\n"
        );
        let Message::Request(request) = Message::parse(text.as_bytes()).unwrap() else { panic!("no request") };
        Invitation { request: Arc::new(request), from: Peer::udp("192.0.2.1:5060".parse().unwrap()), user: None, replaces: None }
    }

    fn settings() -> EntranceSettings {
        let variables = BTreeMap::from([("identity".to_owned(), "X-Account".to_owned())]);
        EntranceSettings { pages: AllowedPages::new(["https://pages.example/"]), variables }
    }

    async fn query(uri: &str, more: &str) -> String {
        entrance(&invitation(uri, more), &settings(), &OneProcess).await.unwrap().url.query().unwrap().to_owned()
    }

    #[tokio::test]
    async fn call_variables_come_from_addresses_headers_and_parameters() {
        let uri = "sip:two-factor@ivr.example";

        assert_eq!(query(uri, "X-Account: 1001\r\n").await, "from=%2B4930&to=two-factor&call_id=c1&identity=1001");
        assert_eq!(query(&format!("{uri};identity=1002"), "").await, "from=%2B4930&to=two-factor&call_id=c1&identity=1002");
        assert!(query(uri, "P-Asserted-Identity: <tel:+4940>\r\n").await.starts_with("from=%2B4940&"));
    }

    #[tokio::test]
    async fn what_is_not_there_or_not_allowed_is_refused() {
        let refused = async |uri: &str| entrance(&invitation(uri, ""), &settings(), &OneProcess).await.unwrap_err();

        assert_eq!(refused("sip:nothing@ivr.example").await, 404);
        assert_eq!(refused("sip:dialog@ivr.example;voicexml=https://other.example/").await, 403);
    }

    #[tokio::test]
    async fn a_page_is_fetched_as_the_called_address_says() {
        let fetched = async |parameters: &str| {
            let uri = format!("sip:dialog@ivr.example;voicexml=https://pages.example/a{parameters}");
            let entrance = entrance(&invitation(&uri, ""), &settings(), &OneProcess).await.unwrap();
            let (url, timeout) = (entrance.url.clone(), std::time::Duration::from_secs(10));
            entrance.fetch(Fetch { id: 1, url, method: Method::Get, body: None, timeout, maxage: None, maxstale: None })
        };

        let fetch = fetched(";maxage=0;maxstale=5;method=post;postbody=a%3D1%26b%3D2").await;
        assert_eq!((fetch.method, fetch.maxage, fetch.maxstale), (Method::Post, Some(0), Some(5)));
        assert_eq!(fetch.body, Some((FORM.to_owned(), b"a=1&b=2".to_vec())));
        let fetch = fetched(";postbody=a%3D1").await;
        assert_eq!((fetch.method, fetch.maxage, fetch.body), (Method::Get, None, None));
    }

    #[tokio::test]
    async fn a_page_sees_headers_but_no_proof() {
        let uri = "sip:dialog@ivr.example;voicexml=https://pages.example/a;aai=x%20y";
        let entrance =
            entrance(&invitation(uri, "X-Case: 7\r\nX-case: 8\r\nAuthorization: Digest x\r\n"), &settings(), &OneProcess).await.unwrap();

        let sip = &entrance.session["connection"]["protocol"]["sip"];
        assert_eq!(sip["headers"]["x-case"], "7, 8");
        assert_eq!(sip["headers"].get("authorization"), None);
        assert_eq!((entrance.session["connection"]["aai"].as_str(), entrance.is_own), (Some("x y"), false));
    }
}
