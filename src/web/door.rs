//! The HTTP door: who asks too much is sent away, turns go straight to their page, and all else goes by the router.

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{Either, Full};
use tower::ServiceExt;

use super::access::Peer;
use super::flood::Requests;
use super::form::Posted;
use super::gateway::Gateway;
use super::ivr::{self, TurnPath};
use super::page::said;
use super::router::router;

/// What is answered: a page that is there, or what the router answers with.
pub type Answered = Either<Full<Bytes>, Body>;

/// The door to everything that is asked by HTTP.
#[derive(Clone)]
pub struct Door {
    gateway: Arc<Gateway>,
    requests: Option<Arc<Requests>>,
    router: Router,
}

impl Door {
    /// The door of `gateway`.
    pub fn new(gateway: Arc<Gateway>) -> Self {
        let requests = Requests::new(gateway.allowance, gateway.trusted_proxies.clone()).map(Arc::new);
        Self { requests, router: router(Arc::clone(&gateway)), gateway }
    }

    /// With more addresses.
    pub fn with(self, more: Router) -> Self {
        Self { router: self.router.merge(more), ..self }
    }

    /// Answers a request of whoever is at the other end.
    ///
    /// Turns are most of what is asked, and the router would cost each of them more than its words do.
    pub async fn answer(self: &Arc<Self>, peer: Peer, request: Request<impl Posted>) -> Response<Answered> {
        if self.requests.as_ref().is_some_and(|requests| !requests.admit_from(peer, request.headers())) {
            return asks_too_much().map(Either::Left);
        }
        let (head, body) = request.into_parts();
        if let Some(path) = TurnPath::read(head.uri.path()) {
            let gateway = Behind(Arc::clone(self));
            return ivr::turn(gateway, path, peer, &head, body).await.map(Either::Left);
        }
        let mut request = Request::from_parts(head, Body::new(body));
        request.extensions_mut().insert(peer);
        let response = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        response.map(Either::Right)
    }
}

/// The gateway behind a door.
#[derive(Clone)]
struct Behind(Arc<Door>);

impl Deref for Behind {
    type Target = Gateway;

    fn deref(&self) -> &Gateway {
        &self.0.gateway
    }
}

fn asks_too_much() -> Response<Full<Bytes>> {
    let mut response = said(StatusCode::TOO_MANY_REQUESTS, "this address asks too much: see http.requests_per_second\n");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
