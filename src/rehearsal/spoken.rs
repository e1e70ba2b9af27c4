//! Words as a caller hears them: the same that a browser makes of a page.

use crate::flow::{Piece, Words};

use super::moment::Heard;

/// A prompt as a caller hears it; `count` is how many digits were entered, where that is known.
pub(super) fn spoken(words: &Words, count: Option<usize>) -> Heard {
    let mut text = String::new();
    speak(&words.pieces, count, &mut text);
    Heard { prompt: Some(words.id.clone()), text: text.trim().to_owned() }
}

fn speak(pieces: &[Piece], count: Option<usize>, text: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Text(run) => text.push_str(run),
            Piece::Digits(digits) => text.push_str(&digits.chars().map(String::from).collect::<Vec<_>>().join(" ")),
            Piece::EntryCount => text.push_str(&count.map(|count| count.to_string()).unwrap_or_default()),
            Piece::Code => {}
            Piece::Line { pieces, .. } => speak(pieces, count, text),
        }
    }
}
