//! What is counted at the HTTP door.

use std::time::Instant;

use metrics::{counter, histogram};

/// An entry page was fetched.
pub(super) fn entry(tenant: &str, process: &str) {
    counter!("callward_entries_total", "tenant" => tenant.to_owned(), "process" => process.to_owned()).increment(1);
}

/// A turn began.
pub(super) fn turn_began() -> Instant {
    Instant::now()
}

/// A turn was answered.
pub(super) fn turn_ended((tenant, process): (&str, &str), began: Instant, served: bool) {
    let outcome = if served { "served" } else { "failed" };
    counter!("callward_turns_total", "tenant" => tenant.to_owned(), "process" => process.to_owned(), "outcome" => outcome).increment(1);
    histogram!("callward_turn_seconds").record(began.elapsed().as_secs_f64());
}
