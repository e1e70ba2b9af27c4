//! Where a call stands in its flow: everything that lives from turn to turn, and nothing that anyone else knows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::secret::Digits;

use super::method::Method;
use super::words::Words;

/// A call's place in its flow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The flows that run: the first one is the process's, each other one was called by the one before it.
    pub frames: Vec<Frame>,
    /// What the last one's step waits for.
    pub waiting: Waiting,
    /// The language of the call (BCP 47).
    pub language: String,
    /// Said on the way, not heard yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Words>,
    /// The flow that verified somebody last ended by an exit that needs a verified caller.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proven: bool,
    /// Steps and ways out that were taken since the caller last heard anything.
    pub steps: u32,
    /// What the caller entered, on its way to the step that reads it: never stored.
    #[serde(skip)]
    pub entry: Option<Digits>,
}

/// One run of one flow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The flow's name.
    pub flow: String,
    /// The process whose settings it runs with, where the step that called it names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// The step that was entered last.
    pub step: String,
    /// What `keep` and `set` wrote.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: Map<String, Value>,
    /// The inputs.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub inputs: Map<String, Value>,
    /// Who is to be verified; empty where the flow verifies nobody.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub identity: String,
    /// The words that a target put in place of the next step's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<String>,
    /// How often each prompt was said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub heard: BTreeMap<String, u32>,
    /// How often each target with an end was taken, by step and place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub taken: BTreeMap<String, u32>,
    /// The method chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// The choices of the menu that was asked last: key and meaning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<(char, String)>,
    /// The last outcome that explains an ending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A key led from a listening step to the one entered now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_key: bool,
    /// Entries with a wrong check digit since the step was entered.
    #[serde(default)]
    pub misdialled: u8,
    /// Every yes that was heard, by its step.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub yes: BTreeMap<String, Evidence>,
    /// How long the step lets somebody else take, in milliseconds, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub give_up_after_ms: Option<u32>,
    /// How long the step has held the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

/// A caller on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Since when.
    pub since: Timestamp,
    /// How often it was said that it still goes on.
    pub said: u32,
}

/// A yes, as it was heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The prompt that asked.
    pub prompt: String,
    /// In which language (BCP 47).
    pub language: String,
    /// The key pressed.
    pub key: char,
    /// When.
    pub at: Timestamp,
}

/// What a step waits for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// Nothing yet: the flow has not begun.
    #[default]
    Start,
    /// The caller.
    Caller,
    /// An effect.
    Effect,
    /// Nothing more: the flow has ended.
    End,
}

impl State {
    /// A call that has not begun.
    pub fn new(language: &str, frame: Frame) -> Self {
        Self {
            frames: vec![frame],
            waiting: Waiting::Start,
            language: language.to_owned(),
            said: Vec::new(),
            proven: false,
            steps: 0,
            entry: None,
        }
    }

    /// The run that is under way.
    pub fn frame(&self) -> Option<&Frame> {
        self.frames.last()
    }

    /// Who is to be verified in the run that is under way; empty where nobody is.
    pub fn identity(&self) -> &str {
        self.frame().map_or("", |frame| &frame.identity)
    }
}
