//! The verification of one call: methods on offer, the code under way, sends and checks, and what came of it.
//!
//! ```text
//! offers ──► begin_code ──► delivered ──► check: right ─────► proof
//!               ▲    └────► failed          wrong, expired ─┐
//!               └───────────────────────────────────────────┘
//! ```

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::flow::{AnswerFacts, CodeFacts, CodeGeneration, Method, MethodFacts, Rules, VerificationFacts};

use super::code::CodeHash;
use super::delivery::{AfterWrong, Code, CodeState, Deliveries};
use super::limits::Limits;
use super::offer::Offer;
use super::proof::Proof;

/// Failed deliveries by one method in one call, after which it is offered no more.
const MOST_FAILURES: u8 = 2;

/// The verification of one call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Whom methods and code are about: they count for nobody else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// The methods on offer, in the service's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    /// The code under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// Deliveries that count (G32).
    pub sends: u8,
    /// Codes made in this call: the number that messages bear.
    pub codes: u8,
    /// Entries of an authenticator's codes that were wrong (AMB-6).
    pub wrong_app_codes: u8,
    /// What was sent by each method.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub history: BTreeMap<Method, Deliveries>,
    /// Who was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// What a service answered last.
    pub answer: AnswerFacts,
}

impl Verification {
    /// From here on it is about `identity`: methods and code of somebody else are gone, what was sent in this call stays counted.
    pub fn turn_to(&mut self, identity: &str) {
        if self.subject != identity {
            identity.clone_into(&mut self.subject);
            self.offers.clear();
            self.code = None;
            self.wrong_app_codes = 0;
        }
    }

    /// Offers these methods, without those that have failed too often in this call.
    pub fn offer(&mut self, offers: Vec<Offer>) {
        let failed = |kind: Method| self.history.get(&kind).is_some_and(|sent| sent.failed >= MOST_FAILURES);
        self.offers = offers.into_iter().filter(|offer| !failed(offer.kind)).collect();
    }

    /// Whether the caller must wait before a code is sent again by `method`: 30 s or 60 s, doubled each time.
    pub fn cools_down(&self, method: Method, limits: &Limits, now: Timestamp) -> bool {
        let first = match method {
            Method::Sms => limits.resend_cooldown_sms_seconds,
            Method::Email => limits.resend_cooldown_email_seconds,
            Method::Authenticator => 0,
        };
        let sent = self.history.get(&method).copied().unwrap_or_default();
        let wait = i64::from(first) << u32::from(sent.taken.saturating_sub(1)).min(10);
        sent.last.is_some_and(|last| now < last + SignedDuration::from_secs(wait))
    }

    /// Begins a code; the one before it is dead from here on.
    pub fn begin_code(
        &mut self,
        method: Method,
        message_id: String,
        hash: impl FnOnce(u8) -> Option<CodeHash>,
        rules: &Rules,
        now: Timestamp,
    ) {
        self.codes = self.codes.saturating_add(1);
        let lifetime = match rules.code_generation {
            CodeGeneration::Internal => SignedDuration::from_mins(i64::from(rules.internal_code_minutes)),
            CodeGeneration::External => SignedDuration::from_millis(i64::from(rules.external_code_validity_ms)),
        };
        let hash = hash(self.codes);
        self.code = Some(Code { number: self.codes, method, hash, expires_at: now + lifetime, checks: 0, message_id, undelivered: false });
        self.wrong_app_codes = 0;
    }

    /// The code under way was sent, or may have been; it counts.
    pub fn delivered(&mut self, method: Method, now: Timestamp) {
        self.sends = self.sends.saturating_add(1);
        let sent = self.history.entry(method).or_default();
        sent.taken = sent.taken.saturating_add(1);
        sent.last = Some(now);
    }

    /// The code under way could not be sent: it is dead, and a method that failed twice is offered no more.
    pub fn failed(&mut self, method: Method, counts: bool) {
        self.code = None;
        if counts {
            self.sends = self.sends.saturating_add(1);
        }
        let sent = self.history.entry(method).or_default();
        sent.failed = sent.failed.saturating_add(1);
        if sent.failed >= MOST_FAILURES {
            self.drop_method(method);
        }
    }

    /// The customer's service does not know this contact: it is offered no more.
    pub fn drop_method(&mut self, method: Method) {
        self.offers.retain(|offer| offer.kind != method);
    }

