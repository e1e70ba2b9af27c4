//! For operators: is it alive, is it ready, what does it count.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::access::{Peer, origin};
use super::gateway::Gateway;

/// Buckets of durations, in seconds.
const SECONDS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// How often samples become sums.
const SUM_UP_EVERY: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: calls can be taken; what is wrong is named. A flow that is not taken up keeps nobody from calling.
pub(super) async fn ready(State(gateway): State<Arc<Gateway>>) -> Response {
    match gateway.store.ping().await {
        Ok(()) => {
            let warnings = gateway.flow_warnings.lines().into_iter().map(|line| format!("warning: {line}\n"));
            format!("ready\n{}", warnings.collect::<String>()).into_response()
        }
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("store: {error}\n")).into_response(),
    }
}

/// `GET /metrics`, in Prometheus' text format, for those who may read it.
pub(super) async fn metrics(State(gateway): State<Arc<Gateway>>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Response {
    let from = origin(peer, &headers, &gateway.trusted_proxies);
    if !from.is_some_and(|from| gateway.ops_allow.contains(from)) {
        return (StatusCode::FORBIDDEN, "this address may not read metrics: see http.ops_allow\n").into_response();
    }
    let Some(recorder) = record_metrics() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "another recorder counts in this process\n").into_response();
    };
    recorder.run_upkeep();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], recorder.render()).into_response()
}

/// Sums up what was counted, again and again, for as long as it is polled: samples that nobody comes to fetch would pile up.
pub async fn sum_up_metrics() {
    let mut every = tokio::time::interval(SUM_UP_EVERY);
    loop {
        every.tick().await;
        if let Some(recorder) = record_metrics() {
            recorder.run_upkeep();
        }
    }
}

/// Begins to count; a process has one recorder.
pub fn record_metrics() -> Option<&'static PrometheusHandle> {
    let install = || PrometheusBuilder::new().set_buckets(SECONDS).ok()?.install_recorder().ok();
    RECORDER.get_or_init(install).as_ref()
}
