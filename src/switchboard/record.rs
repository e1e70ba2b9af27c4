//! The record of a call: verdict, reason, what was done and what was left; readable for as long as records are kept.

use jiff::Timestamp;
use serde::Serialize;

use crate::flow::Rules;
use crate::secret::mask;
use crate::session::{Event, Live, Results};
use crate::store::Record;

#[derive(Serialize)]
struct Body<'a> {
    auth_id: &'a str,
    call_id: &'a str,
    tenant: &'a str,
    process: &'a str,
    flow: &'a str,
    flow_version: &'a str,
    test: bool,
    from: String,
    identity: String,
    started_at: Timestamp,
    ended_at: Timestamp,
    status: &'a str,
    path: &'a str,
    reason: &'a str,
    method: &'a str,
    strength: &'a str,
    authenticated_until: &'a str,
    sends: u8,
    sends_left: u8,
    checks_left: u8,
    events: &'a [Event],
}

/// The record of a call that ended at `now`; `rules` are those of its process.
pub(super) fn record(live: &Live, rules: &Rules, results: &Results, now: Timestamp) -> Record {
    let call = &live.call;
    let identity =
        live.state.frames.iter().rev().map(|frame| frame.identity.as_str()).find(|identity| !identity.is_empty()).unwrap_or_default();
    let facts = live.verification.facts(identity, rules, now);
    let call_id = call.known_as(&live.auth_id);
    let body = Body {
        auth_id: &live.auth_id,
        call_id,
        tenant: &call.tenant,
        process: &call.process,
        flow: live.state.frames.first().map_or("", |first| &first.flow),
        flow_version: &live.flow_version,
        test: call.test,
        from: mask(&call.from),
        identity: mask(identity),
        started_at: call.started,
        ended_at: now,
        status: &results.status,
        path: &results.path,
        reason: &results.reason,
        method: &results.method,
        strength: &results.strength,
        authenticated_until: &results.until,
        sends: live.verification.sends,
        sends_left: facts.sends_left,
        checks_left: facts.checks_left,
        events: live.journal.events(),
    };
    Record {
        id: live.auth_id.clone(),
        tenant: call.tenant.clone(),
        call_id: call_id.to_owned(),
        at: now,
        body: serde_json::to_string(&body).unwrap_or_default(),
    }
}
