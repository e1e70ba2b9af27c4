//! What of the flows the cases have reached.

use std::collections::BTreeSet;

use serde_json::Value;

use super::moment::Moment;

/// Parts of flows that were reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Ids of prompts that were heard; the offline door alone knows them.
    pub prompts: BTreeSet<String>,
    /// Exits that calls left by.
    pub exits: BTreeSet<String>,
    /// Steps that did something outside, each with an outcome that it had.
    pub outcomes: BTreeSet<(String, String)>,
}

impl Coverage {
    /// What a conversation shows, and the records of its calls.
    pub(super) fn of<'r>(conversation: &[Moment], records: impl IntoIterator<Item = &'r Value>) -> Self {
        let mut coverage = Self::default();
        for moment in conversation {
            match moment {
                Moment::Heard(heard) => coverage.prompts.extend(heard.prompt.clone()),
                Moment::Ended(end) if !end.by_caller => {
                    coverage.exits.insert(end.value("authPath").to_owned());
                }
                Moment::Called { .. } | Moment::Pressed(_) | Moment::Silent(_) | Moment::HungUp | Moment::Passed(_) => {}
                Moment::Received { .. } | Moment::Asked { .. } | Moment::Written(_) | Moment::Transferred(_) | Moment::Ended(_) => {}
            }
        }
        let text = |event: &Value, name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let events = records.into_iter().filter_map(|record| record.get("events")?.as_array()).flatten();
        coverage.outcomes = events.map(|event| (text(event, "step"), text(event, "outcome"))).collect();
        coverage
    }

    /// Adds what another case reached.
    pub fn add(&mut self, other: &Coverage) {
        self.prompts.extend(other.prompts.iter().cloned());
        self.exits.extend(other.exits.iter().cloned());
        self.outcomes.extend(other.outcomes.iter().cloned());
    }
}
