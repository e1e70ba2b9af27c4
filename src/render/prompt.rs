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
    /// Where recordings are: what stands before their addresses.
    pub sounds: &'a str,
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
    /// Whether the caller has just entered something, so that the page can count it.
    counted: bool,
}

impl<'a> Prompt<'a> {
    pub fn always(words: &'a Words, page: &'a str, sounds: &'a str) -> Self {
        Self { words, page, moment: Moment::Always, sounds }
    }

    fn pieces(&self) -> Pieces<'_> {
        let counted = matches!(self.moment, Moment::WrongEntry(_));
        Pieces { pieces: &self.words.pieces, around: Some(&self.words.language), counted }
    }
}

impl Pieces<'_> {
    fn inside<'p>(&self, pieces: &'p [Piece]) -> Pieces<'p> {
        Pieces { pieces, around: None, counted: self.counted }
    }

    fn is_foreign(&self, language: &str) -> bool {
        self.around.is_some_and(|around| around != language)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{text, words};
    use super::*;

    #[test]
    fn digits_are_said_one_by_one() {
        assert_eq!(said(Moment::Always, vec![text("ending "), Piece::Digits("21".to_owned())]), "ending 2 <break time=\"400ms\"/> 1");
    }

    #[test]
    fn an_entry_is_counted_only_where_there_was_one() {
        let pieces = || vec![text("Of "), Piece::EntryCount];

        assert_eq!(said(Moment::WrongEntry(1), pieces()), "Of <value expr=\"count\"/>");
        assert_eq!(said(Moment::Always, pieces()), "Of ");
    }

    #[test]
    fn a_code_is_never_said() {
        assert_eq!(said(Moment::Always, vec![Piece::Code]), "");
    }

    #[test]
    fn a_line_is_a_sentence_only_in_a_language_of_its_own() {
        let line = |language: &str, pieces| Piece::Line { language: language.to_owned(), pieces };
        let inner = line("fr", vec![text("Oui.")]);

        assert_eq!(said(Moment::Always, vec![line("en", vec![text("Yes.")])]), "Yes.");
        assert_eq!(said(Moment::Always, vec![line("es", vec![text("Sí. "), inner])]), "<s xml:lang=\"es\">Sí. Oui.</s>");
    }

    fn said(moment: Moment, pieces: Vec<Piece>) -> String {
        let words = words("en", pieces);
        Prompt { words: &words, page: "en", moment, sounds: "" }.pieces().to_string()
    }
}