    /// Whether the code under way can be compared.
    pub fn code_state(&self, rules: &Rules, now: Timestamp) -> CodeState {
        match &self.code {
            None => CodeState::Expired,
            Some(code) if code.expires_at <= now => CodeState::Expired,
            Some(code) if code.checks >= rules.maximum_checks => CodeState::UsedUp,
            Some(_) => CodeState::Alive,
        }
    }

    /// Counts a wrong entry. With an authenticator each entry is a round too, and the smaller maximum ends it (AMB-6).
    pub fn wrong(&mut self, rules: &Rules) -> AfterWrong {
        let Some(code) = &mut self.code else { return AfterWrong::ChecksExceeded };
        code.checks = code.checks.saturating_add(1);
        let checks = code.checks;
        if code.method == Method::Authenticator {
            self.wrong_app_codes = self.wrong_app_codes.saturating_add(1);
            let rounds = self.sends.saturating_add(self.wrong_app_codes).saturating_sub(1);
            if rounds >= rules.maximum_sends && rules.maximum_sends <= rules.maximum_checks {
                return AfterWrong::SendsExceeded;
            }
        }
        if checks >= rules.maximum_checks { AfterWrong::ChecksExceeded } else { AfterWrong::TryAgain }
    }

    /// The code was right: it is used, and the caller is verified for a time.
    pub fn right(&mut self, identity: &str, auth_id: &str, rules: &Rules, now: Timestamp) {
        let Some(code) = self.code.take() else { return };
        let until = now + SignedDuration::from_mins(i64::from(rules.authenticated_for_minutes));
        self.proof = Some(Proof { identity: identity.to_owned(), method: code.method, at: now, until, auth_id: auth_id.to_owned() });
    }

    /// The proof that counts for `identity` now (AMB-14).
    pub fn valid_proof(&self, identity: &str, rules: &Rules, now: Timestamp) -> Option<&Proof> {
        let proof = self.proof.as_ref().filter(|proof| proof.until > now)?;
        (proof.identity == identity && proof.method.strength() >= rules.minimum_strength).then_some(proof)
    }

    /// What the engine may know of it.
    pub fn facts(&self, identity: &str, rules: &Rules, now: Timestamp) -> VerificationFacts {
        let valid = self.valid_proof(identity, rules, now);
        let fresh = self.proof.as_ref().filter(|proof| proof.until > now);
        let checks = self.code_of(identity).map_or(0, |code| code.checks);
        VerificationFacts {
            still_valid: valid.is_some(),
            verified: fresh.is_some(),
            sends_left: rules.maximum_sends.saturating_sub(self.sends),
            checks_left: rules.maximum_checks.saturating_sub(checks),
            method: valid.map(|proof| proof.method),
            strength: valid.map(|proof| proof.method.strength()),
            any_strength: fresh.map(|proof| proof.method.strength()),
            age_ms: fresh.and_then(|proof| u64::try_from(now.duration_since(proof.at).as_millis()).ok()),
        }
    }

    /// The methods on offer to `identity`, as the engine may know them.
    pub fn method_facts(&self, identity: &str) -> Vec<MethodFacts> {
        let offers = self.offers.iter().filter(|_| self.subject == identity);
        offers.map(Offer::facts).collect()
    }

    /// The code under way for `identity`, as the engine may know it.
    pub fn code_facts(&self, identity: &str, rules: &Rules, now: Timestamp) -> CodeFacts {
        let code = self.code_of(identity);
        CodeFacts {
            digits: rules.code_digits(),
            alive: code.is_some() && self.code_state(rules, now) == CodeState::Alive,
            number: self.codes,
            minutes: rules.internal_code_minutes,
            undelivered: code.is_some_and(|code| code.undelivered),
        }
    }

