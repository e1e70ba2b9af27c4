//! A turn: what is said to the caller and what is awaited; it holds every word, so that it can be shown again and again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words::Words;

/// One page's worth of dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The language of the call from here on (BCP 47).
    pub language: String,
    /// Said before the question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Words>,
    /// What is done then.
    pub act: Act,
}

/// What a turn does once its words are said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Asks, and awaits keys.
    Listen(Listen),
    /// Puts the caller through.
    Transfer(Transfer),
    /// Holds the caller for a moment, and then asks how it goes on.
    Hold(Hold),
}

/// A caller on hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The keys that are told at once; where there are none and no pause either, the words are all.
    pub keys: Vec<char>,
    /// How long the page listens before it asks, in milliseconds.
    pub pause_ms: u32,
}

/// A call put through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// A `sip:` or `tel:` address.
    pub to: String,
    /// Whether the call comes back.
    pub kind: TransferKind,
    /// How long it may ring, in milliseconds.
    pub ring_for_ms: u32,
    /// What the other side is told of the call so far: names of results and their values. The engine knows none.
    #[serde(default)]
    pub results: Vec<(String, String)>,
}

/// Whether a call that was put through comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferKind {
    /// It comes back when the other side has hung up.
    Bridge,
    /// It is gone.
    Blind,
}

/// How a transfer went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transferred {
    /// They spoke, and it is over.
    Ended,
    /// The other side was busy.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// It could not be done.
    Failed,
}

impl Transferred {
    /// Its name in flow files and pages.
    pub fn name(self) -> &'static str {
        match self {
            Transferred::Ended => "ended",
            Transferred::Busy => "busy",
            Transferred::NoAnswer => "no_answer",
            Transferred::Failed => "failed",
        }
    }

    /// The outcome of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Ended, Self::Busy, Self::NoAnswer, Self::Failed].into_iter().find(|outcome| outcome.name() == name)
    }
}

/// A question: its words, its reprompts and the keys that answer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listen {
    /// The question.
    pub ask: Vec<Words>,
    /// After silence, by count; the last one stays.
    pub no_input: Vec<Words>,
    /// After a wrong entry, by count; the last one stays.
    pub no_match: Vec<Words>,
    /// What counts as an answer.
    pub takes: Takes,
    /// Keys with a meaning of their own: single keys in a menu, key and `#` where digits are collected.
    pub keys: BTreeMap<char, KeyMeaning>,
    /// Silences, and wrong entries, until the engine is told; counted apart.
    pub tries: u8,
    /// Both together.
    pub tries_together: u8,
    /// Wait for the first key, in milliseconds.
    pub first_key_ms: u32,
    /// Wait between keys, in milliseconds.
    pub between_keys_ms: u32,
}

/// The keys that answer a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// One of these keys.
    OneOf(Vec<char>),
    /// So many digits.
    Digits {
        /// Fewest.
        from: u8,
        /// Most.
        to: u8,
    },
    /// What a grammar of the flow's own says.
    Grammar {
        /// Its address: `VERSION/FILE`.
        file: String,
        /// The document.
        text: String,
    },
}

/// What a bound key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyMeaning {
    /// The engine decides.
    Tell,
    /// The question is asked again.
    Repeat,
    /// More time; after digits, they are forgotten.
    MoreTime,
}

impl Turn {
    /// Whether the caller is on hold.
    pub fn holds(&self) -> bool {
        match self.act {
            Act::Hold(_) => true,
            Act::Listen(_) | Act::Transfer(_) => false,
        }
    }
}

impl Hold {
    /// Words on the way to something that takes its time: they are said, and then it goes on.
    pub(super) fn none() -> Self {
        Self { keys: Vec::new(), pause_ms: 0 }
    }
}

impl Takes {
    /// Whether a grammar of the flow's own says what counts.
    pub fn is_grammar(&self) -> bool {
        match self {
            Takes::Grammar { .. } => true,
            Takes::OneOf(_) | Takes::Digits { .. } => false,
        }
    }

    /// Whether digits are collected, so that an action is a key and then `#`.
    pub fn collects(&self) -> bool {
        match self {
            Takes::OneOf(_) => false,
            Takes::Digits { .. } | Takes::Grammar { .. } => true,
        }
    }
}
