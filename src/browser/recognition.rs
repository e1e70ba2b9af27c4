//! A result of recognition: what the caller meant, and for whom it is (VoiceXML 2.0 §3.1.6, §5.1.5).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::document::Link;

/// Whose grammar understood the caller.
#[derive(Debug, Clone)]
pub(super) enum Owner {
    /// The item that was waiting.
    Item,
    /// The form or menu in progress.
    Dialog,
    /// A choice of the menu that was waiting.
    Choice(usize),
    /// A link.
    Link(Arc<Link>),
    /// One of the platform's own words (§6.3.6), which is an event of the same name.
    Universal(&'static str),
    /// A dialog whose grammars are active in the whole document; of the root document when `in_root`.
    Elsewhere { in_root: bool, dialog: usize, choice: Option<usize> },
}

/// Input that an active grammar understood.
#[derive(Clone)]
pub(super) struct Recognised {
    pub owner: Owner,
    pub utterance: String,
    pub by_keys: bool,
    pub interpretation: Value,
    /// The last `<mark>` before the prompts ended, and the milliseconds since.
    pub mark: Option<(String, u64)>,
    /// The reference to what was said as sound, its bytes and its milliseconds (2.1 §7).
    pub recording: Option<(Value, usize, u64)>,
}

impl Recognised {
    /// Keys, or a sound where there are none, that no grammar knows.
    pub fn nothing(keys: &str) -> Self {
        let utterance = keys.to_owned();
        Self { owner: Owner::Item, utterance, by_keys: !keys.is_empty(), interpretation: Value::Null, mark: None, recording: None }
    }

    /// The entry of `application.lastresult$` for input that means nothing.
    pub fn refused(&self) -> Value {
        let mut result = self.shadow();
        result.remove("interpretation");
        result.insert("confidence".to_owned(), json!(0.0));
        Value::Object(result)
    }

    /// One entry of `application.lastresult$`.
    pub fn result(&self) -> Value {
        let mut result = self.shadow();
        result.insert("interpretation".to_owned(), self.interpretation.clone());
        Value::Object(result)
    }

    /// The properties of a field's shadow variable (§2.3.1).
    pub fn shadow(&self) -> Map<String, Value> {
        let mut shadow = Map::new();
        shadow.insert("confidence".to_owned(), json!(1.0));
        shadow.insert("utterance".to_owned(), json!(self.utterance));
        shadow.insert("inputmode".to_owned(), json!(if self.by_keys { "dtmf" } else { "voice" }));
        shadow.insert("interpretation".to_owned(), self.interpretation.clone());
        if let Some((name, milliseconds)) = &self.mark {
            shadow.insert("markname".to_owned(), json!(name));
            shadow.insert("marktime".to_owned(), json!(milliseconds));
        }
        if let Some((reference, size, duration)) = &self.recording {
            shadow.insert("recording".to_owned(), reference.clone());
            shadow.insert("recordingsize".to_owned(), json!(size));
            shadow.insert("recordingduration".to_owned(), json!(duration));
        }
        shadow
    }

    /// What the waiting item gets: the property called like its slot, or all of it (§3.1.6.1).
    pub fn for_item(&self, slot: &str) -> Value {
        match &self.interpretation {
            Value::Object(_) => self.for_slot(slot).unwrap_or(&self.interpretation).clone(),
            other => other.clone(),
        }
    }

    /// What an item gets from a grammar of the form: only the property called like its slot (§3.1.6.2).
    pub fn for_slot(&self, slot: &str) -> Option<&Value> {
        slot.split('.').try_fold(&self.interpretation, |value, name| value.get(name))
    }
}
