//! A flow that cannot hand a caller to a person.

use crate::finding::Finding;
use crate::flow::{Flow, Kind};

use super::roads::Roads;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let flow = roads.flow;
    if flow.exits.contains_key("agent") || asks_consent_only(flow) || flow.steps.values().any(|step| matches!(step.kind, Kind::Transfer(_)))
    {
        return Vec::new();
    }
    let what = "this flow has no exit `agent` and no transfer: a caller whom it cannot help has nobody left";
    let hint = "add `agent: { label: Let an agent help }` under exits, and lead there";
    vec![Finding::error("no-agent-exit", flow.start.span.clone(), what).hint(hint)]
}

/// Whatever comes of asking for consent, the caller goes on where the call came from.
fn asks_consent_only(flow: &Flow) -> bool {
    let any = |wanted: fn(&Kind) -> bool| flow.steps.values().any(|step| wanted(&step.kind));
    any(|kind| matches!(kind, Kind::ConsentRead(_) | Kind::ConsentSet(_)))
        && !any(|kind| matches!(kind, Kind::FindMethods(_) | Kind::SendCode(_) | Kind::CheckCode(_)))
}
