//! What every kind of step that reaches out has in common: what callers hear meanwhile, and how long it may take.

use super::reading::{Fields, Located, Reading};

/// Longest time that a step may wait for somebody else, in milliseconds.
const LONGEST_MS: u32 = 15_000;

/// The common fields of a step that reaches out.
#[derive(Debug, Clone, Default)]
pub struct Reaching {
    /// Said before it reaches out, so that callers hear it while the answer comes; else 2 s of silence, "one moment", music.
    pub meanwhile: Option<Located>,
    /// How long it may take, in milliseconds; as long as the settings say where the step does not.
    pub give_up_after_ms: Option<u32>,
}

impl Reaching {
    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Self {
        let meanwhile = fields.text("meanwhile", reading);
        Self { meanwhile, give_up_after_ms: read_give_up_after(fields, reading) }
    }

    /// For a step that reads what the caller entered: an entry is never kept from one page to the next, so nothing can be said first.
    pub(super) fn read_at_once(fields: &mut Fields, reading: &mut Reading) -> Self {
        Self { meanwhile: None, give_up_after_ms: read_give_up_after(fields, reading) }
    }
}

fn read_give_up_after(fields: &mut Fields, reading: &mut Reading) -> Option<u32> {
    let node = fields.take("give_up_after")?;
    let span = node.span.clone();
    let longest = reading.duration(node, "give_up_after")?;
    if (1..=LONGEST_MS).contains(&longest) {
        return Some(longest);
    }
    let what = format!("give_up_after may be 1ms to {}s here", LONGEST_MS / 1000);
    reading.fault("out-of-bounds", &span, what, "callers hang up on a longer silence; wait for slow things with a step of the kind `wait`");
    None
}
