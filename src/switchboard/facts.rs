//! What the engine is told: gathered from the call as it stands.

use jiff::Timestamp;

use crate::flow::{CallFacts, ConsentFacts, Facts, Frame, Knowledge, Rules};
use crate::session::{Call, Live};

use super::directory::Tenant;

/// What platforms send in the place of a number that the caller withholds.
const WITHHELD: &[&str] = &["anonymous", "private", "restricted", "unavailable", "unknown"];

/// A call at one moment.
pub(super) struct Known<'a> {
    pub live: &'a Live,
    pub tenant: &'a Tenant,
    pub now: Timestamp,
}

impl Knowledge for Known<'_> {
    fn facts(&self, frame: &Frame, rules: &Rules) -> Facts {
        let Self { live, tenant, now } = self;
        let verification = live.verification.facts(&frame.identity, rules, *now);
        let vouched = live.call.vouched_contact();
        let given = !vouched.is_empty() && frame.inputs.values().any(|input| input == vouched);
        Facts {
            now: *now,
            time_zone: tenant.time_zone.clone(),
            call: CallFacts {
                id: live.call.known_as(&live.auth_id).to_owned(),
                from: live.call.from.clone(),
                to: live.call.to.clone(),
                test: live.call.test,
                started: live.call.started,
            },
            consent: ConsentFacts {
                status: live.consent.clone().unwrap_or_else(|| "NO_CONSENT".to_owned()),
                allowed: verification.verified || given,
                vouched: vouched.to_owned(),
            },
            verification,
            methods: live.verification.method_facts(&frame.identity),
            code: live.verification.code_facts(&frame.identity, rules, *now),
            answer: live.verification.answer.clone(),
        }
    }

    fn contact(&self) -> String {
        self.live.call.contact().to_owned()
    }
}

impl Call {
    /// The contact that the platform vouches for; empty where it names none (AMB-15).
    fn vouched_contact(&self) -> &str {
        let variable = |name: &str| self.variables.get(name).map_or("", String::as_str);
        let contact = variable("contact_id");
        if contact.is_empty() { variable("phone") } else { contact }
    }

    /// Whose consent is meant where nobody says: the platform's contact, else the caller's number.
    pub(super) fn contact(&self) -> &str {
        let vouched = self.vouched_contact();
        if !vouched.is_empty() {
            return vouched;
        }
        let withheld = WITHHELD.iter().any(|word| self.from.eq_ignore_ascii_case(word));
        if withheld { "" } else { &self.from }
    }
}
