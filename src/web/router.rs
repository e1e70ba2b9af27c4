//! Addresses and who answers them (DESIGN, "HTTP, for IVR platforms").

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get};

use super::gateway::Gateway;
use super::{grammars, ivr, operations, receipts, sounds};

/// Every address but those of turns. Each request must carry a [`Peer`](super::Peer) among its extensions.
pub(super) fn router(gateway: Arc<Gateway>) -> Router {
    Router::new()
        .route("/vxml/{tenant}/{process}", any(ivr::entry))
        .route("/vxml/{tenant}/{process}/subdialog", any(ivr::subdialog))
        .route("/vxml/{tenant}/{process}/{call}/{turn}/hangup", any(ivr::hangup))
        .route("/grammars/{file}", get(grammars::grammar))
        .route("/grammars/{version}/{file}", get(grammars::of_flow))
        .route("/prompts/{file}", get(sounds::sound))
        .route("/prompts/{version}/{language}/{file}", get(sounds::recording))
        .route("/receipts/{tenant}", any(receipts::receipt))
        .route("/healthz", get(operations::alive))
        .route("/readyz", get(operations::ready))
        .route("/metrics", get(operations::metrics))
        .fallback(ivr::lost)
        .with_state(gateway)
}
