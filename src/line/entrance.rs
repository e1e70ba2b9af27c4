//! Where a call leads: from the called address and headers to the first page, its call variables and session variables (RFC 5552 §2).

use std::collections::BTreeMap;
use std::sync::Arc;

use url::Url;

use super::pages::Pages;
use super::parties::{caller, number};
use super::session::variables_of;
use crate::browser::{Fetch, Method, SessionVariables};
use crate::sip::{AllowedPages, Invitation, PageRequest, Request, Target, Uri};

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
    pub session: SessionVariables,
    /// Whether it is one of our own pages.
    pub is_own: bool,
    /// How the caller wants it fetched.
    asked: Option<Arc<PageRequest>>,
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
pub(super) async fn entrance(invitation: &Arc<Invitation>, settings: &EntranceSettings, pages: &dyn Pages) -> Result<Entrance, u16> {
    let request = &invitation.request;
    match Target::of(&request.uri, &settings.pages).map_err(|error| error.status())? {
        Target::Process { code, domain } => {
            let mut url = pages.entry(&domain, &code).await.ok_or(404_u16)?;
            url.query_pairs_mut().extend_pairs(variables(invitation, settings));
            Ok(Entrance { url, session: variables_of(Arc::clone(invitation), None), is_own: true, asked: None })
        }
        Target::Page(page) => {
            let url = Url::parse(&page.url).map_err(|_| 400_u16)?;
            let asked = Some(Arc::new(page));
            Ok(Entrance { url, session: variables_of(Arc::clone(invitation), asked.clone()), is_own: false, asked })
        }
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

#[cfg(test)]
mod tests {
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

    fn invitation(uri: &str, more: &str) -> Arc<Invitation> {
        let text = format!(
            "INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\nFrom: <sip:%2B4930@b.example>;tag=1\r\nTo: <{uri}>\r\n\
             Call-ID: c1\r\nCSeq: 1 INVITE\r\n{more}\r\n"
        );
        let Message::Request(request) = Message::parse(text.as_bytes()).unwrap() else { panic!("no request") };
        let from = Peer::udp("192.0.2.1:5060".parse().unwrap());
        Arc::new(Invitation { request: Arc::new(request), from, user: None, replaces: None })
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

        let session = entrance.session.tell();
        let sip = &session["connection"]["protocol"]["sip"];
        assert_eq!(sip["headers"]["x-case"], "7, 8");
        assert_eq!(sip["headers"].get("authorization"), None);
        assert_eq!((session["connection"]["aai"].as_str(), entrance.is_own), (Some("x y"), false));
    }
}
