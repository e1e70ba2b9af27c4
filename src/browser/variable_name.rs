//! Which names a variable may have (VoiceXML 2.0 §5.1.1, ECMA-262 §7.6).

use crate::script::{ScriptError, is_reserved};

/// Refuses what is no identifier, or a word of the language: `error.semantic` for a page.
pub(super) fn check(name: &str) -> Result<(), ScriptError> {
    match is_identifier(name) && !is_reserved(name) {
        true => Ok(()),
        false => Err(ScriptError::Thrown(format!("{name:?} is no name for a variable"))),
    }
}

fn is_identifier(name: &str) -> bool {
    let begins = |c: char| c.is_alphabetic() || matches!(c, '_' | '$');
    let goes_on = |c: char| begins(c) || c.is_numeric() || matches!(c, '\u{200c}' | '\u{200d}');
    name.chars().next().is_some_and(begins) && name.chars().all(goes_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_an_identifier_and_no_word_of_the_language() {
        let good = ["a", "_b1", "c$", "größe", "document", "session", "dialog", "let"];
        let bad = ["", "a.b", "dialog.x", "1a", "a b", "a-b", "return", "var", "null", "undefined"];

        assert!(good.iter().all(|name| check(name).is_ok()));
        assert!(bad.iter().all(|name| check(name).is_err()));
    }
}
