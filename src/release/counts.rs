//! What is counted of versions: those that went live, and those that were refused.

use metrics::{counter, gauge};

use crate::store::ReleaseKind;

/// A version went live on this node.
pub(super) fn went_live(flow: &str, how: ReleaseKind) {
    counter!("callward_flow_versions_total", "flow" => flow.to_owned(), "how" => how.name()).increment(1);
}

/// So many things about flows are wrong at present.
pub(super) fn warnings(number: usize) {
    gauge!("callward_flow_warnings").set(u32::try_from(number).unwrap_or(u32::MAX));
}
