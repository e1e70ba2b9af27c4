//! Where an SMS gateway reports what became of a message: `message_id` and `status`, in query or form.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tracing::error;

use super::form::Form;
use super::gateway::Gateway;

/// `GET or POST /receipts/{tenant}`. A message's id is a bearer secret between the gateway and us, so no other proof is asked.
pub(super) async fn receipt(
    State(gateway): State<Arc<Gateway>>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    body: Body,
) -> Response {
    let Some(fields) = Form::read(query.as_deref(), body).await.map(Form::variables) else {
        return (StatusCode::BAD_REQUEST, "the form is too large or broken off\n").into_response();
    };
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    match gateway.switchboard.receipt(&tenant, field("message_id"), field("status")).await {
        Ok(true) => "noted\n".into_response(),
        Ok(false) => (StatusCode::ACCEPTED, "nothing to note: message_id must be ours, status delivered or undelivered\n").into_response(),
        Err(fault) => {
            error!(tenant, "a delivery receipt could not be noted: {fault}");
            (StatusCode::SERVICE_UNAVAILABLE, "try again\n").into_response()
        }
    }
}
