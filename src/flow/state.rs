//! Where a call stands in its flow: everything that lives from turn to turn, and nothing that anyone else knows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::secret::Digits;

use super::method::Method;
use super::words::Words;

/// A call's place in its flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The step that was entered last.
    pub step: String,
    /// What that step waits for.
    pub waiting: Waiting,
    /// The language of the call (BCP 47).
    pub language: String,
    /// What `keep` and `set` wrote.
    pub vars: Map<String, Value>,
    /// The inputs of the flow.
    pub inputs: Map<String, Value>,
    /// Said on the way, not heard yet.
    pub said: Vec<Words>,
    /// The words that a target put in place of the next step's own.
    pub ask: Option<String>,
    /// How often each prompt was said.
    pub heard: BTreeMap<String, u32>,
    /// How often each target with an end was taken, by step and outcome.
    pub taken: BTreeMap<String, u32>,
    /// The method chosen.
    pub method: Option<Method>,
    /// The choices of the menu that was asked last: key and meaning.
    pub choices: Vec<(char, String)>,
    /// The last outcome that explains an ending.
    pub reason: Option<String>,
    /// A key led from a listening step to the one entered now.
    pub by_key: bool,
    /// What the caller entered, on its way to the step that reads it: never stored.
    #[serde(skip)]
    pub entry: Option<Digits>,
}

/// What a step waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// Nothing yet: the flow has not begun.
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
    pub fn new(language: &str, inputs: Map<String, Value>) -> Self {
        Self {
            step: String::new(),
            waiting: Waiting::Start,
            language: language.to_owned(),
            vars: Map::new(),
            inputs,
            said: Vec::new(),
            ask: None,
            heard: BTreeMap::new(),
            taken: BTreeMap::new(),
            method: None,
            choices: Vec::new(),
            reason: None,
            by_key: false,
            entry: None,
        }
    }
}
