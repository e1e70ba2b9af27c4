//! The pages that IVR platforms fetch: entry, turns, hang-up. Whatever a platform causes is answered with a page that can be heard.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Path, State};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::Full;
use percent_encoding::percent_decode_str;
use tracing::{Instrument, error, info_span};

use crate::render::DialogKind;
use crate::session::CallAddress;
use crate::switchboard::{Answer, SwitchboardError, TurnInput};

use super::access::{Denied, Peer, Platform};
use super::finishing::Finishing;
use super::form::{Form, Posted};
use super::gateway::Gateway;
use super::metrics;
use super::page::{self, said, vxml};

type Served = State<Arc<Gateway>>;

/// A gateway that work which nobody waits for any more still has.
pub(super) trait Shared: Deref<Target = Gateway> + Clone + Send + Sync + 'static {}

impl<S: Deref<Target = Gateway> + Clone + Send + Sync + 'static> Shared for S {}

/// `GET or POST /vxml/{tenant}/{process}`.
pub(super) async fn entry(
    gateway: Served,
    Path((tenant, process)): Path<(String, String)>,
    Extension(peer): Extension<Peer>,
    request: Request<Body>,
) -> Response<Body> {
    enter(gateway, (tenant, process), peer, DialogKind::Main, request).await.map(Body::new)
}

/// `GET or POST /vxml/{tenant}/{process}/subdialog`.
pub(super) async fn subdialog(
    gateway: Served,
    Path((tenant, process)): Path<(String, String)>,
    Extension(peer): Extension<Peer>,
    request: Request<Body>,
) -> Response<Body> {
    enter(gateway, (tenant, process), peer, DialogKind::Subdialog, request).await.map(Body::new)
}

async fn enter(
    State(gateway): Served,
    (tenant, process): (String, String),
    peer: Peer,
    kind: DialogKind,
    request: Request<Body>,
) -> Response<Full<Bytes>> {
    if let Err(denied) = gateway.platform(&tenant, peer, request.headers()) {
        return refuse(denied);
    }
    let (head, body) = request.into_parts();
    let presets = Form::read(head.uri.query(), body).await.map(Form::variables).unwrap_or_default();
    let language = presets.get("lang").map_or("", String::as_str);
    let Some(entry) = gateway.switchboard.entry(&tenant, &process, kind, language).await else {
        let answer = gateway.switchboard.apology((&tenant, &process), "no_such_process", kind, language);
        return vxml(page::answer(&gateway, (&tenant, &process), None, &answer));
    };
    metrics::entry(&tenant, &process);
    vxml(page::entry(&gateway, (&tenant, &process), &entry, &presets))
}

/// The address of a turn: `/vxml/{tenant}/{process}/{call}/{turn}`.
pub(super) struct TurnPath<'p> {
    tenant: Cow<'p, str>,
    process: Cow<'p, str>,
    call: &'p str,
    turn: &'p str,
}

impl<'p> TurnPath<'p> {
    /// Reads it; `None` for other addresses, and for names that are no UTF-8.
    pub fn read(path: &'p str) -> Option<Self> {
        let mut segments = path.strip_prefix("/vxml/")?.split('/');
        let mut segment = || segments.next().filter(|segment| !segment.is_empty());
        let name = |segment| percent_decode_str(segment).decode_utf8().ok();
        let (tenant, process, call, turn) = (name(segment()?)?, name(segment()?)?, segment()?, segment()?);
        segments.next().is_none().then_some(Self { tenant, process, call, turn })
    }
}

/// `POST /vxml/{tenant}/{process}/{call}/{turn}`.
pub(super) async fn turn(gateway: impl Shared, path: TurnPath<'_>, peer: Peer, head: &Parts, body: impl Posted) -> Response<Full<Bytes>> {
    let TurnPath { tenant, process, call, turn } = path;
    let platform = match gateway.platform(&tenant, peer, &head.headers) {
        Ok(platform) => platform,
        Err(denied) => return refuse(denied),
    };
    let names = (tenant.as_ref(), process.as_ref());
    let (Some(address), Ok(number)) = (gateway.switchboard.address(names.0, names.1, call), turn.parse()) else {
        let answer = gateway.switchboard.apology(names, "call_ended", DialogKind::Main, "");
        return vxml(page::answer(&gateway, names, None, &answer));
    };
    let posted = head.method == Method::POST;
    let form = Form::read(head.uri.query(), body).await.filter(|_| posted);
    let input = match (form, number) {
        (None, _) => TurnInput::Garbled,
        (Some(form), 0) => TurnInput::Begin(form.variables()),
        (Some(form), _) => form.answer(),
    };
    let answer = resume(&gateway, names, &address, number, input, platform).await;
    vxml(page::answer(&gateway, names, Some((&address, number)), &answer))
}

