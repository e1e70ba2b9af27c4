//! What is said: pieces of text as the voice and the terminal need them.

use serde::{Deserialize, Serialize};

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
    let text = match apology_language(language) {
        "es" => "Lo siento, ha habido un problema. No puedo continuar en esta llamada.",
        "de" => "Es tut mir leid, da ist etwas schiefgegangen. Ich kann in diesem Anruf nicht weitermachen.",
        "fr" => "Je suis désolé, un problème est survenu. Je ne peux pas continuer cet appel.",
        _ => "I am sorry, something went wrong. I cannot go on with this call.",
    };
    Words::built_in("apology", language, text)
}

/// The language of the apology for somebody who speaks `language`, which may be any text: a platform may ask for anything.
pub fn apology_language(language: &str) -> &'static str {
    let primary = language.split('-').next().unwrap_or_default();
    ["es", "de", "fr"].into_iter().find(|known| known.eq_ignore_ascii_case(primary)).unwrap_or("en")
}
