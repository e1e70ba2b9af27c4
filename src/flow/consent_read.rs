//! `consent.read`: what a contact's consent status is (T6); anything but `CONSENTED` is no consent (T8).

use super::effect::Effect;
use super::reaching::Reaching;
use super::reading::{Fields, Reading};
use super::stage::{Next, Stage};
use super::varying::Varying;

/// A step that reads the status.
#[derive(Debug, Clone)]
pub struct ConsentRead {
    /// Whose.
    pub contact: Varying,
    /// What callers hear meanwhile, and how long it may take.
    pub reaching: Reaching,
}

impl ConsentRead {
    pub(super) const OUTCOMES: &'static [&'static str] = &["consented", "no_consent", "refused", "deleted", "service_error"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let reaching = Reaching::read(fields, reading);
        let contact = fields.need("contact", reading)?;
        Some(Self { contact: Varying::read(contact, reading)?, reaching })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        Next::Perform(Effect::ReadConsent { contact: self.contact.text(stage) })
    }
}