/// `POST /vxml/{tenant}/{process}/{call}/{turn}/hangup`: the answer only exits.
pub(super) async fn hangup(
    State(gateway): Served,
    Path((tenant, process, call, _)): Path<(String, String, String, String)>,
    Extension(peer): Extension<Peer>,
    method: Method,
    headers: HeaderMap,
) -> Response<Body> {
    let platform = match gateway.platform(&tenant, peer, &headers) {
        Ok(platform) => platform,
        Err(denied) => return refuse(denied).map(Body::new),
    };
    let names = (tenant.as_str(), process.as_str());
    let address = gateway.switchboard.address(&tenant, &process, &call);
    let answer = match address.filter(|_| method == Method::POST) {
        Some(address) => resume(&gateway, names, &address, 0, TurnInput::HungUp, platform).await,
        None => gateway.switchboard.apology(names, "call_ended", DialogKind::Main, ""),
    };
    vxml(page::hung_up(&answer)).map(Body::new)
}

/// No address of ours: below `/vxml` it is a platform that asks, and a caller who listens.
pub(super) async fn lost(State(gateway): Served, uri: Uri) -> Response<Body> {
    if !uri.path().starts_with("/vxml/") {
        return said(StatusCode::NOT_FOUND, "there is nothing at this address\n").map(Body::new);
    }
    let answer = gateway.switchboard.apology(("", ""), "no_such_process", DialogKind::Main, "");
    vxml(page::answer(&gateway, ("", ""), None, &answer)).map(Body::new)
}

/// Takes the turn; a fault of ours is heard as an apology.
///
/// A turn that was begun is finished, even when the platform has lost patience and its connection is gone: its repeat then finds
/// the answer, instead of waiting for the claim to run out.
async fn resume(
    gateway: &impl Shared,
    names: (&str, &str),
    address: &CallAddress,
    turn: u32,
    input: TurnInput,
    platform: Platform,
) -> Answer {
    let began = metrics::turn_began();
    let span = info_span!("turn", tenant = names.0, process = names.1, turn);
    let (shared, address) = (gateway.clone(), address.clone());
    let (tenant, process, kind) = (names.0.to_owned(), names.1.to_owned(), address.kind());
    let work = async move { shared.switchboard.resume((&tenant, &process), &address, turn, input, platform).await };
    let answered = Finishing::new(work.instrument(span)).await.unwrap_or(Err(SwitchboardError::Panicked));
    metrics::turn_ended(names, began, answered.is_ok());
    answered.unwrap_or_else(|fault| {
        let cause = std::error::Error::source(&fault).map(ToString::to_string).unwrap_or_default();
        error!(tenant = names.0, process = names.1, turn, cause, "a turn could not be served: {fault}");
        gateway.switchboard.apology(names, "internal", kind, "")
    })
}

fn refuse(denied: Denied) -> Response<Full<Bytes>> {
    match denied {
        Denied::Address => said(StatusCode::FORBIDDEN, "this address may not fetch pages of this tenant\n"),
        Denied::Credentials => {
            let mut response = said(StatusCode::UNAUTHORIZED, "a name and password are needed\n");
            let challenge = HeaderValue::from_static("Basic realm=\"Callward\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_turn_has_four_names() {
        let read = |path| TurnPath::read(path).map(|TurnPath { tenant, process, call, turn }| format!("{tenant}|{process}|{call}|{turn}"));

        assert_eq!(read("/vxml/acme/two%2Dfactor%20b/a1b2/3").as_deref(), Some("acme|two-factor b|a1b2|3"));
        for other in [
            "/vxml/acme/two-factor",
            "/vxml/acme/two-factor/subdialog",
            "/vxml/a/b/c/1/hangup",
            "/vxml/a//c/1",
            "/vxml/%ff/b/c/1",
            "/a/b/c/d/e",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
