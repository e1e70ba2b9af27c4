//! `require`: a guard: is the verdict good enough here, and young enough (P4, P5)?

use super::method::Strength;
use super::reading::{Fields, Located, Reading};
use super::stage::{Next, Stage};

/// A step that guards.
#[derive(Debug, Clone)]
pub struct Require {
    /// The weakest method that is good enough.
    pub strength: Strength,
    /// How old the verdict may be, in milliseconds; as long as it counts where nothing is said.
    pub max_age_ms: Option<u32>,
}

impl Require {
    pub(super) const OUTCOMES: &'static [&'static str] = &["met", "not_met"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let max_age_ms = fields.duration("max_age", reading);
        let strength = fields.text("strength", reading).map_or(Some(Strength::Low), |strength| read_strength(&strength, reading))?;
        Some(Self { strength, max_age_ms })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let proof = &stage.facts.verification;
        let young = match (self.max_age_ms, proof.age_ms) {
            (None, _) => true,
            (Some(most), Some(age)) => age <= u64::from(most),
            (Some(_), None) => false,
        };
        let strong = proof.any_strength.is_some_and(|strength| strength >= self.strength);
        Next::Outcome(if proof.verified && strong && young { "met" } else { "not_met" })
    }
}

fn read_strength(strength: &Located, reading: &mut Reading) -> Option<Strength> {
    let known = [Strength::Low, Strength::Medium, Strength::High].into_iter().find(|known| known.name() == strength.text);
    if known.is_none() {
        reading.fault("unknown-strength", &strength.span, format!("{} is no strength", strength.text), "low, medium or high");
    }
    known
}
