//! One prompt of a page, in SSML (VoiceXML 2.0 §4.1, SSML 1.0).

use askama::Template;

use crate::flow::{Piece, Words};

/// A `<prompt>` and the moment it is for.
#[derive(Debug, Template)]
#[template(path = "prompt.vxml")]
pub(super) struct Prompt<'a> {
    pub words: &'a Words,
    /// The language of the page.
    pub page: &'a str,
    pub moment: Moment,
}

/// When a prompt is played: `say`, a variable of the page, tells what is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Always,
    /// The first time, and when all of it is to be heard again.
    Opening,
    /// Also when the question is repeated.
    Question,
    /// After so many silences.
    Silence(usize),
    /// After so many wrong entries.
    WrongEntry(usize),
}

/// Pieces of text; a line in a language of its own is a sentence, and a line inside a line just belongs to it.
#[derive(Debug, Template)]
#[template(path = "pieces.vxml")]
struct Pieces<'a> {
    pieces: &'a [Piece],
    /// The language around them; `None` inside a line.
    around: Option<&'a str>,
}

impl<'a> Prompt<'a> {
    pub fn always(words: &'a Words, page: &'a str) -> Self {
        Self { words, page, moment: Moment::Always }
    }

    fn pieces(&self) -> Pieces<'_> {
        Pieces { pieces: &self.words.pieces, around: Some(&self.words.language) }
    }
}

impl Pieces<'_> {
    fn inside<'p>(&self, pieces: &'p [Piece]) -> Pieces<'p> {
        Pieces { pieces, around: None }
    }

    fn is_foreign(&self, language: &str) -> bool {
        self.around.is_some_and(|around| around != language)
    }
}