    fn code_of(&self, identity: &str) -> Option<&Code> {
        self.code.as_ref().filter(|_| self.subject == identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn after(seconds: i64) -> Timestamp {
        NOW + SignedDuration::from_secs(seconds)
    }

    fn sent(method: Method) -> Verification {
        let offers = vec![Offer { kind: method, target: "491701234521".into() }];
        let mut verification = Verification { subject: "1001".into(), offers, ..Verification::default() };
        verification.begin_code(method, String::new(), |_| None, &Rules::default(), NOW);
        verification.delivered(method, NOW);
        verification
    }

    #[test]
    fn resends_wait_thirty_seconds_and_then_twice_as_long() {
        let mut verification = sent(Method::Sms);
        let limits = Limits::default();

        assert!(verification.cools_down(Method::Sms, &limits, after(29)));
        assert!(!verification.cools_down(Method::Sms, &limits, after(30)));
        assert!(!verification.cools_down(Method::Email, &limits, after(1)));
        verification.delivered(Method::Sms, after(30));
        assert!(verification.cools_down(Method::Sms, &limits, after(89)));
        assert!(!verification.cools_down(Method::Sms, &limits, after(90)));
    }

    #[test]
    fn a_code_dies_of_age_of_checks_and_of_use() {
        let rules = Rules::default();
        let mut verification = sent(Method::Sms);
        assert_eq!(verification.code_state(&rules, after(299)), CodeState::Alive);
        assert_eq!(verification.code_state(&rules, after(300)), CodeState::Expired);

        assert_eq!([verification.wrong(&rules), verification.wrong(&rules)], [AfterWrong::TryAgain; 2]);
        assert_eq!(verification.wrong(&rules), AfterWrong::ChecksExceeded);
        assert_eq!(verification.code_state(&rules, NOW), CodeState::UsedUp);

        let mut verification = sent(Method::Sms);
        verification.right("1001", "id", &rules, NOW);
        assert_eq!(verification.code_state(&rules, NOW), CodeState::Expired);
    }

    #[test]
    fn a_proof_counts_for_its_identity_its_time_and_its_strength() {
        let rules = Rules::default();
        let mut verification = sent(Method::Email);
        verification.right("1001", "id", &rules, NOW);

        assert!(verification.valid_proof("1001", &rules, after(899)).is_some());
        assert!(verification.valid_proof("1001", &rules, after(900)).is_none());
        assert!(verification.valid_proof("1002", &rules, NOW).is_none());
        let strict = Rules { minimum_strength: crate::flow::Strength::Medium, ..rules };
        assert!(verification.valid_proof("1001", &strict, NOW).is_none());
    }

    #[test]
    fn an_authenticators_rounds_end_at_the_smaller_maximum_and_equal_ones_by_sends() {
        for (sends, checks, ends) in
            [(3, 3, AfterWrong::SendsExceeded), (3, 2, AfterWrong::ChecksExceeded), (2, 5, AfterWrong::SendsExceeded)]
        {
            let rules = Rules { maximum_sends: sends, maximum_checks: checks, ..Rules::default() };
            let mut verification = sent(Method::Authenticator);

            let tries: Vec<AfterWrong> = (0..sends.min(checks)).map(|_| verification.wrong(&rules)).collect();

            assert_eq!(tries.last(), Some(&ends), "{sends} {checks}");
            assert!(tries[..tries.len() - 1].iter().all(|after| *after == AfterWrong::TryAgain));
        }
    }

    #[test]
    fn methods_and_code_of_one_person_are_nothing_to_another() {
        let rules = Rules::default();
        let mut verification = sent(Method::Sms);
        let seen = |verification: &Verification, identity| {
            (verification.method_facts(identity).len(), verification.code_facts(identity, &rules, NOW).alive)
        };
        assert_eq!((seen(&verification, "1001"), seen(&verification, "1002")), ((1, true), (0, false)));

        verification.turn_to("1002");

        assert_eq!((verification.offers.len(), verification.code_state(&rules, NOW)), (0, CodeState::Expired));
        assert_eq!(verification.sends, 1);
    }

    #[test]
    fn a_method_that_failed_twice_is_offered_no_more() {
        let mut verification = sent(Method::Sms);

        verification.failed(Method::Sms, false);
        assert_eq!((verification.offers.len(), verification.sends), (1, 1));
        verification.failed(Method::Sms, true);

        assert_eq!((verification.offers.len(), verification.sends), (0, 2));
        verification.offer([Method::Sms, Method::Email].map(|kind| Offer { kind, target: "x".into() }).into());
        assert_eq!(verification.offers.iter().map(|offer| offer.kind).collect::<Vec<_>>(), [Method::Email]);
    }

    #[test]
    fn nothing_shows_a_number() {
        let shown = format!("{:?}", sent(Method::Sms));

        assert!(!shown.contains("491701234521"), "{shown}");
    }
}
