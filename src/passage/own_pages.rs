//! Our own pages for the telephone: the HTTP door, asked in this process as if a platform on this machine asked.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http_body_util::{BodyExt, Full, Limited};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::browser::{Fetch, FetchFailure, Method, Resource};
use crate::line::Pages;
use crate::switchboard::Switchboard;
use crate::web::{Access, Allowance, Base, Door, Gateway, Networks, Peer};

/// A host that no name server knows: pages refer to each other by it, and nobody else can.
const HOST_NAME: &str = "callward.localhost";
/// Who asks: this machine.
const HERE: Peer = Peer(IpAddr::V4(Ipv4Addr::LOCALHOST));
/// Bytes of the longest page or sound.
const MOST_BYTES: usize = 4 << 20;

/// The desk, as the telephone sees it.
pub struct OwnPages {
    door: Arc<Door>,
    switchboard: Arc<Switchboard>,
    domains: BTreeMap<String, String>,
    /// The tenant of domains that are not listed.
    tenant: Option<String>,
}

impl OwnPages {
    /// A door of its own to the switchboard of `gateway`: what tenants ask of platforms does not concern the telephone.
    pub fn of(gateway: &Gateway, domains: BTreeMap<String, String>, default_tenant: Option<String>) -> Self {
        let access = || Access { allow: Networks::loopback(), users: BTreeMap::new() };
        let only = gateway.access.keys().next().filter(|_| gateway.access.len() == 1).cloned();
        let switchboard = Arc::clone(&gateway.switchboard);
        let inside = Gateway {
            switchboard: Arc::clone(&switchboard),
            store: Arc::clone(&gateway.store),
            flow_warnings: Arc::clone(&gateway.flow_warnings),
            access: gateway.access.keys().map(|name| (name.clone(), access())).collect(),
            trusted_proxies: Networks::default(),
            ops_allow: Networks::default(),
            allowance: Allowance { requests_per_second: None, ..Allowance::default() },
            base: Base::default(),
        };
        Self { door: Arc::new(Door::new(Arc::new(inside))), switchboard, domains, tenant: default_tenant.or(only) }
    }
}

#[async_trait]
impl Pages for OwnPages {
    async fn entry(&self, domain: &str, code: &str) -> Option<Url> {
        let tenant = self.domains.get(domain).or(self.tenant.as_ref())?;
        if !self.switchboard.takes_calls(tenant, code) {
            return None;
        }
        let segment = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        Url::parse(&format!("http://{HOST_NAME}/vxml/{}/{}", segment(tenant), segment(code))).ok()
    }

    fn serves(&self, url: &Url) -> bool {
        url.scheme() == "http" && url.host_str() == Some(HOST_NAME)
    }

    async fn fetch(&self, fetch: &Fetch) -> Result<Resource, FetchFailure> {
        let response = self.door.answer(HERE, request(fetch)?).await;
        if !response.status().is_success() {
            return Err(FetchFailure::Status(response.status().as_u16()));
        }
        let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|value| value.split(';').next()).map(|value| value.trim().to_ascii_lowercase());
        let body = Limited::new(response.into_body(), MOST_BYTES).collect().await;
        let body = body.map_err(|error| FetchFailure::Failed(error.to_string()))?.to_bytes().to_vec();
        Ok(Resource { url: fetch.url.clone(), media_type, body })
    }
}

fn request(fetch: &Fetch) -> Result<http::Request<Full<Bytes>>, FetchFailure> {
    let path = fetch.url.query().map_or_else(|| fetch.url.path().to_owned(), |query| format!("{}?{query}", fetch.url.path()));
    let method = match fetch.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
    };
    let mut builder = http::Request::builder().method(method).uri(path).header(HOST, HOST_NAME);
    let body = fetch.body.as_ref().map_or_else(Full::default, |(_, body)| Full::from(body.clone()));
    if let Some((media_type, _)) = &fetch.body {
        builder = builder.header(CONTENT_TYPE, media_type);
    }
    builder.body(body).map_err(|error| FetchFailure::Failed(error.to_string()))
}
