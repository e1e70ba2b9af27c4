//! `consent.set`: writes a contact's consent status (T5); `CONSENTED` only after a yes heard in this call.

use super::effect::{ConsentStatus, Effect};
use super::reaching::Reaching;
use super::reading::{Fields, Located, Reading};
use super::stage::{Next, Stage};
use super::varying::Varying;

/// A step that writes the status.
#[derive(Debug, Clone)]
pub struct ConsentSet {
    /// Whose.
    pub contact: Varying,
    /// What.
    pub status: ConsentStatus,
    /// The step that asked.
    pub evidence: Located,
    /// What callers hear meanwhile, and how long it may take.
    pub reaching: Reaching,
}

impl ConsentSet {
    pub(super) const OUTCOMES: &'static [&'static str] = &["saved", "not_allowed", "service_error"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let reaching = Reaching::read(fields, reading);
        let contact = fields.need("contact", reading).and_then(|node| Varying::read(node, reading));
        let status = fields.need_text("status", reading).and_then(|status| read_status(&status, reading));
        let evidence = fields.need_text("evidence", reading)?;
        Some(Self { contact: contact?, status: status?, evidence, reaching })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let evidence = stage.frame.yes.get(&self.evidence.text).cloned();
        let consents = self.status == ConsentStatus::Consented;
        let contact = self.contact.text(stage);
        // The platform vouches for the contact that it gave, not for one that the caller keyed in.
        let allowed = stage.facts.verification.verified || contact == stage.facts.consent.vouched;
        if contact.is_empty() || !allowed || (consents && evidence.is_none()) {
            return Next::Outcome("not_allowed");
        }
        Next::Perform(Effect::SetConsent { contact, status: self.status, evidence })
    }
}

fn read_status(status: &Located, reading: &mut Reading) -> Option<ConsentStatus> {
    let known = ConsentStatus::named(&status.text);
    if known.is_none() {
        reading.fault(
            "unknown-status",
            &status.span,
            format!("{} is not a consent status", status.text),
            "CONSENTED, REFUSED, DELETED or NO_CONSENT",
        );
    }
    known
}
