//! What was done in a call, step by step, for its record: no digit, no number, no address in full.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::flow::Evidence;

/// Most events that a record keeps; a call has far fewer.
const MOST_EVENTS: usize = 200;

/// The events of one call, in order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Journal(Vec<Event>);

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// The step of the flow.
    pub step: String,
    /// What came of it: an outcome by its name.
    pub outcome: String,
    /// By which method, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// To whom, masked, where there is somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The yes that a consent rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Why, in words, where the outcome does not say it all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
}

impl Journal {
    /// Adds an event; beyond a few hundred the oldest stay and the rest is dropped.
    pub fn add(&mut self, event: Event) {
        if self.0.len() < MOST_EVENTS {
            self.0.push(event);
        }
    }

    /// The events, in order.
    pub fn events(&self) -> &[Event] {
        &self.0
    }
}
