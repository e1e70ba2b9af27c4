//! The keys of a caller who is being recorded (VoiceXML 2.0 §2.3.6).

use serde_json::json;

use super::collection::matcher;
use super::grammar_shelf::Active;
use super::recognition::{Owner, Recognised};
use super::thrown::Run;
use crate::grammar::{Mode, Verdict};

/// The keys of a caller who is being recorded: an active grammar, or any key at all, ends it.
pub(super) struct RecordingWatch {
    keys: Vec<Active>,
    dtmfterm: bool,
    pressed: String,
    /// The keys that ended it.
    ended: Option<String>,
}

impl RecordingWatch {
    pub fn new(active: Vec<Active>, dtmfterm: bool) -> Self {
        let keys = active.into_iter().filter(|grammar| grammar.automaton.mode() == Mode::Dtmf).collect();
        Self { keys, dtmfterm, pressed: String::new(), ended: None }
    }

    /// Takes a key; `true` when it ends the recording.
    pub fn takes(&mut self, key: char) -> bool {
        if self.ended.is_some() {
            return false;
        }
        self.pressed.push(key);
        let ends = match matcher(&self.keys, self.pressed.chars().map(String::from)).verdict() {
            Verdict::Match | Verdict::MatchEnd => true,
            Verdict::Partial => return false,
            Verdict::NoMatch => self.dtmfterm,
        };
        let pressed = std::mem::take(&mut self.pressed);
        self.ended = ends.then_some(pressed);
        ends
    }

    /// What the keys that ended the recording mean; those that no grammar knows match the local grammar of any key.
    pub fn recognised(&self) -> Run<Option<Recognised>> {
        let Some(keys) = &self.ended else { return Ok(None) };
        let outcome = matcher(&self.keys, keys.chars().map(String::from)).outcome();
        let known = outcome.and_then(|outcome| self.keys.get(outcome.grammar).map(|grammar| (grammar.owner.clone(), outcome)));
        let (owner, interpretation) = match known {
            Some((owner, outcome)) => (owner, outcome.interpretation?),
            None => (Owner::Item, json!(keys)),
        };
        Ok(Some(Recognised { owner, utterance: keys.clone(), by_keys: true, interpretation, mark: None, recording: None }))
    }
}
