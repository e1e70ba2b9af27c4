//! Turns and words that the tests of this room render.

use std::collections::BTreeMap;

use crate::flow::{Act, Hold, KeyMeaning, Listen, Piece, Takes, Transfer, TransferKind, Turn, Words};

/// Text that tries to get out of where it stands.
pub(super) const HOSTILE: &str = "</prompt>\"'&\\<![CDATA[ ]]> \u{0}\u{b}\u{1f}\u{fffe}\u{2028}\u{85}\r\n\t 🦀 ß";

/// A code of six digits: two bound keys that lead on, one that repeats, `*` for more time.
pub(super) fn code() -> Turn {
    Turn { language: "en".to_owned(), said: vec![words("en", vec![text("That code did not match.")])], act: Act::Listen(code_question()) }
}

/// The question of [`code`].
pub(super) fn code_question() -> Listen {
    let keys = [('0', KeyMeaning::Tell), ('8', KeyMeaning::Tell), ('9', KeyMeaning::Repeat), ('*', KeyMeaning::MoreTime)];
    let mask = vec![text("I have sent a 6-digit code to the number ending "), Piece::Digits("21".to_owned()), text(".")];
    let short = vec![text("That was "), Piece::EntryCount, text(" of 6 digits.")];
    Listen {
        ask: vec![words("en", mask)],
        no_input: vec![words("en", vec![text("Take your time.")]), words("en", vec![text("Still there?")])],
        no_match: vec![words("en", short), words("es", vec![text("Marque los 6 dígitos.")])],
        takes: Takes::Digits { from: 6, to: 6 },
        keys: BTreeMap::from(keys),
        tries: 3,
        tries_together: 6,
        first_key_ms: 15_000,
        between_keys_ms: 5_000,
    }
}

/// A menu of two lines, one in a language of its own.
pub(super) fn menu() -> Turn {
    Turn { said: Vec::new(), act: Act::Listen(menu_question()), ..code() }
}

/// The question of [`menu`].
pub(super) fn menu_question() -> Listen {
    let line = |language: &str, line: &str| Piece::Line { language: language.to_owned(), pieces: vec![text(line)] };
    let pieces = vec![line("en", "For e-mail, press 1."), text(" "), line("es", "Para español, marque 2.")];
    let ask = Words { barge_in: false, ..words("en", pieces) };
    let keys = BTreeMap::from([('0', KeyMeaning::Tell), ('9', KeyMeaning::Repeat), ('*', KeyMeaning::MoreTime)]);
    let takes = Takes::OneOf(vec!['1', '2']);
    Listen { ask: vec![ask], no_input: Vec::new(), no_match: Vec::new(), takes, keys, ..code_question() }
}

/// A turn that puts the caller through.
pub(super) fn transfer(kind: TransferKind) -> Turn {
    let results = [("authStatus", "verified"), ("authId", HOSTILE)].map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Turn { act: Act::Transfer(Transfer { to: "sip:agents@127.0.0.1:5070".to_owned(), kind, ring_for_ms: 30_000, results }), ..code() }
}

/// A turn that holds the caller, who may press these keys.
pub(super) fn on_hold(keys: &[char]) -> Turn {
    Turn { act: Act::Hold(Hold { keys: keys.to_vec(), pause_ms: 500 }), ..code() }
}

/// A turn whose every word is hostile.
pub(super) fn hostile() -> Turn {
    let said = vec![words("en", vec![text(HOSTILE), Piece::Digits(HOSTILE.to_owned()), Piece::Code])];
    Turn { said, ..code() }
}

pub(super) fn words(language: &str, pieces: Vec<Piece>) -> Words {
    Words { id: "sample".to_owned(), language: language.to_owned(), pieces, barge_in: true, audio: None }
}

pub(super) fn text(text: &str) -> Piece {
    Piece::Text(text.to_owned())
}
