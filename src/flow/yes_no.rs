//! `yes_no`: 1 is yes, 2 is no.

use super::listening::{FIRST_KEY, Listening, follow};
use super::reading::{Fields, Reading};
use super::stage::{Next, Stage};
use super::state::Evidence;
use super::turn::Takes;

/// A step that asks for yes or no.
#[derive(Debug, Clone)]
pub struct YesNo {
    /// Question, timers, keys.
    pub listening: Listening,
}

impl YesNo {
    pub(super) const OUTCOMES: &'static [&'static str] = &["said_yes", "said_no", "no_input", "no_match"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        Some(Self { listening: Listening::read(fields, FIRST_KEY, reading)? })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        Next::Listen(Box::new(self.listening.listen(Takes::OneOf(vec!['1', '2']), &[], stage)))
    }

    pub(super) fn heard<'f>(&'f self, pressed: &str, stage: &mut Stage<'f, '_>) -> Next<'f> {
        match pressed {
            "1" => {
                let prompt = format!("{}.ask", self.listening.ask.text);
                let evidence = Evidence { prompt, language: stage.language.clone(), key: '1', at: stage.facts.now };
                stage.frame.yes.insert(stage.frame.step.clone(), evidence);
                Next::Outcome("said_yes")
            }
            "2" => {
                stage.frame.yes.remove(&stage.frame.step);
                Next::Outcome("said_no")
            }
            _ => self.listening.bound(pressed, false, stage.keys).map_or(Next::Outcome("no_match"), follow),
        }
    }
}
