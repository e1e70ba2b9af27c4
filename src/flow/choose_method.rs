//! `choose_method`: the caller chooses among the methods on offer, in the service's order; one alone is not asked for (G4).

use super::facts::MethodFacts;
use super::listening::{FIRST_KEY, Listening, follow};
use super::method::Method;
use super::reading::{Fields, Reading};
use super::stage::{Line, Next, Stage};
use super::turn::Takes;

/// A step that lets the caller choose a method.
#[derive(Debug, Clone)]
pub struct ChooseMethod {
    /// Question, timers, keys; the lines are `ASK.email`, `ASK.sms`, ….
    pub listening: Listening,
    /// Leaves out the method chosen last, and always asks.
    pub only_others: bool,
}

impl ChooseMethod {
    pub(super) const OUTCOMES: &'static [&'static str] = &["chosen", "none_left", "no_input", "no_match"];

    pub(super) fn read(fields: &mut Fields, reading: &mut Reading) -> Option<Self> {
        let only_others = match fields.text("only", reading) {
            None => false,
            Some(only) if only.text == "others" => true,
            Some(only) => {
                reading.fault(
                    "wrong-type",
                    &only.span,
                    format!("only cannot be {}", only.text),
                    "only: others leaves out the method chosen last",
                );
                false
            }
        };
        Some(Self { listening: Listening::read(fields, FIRST_KEY, reading)?, only_others })
    }

    pub(super) fn enter(&self, stage: &mut Stage<'_, '_>) -> Next<'_> {
        let offered: Vec<MethodFacts> =
            stage.facts.methods.iter().filter(|method| !self.only_others || Some(method.kind) != stage.frame.method).cloned().collect();
        match offered.as_slice() {
            [] => return Next::Outcome("none_left"),
            [single] if !self.only_others => {
                stage.frame.method = Some(single.kind);
                return Next::Outcome("chosen");
            }
            [_, ..] => {}
        }
        let lines: Vec<Line> = offered.into_iter().zip('1'..='9').map(|(method, key)| self.line(method, key)).collect();
        stage.frame.choices = lines.iter().filter_map(|line| Some((line.key, line.method.as_ref()?.kind.name().to_owned()))).collect();
        let takes = Takes::OneOf(lines.iter().map(|line| line.key).collect());
        Next::Listen(Box::new(self.listening.listen(takes, &lines, stage)))
    }

    pub(super) fn heard<'f>(&'f self, pressed: &str, stage: &mut Stage<'f, '_>) -> Next<'f> {
        let chosen = stage.frame.choices.iter().find(|(key, _)| pressed.chars().eq([*key]));
        match chosen.and_then(|(_, name)| Method::named(name)) {
            Some(method) => {
                stage.frame.method = Some(method);
                Next::Outcome("chosen")
            }
            None => self.listening.bound(pressed, false, stage.keys).map_or(Next::Outcome("no_match"), follow),
        }
    }

    fn line(&self, method: MethodFacts, key: char) -> Line {
        let prompt = format!("{}.{}", self.listening.ask.text, method.kind.name());
        Line { key, prompt, language: None, method: Some(method), part: None }
    }
}
