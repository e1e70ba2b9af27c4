//! What the engine is told: gathered from the call as it stands.

use jiff::Timestamp;

use crate::flow::{CallFacts, Facts};
use crate::session::Live;

use super::directory::{Process, Tenant};

/// The facts at `now`.
pub(super) fn facts(live: &Live, tenant: &Tenant, process: &Process, now: Timestamp) -> Facts {
    let rules = &process.settings.rules;
    Facts {
        now,
        time_zone: tenant.time_zone.clone(),
        call: CallFacts {
            id: live.call.known_as(&live.auth_id).to_owned(),
            from: live.call.from.clone(),
            to: live.call.to.clone(),
            test: live.call.test,
            started: live.call.started,
        },
        verification: live.verification.facts(&live.identity, rules, now),
        methods: live.verification.method_facts(),
        code: live.verification.code_facts(rules, now),
        answer: live.verification.answer_facts(),
    }
}
