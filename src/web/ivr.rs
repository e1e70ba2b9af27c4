//! The pages that IVR platforms fetch: entry, turns, hang-up. Whatever a platform causes is answered with a page that can be heard.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use tracing::{Instrument, error, info_span};

use crate::render::DialogKind;
use crate::session::CallAddress;
use crate::switchboard::{Answer, SwitchboardError, TurnInput};

use super::access::{Denied, Peer};
use super::finishing::Finishing;
use super::form::Form;
use super::gateway::Gateway;
use super::metrics;
use super::page::{self, vxml};

type Served = State<Arc<Gateway>>;

/// `GET or POST /vxml/{tenant}/{process}`.
pub(super) async fn entry(
    gateway: Served,
    Path((tenant, process)): Path<(String, String)>,
    Extension(peer): Extension<Peer>,
    request: Request<Body>,
) -> Response {
    enter(gateway, (tenant, process), peer, DialogKind::Main, request).await
}

/// `GET or POST /vxml/{tenant}/{process}/subdialog`.
pub(super) async fn subdialog(
    gateway: Served,
    Path((tenant, process)): Path<(String, String)>,
    Extension(peer): Extension<Peer>,
    request: Request<Body>,
) -> Response {
    enter(gateway, (tenant, process), peer, DialogKind::Subdialog, request).await
}

async fn enter(
    State(gateway): Served,
    (tenant, process): (String, String),
    peer: Peer,
    kind: DialogKind,
    request: Request<Body>,
) -> Response {
    if let Err(denied) = gateway.platform(&tenant, peer, request.headers()) {
        return refuse(denied);
    }
    let presets = Form::read(request).await.map(Form::variables).unwrap_or_default();
    let language = presets.get("lang").map_or("", String::as_str);
    let Some(entry) = gateway.switchboard.entry(&tenant, &process, kind, language).await else {
        let answer = gateway.switchboard.apology((&tenant, &process), "no_such_process", kind, language);
        return vxml(page::answer(&gateway, (&tenant, &process), None, &answer));
    };
    metrics::entry(&tenant, &process);
    vxml(page::entry(&gateway, (&tenant, &process), &entry, &presets))
}

/// `POST /vxml/{tenant}/{process}/{call}/{turn}`.
pub(super) async fn turn(
    State(gateway): Served,
    Path((tenant, process, call, turn)): Path<(String, String, String, String)>,
    Extension(peer): Extension<Peer>,
    request: Request<Body>,
) -> Response {
    let platform = match gateway.platform(&tenant, peer, request.headers()) {
        Ok(platform) => platform,
        Err(denied) => return refuse(denied),
    };
    let names = (tenant.as_str(), process.as_str());
    let (Some(address), Ok(number)) = (gateway.switchboard.address(&tenant, &process, &call), turn.parse()) else {
        let answer = gateway.switchboard.apology(names, "call_ended", DialogKind::Main, "");
        return vxml(page::answer(&gateway, names, None, &answer));
    };
    let posted = request.method() == Method::POST;
    let form = Form::read(request).await.filter(|_| posted);
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
) -> Response {
    let platform = match gateway.platform(&tenant, peer, &headers) {
        Ok(platform) => platform,
        Err(denied) => return refuse(denied),
    };
    let names = (tenant.as_str(), process.as_str());
    let address = gateway.switchboard.address(&tenant, &process, &call);
    let answer = match address.filter(|_| method == Method::POST) {
        Some(address) => resume(&gateway, names, &address, 0, TurnInput::HungUp, platform).await,
        None => gateway.switchboard.apology(names, "call_ended", DialogKind::Main, ""),
    };
    vxml(page::hung_up(&answer))
}

/// No address of ours: below `/vxml` it is a platform that asks, and a caller who listens.
pub(super) async fn lost(State(gateway): Served, uri: Uri) -> Response {
    if !uri.path().starts_with("/vxml/") {
        return (StatusCode::NOT_FOUND, "there is nothing at this address\n").into_response();
    }
    let answer = gateway.switchboard.apology(("", ""), "no_such_process", DialogKind::Main, "");
    vxml(page::answer(&gateway, ("", ""), None, &answer))
}

/// Takes the turn; a fault of ours is heard as an apology.
///
/// A turn that was begun is finished, even when the platform has lost patience and its connection is gone: its repeat then finds
/// the answer, instead of waiting for the claim to run out.
async fn resume(
    gateway: &Arc<Gateway>,
    names: (&str, &str),
    address: &CallAddress,
    turn: u32,
    input: TurnInput,
    platform: String,
) -> Answer {
    let began = metrics::turn_began();
    let span = info_span!("turn", tenant = names.0, process = names.1, turn);
    let (switchboard, address) = (Arc::clone(&gateway.switchboard), address.clone());
    let (tenant, process, kind) = (names.0.to_owned(), names.1.to_owned(), address.kind());
    let work = async move { switchboard.resume((&tenant, &process), &address, turn, input, &platform).await };
    let answered = Finishing::new(work.instrument(span)).await.unwrap_or(Err(SwitchboardError::Panicked));
    metrics::turn_ended(names, began, answered.is_ok());
    answered.unwrap_or_else(|fault| {
        let cause = std::error::Error::source(&fault).map(ToString::to_string).unwrap_or_default();
        error!(tenant = names.0, process = names.1, turn, cause, "a turn could not be served: {fault}");
        gateway.switchboard.apology(names, "internal", kind, "")
    })
}

fn refuse(denied: Denied) -> Response {
    match denied {
        Denied::Address => (StatusCode::FORBIDDEN, "this address may not fetch pages of this tenant\n").into_response(),
        Denied::Credentials => {
            let challenge = [(header::WWW_AUTHENTICATE, "Basic realm=\"Callward\", charset=\"UTF-8\"")];
            (StatusCode::UNAUTHORIZED, challenge, "a name and password are needed\n").into_response()
        }
    }
}
