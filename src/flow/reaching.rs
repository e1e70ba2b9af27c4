//! What every kind of step that reaches out has in common: what callers hear meanwhile, and how long it may take.

use super::amount::{Amount, Bounds};
use super::reading::{Fields, Located, Reading};

const GIVE_UP_AFTER: Bounds = Bounds::time("give_up_after", 1, 15_000, 15_000)
    .hint("callers hang up on a longer silence; wait for slow things with a step of the kind `wait`");

/// The common fields of a step that reaches out.
#[derive(Debug, Clone, Default)]
pub struct Reaching {
    /// Said before it reaches out, so that callers hear it while the answer comes; else 2 s of silence, "one moment", music.
    pub meanwhile: Option<Located>,
    /// How long it may take; as long as the settings say where the step does not.
    pub give_up_after: Option<Amount>,
}

impl Reaching {
    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Self {
        let meanwhile = fields.text("meanwhile", reading);
        Self { meanwhile, give_up_after: Amount::read_given(GIVE_UP_AFTER, fields, reading) }
    }

    /// For a step that reads what the caller entered: an entry is never kept from one page to the next, so nothing can be said first.
    pub(super) fn read_at_once(fields: &mut Fields, reading: &mut Reading) -> Self {
        Self { meanwhile: None, give_up_after: Amount::read_given(GIVE_UP_AFTER, fields, reading) }
    }
}
