//! What is said: pieces of text as the voice and the terminal need them.

use serde::{Deserialize, Serialize};

use crate::apology;

/// One prompt, with every variable filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The prompt's id in the flow.
    pub id: String,
    /// Its language (BCP 47).
    pub language: String,
    /// What it says.
    pub pieces: Vec<Piece>,
    /// Whether a key interrupts it.
    pub barge_in: bool,
    /// The address of its recording, `VERSION/LANGUAGE/FILE`; the voice speaks where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<String>,
}

/// A part of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// Plain text.
    Text(String),
    /// Digits, spoken one by one.
    Digits(String),
    /// How many keys the caller has just pressed; known to the page only.
    EntryCount,
    /// Where the code stands in a message.
    Code,
    /// A line in a language of its own.
    Line {
        /// Its language (BCP 47).
        language: String,
        /// What it says.
        pieces: Vec<Piece>,
    },
}

impl Words {
    /// Words of the engine itself, for when no flow has any.
    pub fn built_in(id: &str, language: &str, text: &str) -> Self {
        Self { id: id.to_owned(), language: language.to_owned(), pieces: vec![Piece::Text(text.to_owned())], barge_in: true, audio: None }
    }
}

/// What a caller hears when nothing else can be said.
pub fn apology(language: &str) -> Words {
    Words::built_in("apology", language, apology::apology(language).words)
}
