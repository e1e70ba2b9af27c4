//! What came of a case: the conversation, and where it first went another way than told.

use std::ops::Range;

use serde_json::{Value, json};

use crate::finding::{Finding, Source};

use super::coverage::Coverage;
use super::moment::Moment;
use super::telephone::Door;
use super::transcript::Case;

/// What came of one case at one door.
#[derive(Debug, Clone)]
pub struct CaseOutcome {
    /// The case's name.
    pub name: String,
    /// The bytes of the transcript in which its first line stands.
    pub span: Range<usize>,
    /// How it was played.
    pub door: Door,
    /// All that happened.
    pub conversation: Vec<Moment>,
    /// The first line that did not come true; `None` when the case went as told.
    pub difference: Option<Finding>,
    /// What of the flows was reached.
    pub coverage: Coverage,
}

impl CaseOutcome {
    pub(super) fn new(case: &Case, door: Door, conversation: Vec<Moment>, difference: Option<Finding>, coverage: Coverage) -> Self {
        Self { name: case.name.clone(), span: case.span.clone(), door, conversation, difference, coverage }
    }

    /// Whether all came as told.
    pub fn passed(&self) -> bool {
        self.difference.is_none()
    }

    /// The outcome for programs: one object, the conversation as lines of a transcript.
    pub fn json(&self, source: &Source) -> Value {
        let line = Finding::error("case", self.span.clone(), "").place(source).0;
        json!({
            "case": self.name, "file": source.path, "line": line, "door": self.door.name(), "passed": self.passed(),
            "conversation": self.conversation.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "difference": self.difference.as_ref().map(|difference| difference.json(source)),
        })
    }

    /// A failure for people: the conversation so far, then the line that did not come true. Empty for a case that passed.
    pub fn render(&self, source: &Source, colour: bool) -> String {
        let Some(difference) = &self.difference else { return String::new() };
        let mut lines = vec![format!("{} ({}), as it went:", self.name, self.door.name())];
        lines.extend(self.conversation.iter().map(|moment| format!("  {moment}")));
        lines.push(difference.render(source, colour));
        lines.join("\n")
    }
}
