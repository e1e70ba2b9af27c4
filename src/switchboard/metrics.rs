//! What the switchboard counts: verdicts, sends, checks and locks; never a person.

use metrics::counter;

use crate::flow::{Method, Outcome};
use crate::session::{Call, Results};

/// A call ended.
pub(super) fn ended(call: &Call, results: &Results) {
    counter!(
        "callward_verifications_total",
        "tenant" => call.tenant.clone(),
        "process" => call.process.clone(),
        "method" => results.method.clone(),
        "status" => results.status.clone(),
        "path" => results.path.clone(),
        "reason" => results.reason.clone(),
    )
    .increment(1);
}

/// A gateway was given a message.
pub(super) fn sent(tenant: &str, gateway: &str, taken: bool) {
    let outcome = if taken { "taken" } else { "failed" };
    counter!("callward_sends_total", "tenant" => tenant.to_owned(), "gateway" => gateway.to_owned(), "outcome" => outcome).increment(1);
}

/// Something was done, and this came of it.
pub(super) fn performed(tenant: &str, method: Option<Method>, outcome: &Outcome) {
    let method = method.map_or("", Method::name);
    let outcome = match outcome {
        Outcome::Status(_) => "status",
        known => known.name(),
    };
    counter!("callward_effects_total", "tenant" => tenant.to_owned(), "method" => method, "outcome" => outcome.to_owned()).increment(1);
}

/// A person was locked by a wrong code.
pub(super) fn locked(tenant: &str) {
    counter!("callward_locks_total", "tenant" => tenant.to_owned()).increment(1);
}
