//! What a caller hears when a page breaks off, in the words of the desk's own apology: they are among the recordings.

use crate::voice::Speech;

/// The words by language, the first for everybody else.
const WORDS: [(&str, &str); 4] = [
    ("en", "I am sorry, something went wrong. I cannot go on with this call."),
    ("es", "Lo siento, ha habido un problema. No puedo continuar en esta llamada."),
    ("de", "Es tut mir leid, da ist etwas schiefgegangen. Ich kann in diesem Anruf nicht weitermachen."),
    ("fr", "Je suis désolé, un problème est survenu. Je ne peux pas continuer cet appel."),
];

/// The apology for somebody who was spoken to in `language`, which may be any text.
pub(super) fn apology(language: &str) -> Speech {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let found = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(primary));
    let (language, words) = found.unwrap_or(&WORDS[0]);
    Speech::plain(words, language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_heard_spanish_hears_spanish_and_everybody_else_hears_something() {
        assert_eq!(apology("es-MX"), Speech::plain(WORDS[1].1, "es"));
        assert_eq!(apology("tlh"), Speech::plain(WORDS[0].1, "en"));
        assert_eq!(apology(""), Speech::plain(WORDS[0].1, "en"));
    }
}
