//! The apology in every language that it is recorded in; `callward prompts render` makes the sounds.

/// Words in the language that they are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Apology {
    /// A primary language (BCP 47).
    pub language: &'static str,
    /// What is said.
    pub words: &'static str,
}

/// The first is for everybody else.
const APOLOGIES: [Apology; 4] = [
    Apology { language: "en", words: "I am sorry, something went wrong. I cannot go on with this call." },
    Apology { language: "es", words: "Lo siento, ha habido un problema. No puedo continuar en esta llamada." },
    Apology { language: "de", words: "Es tut mir leid, da ist etwas schiefgegangen. Ich kann in diesem Anruf nicht weitermachen." },
    Apology { language: "fr", words: "Je suis désolé, un problème est survenu. Je ne peux pas continuer cet appel." },
];

/// The apology for somebody who speaks `language`, which may be any text: a platform may ask for anything.
pub fn apology(language: &str) -> Apology {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let [usual, others @ ..] = APOLOGIES;
    others.into_iter().find(|apology| apology.language.eq_ignore_ascii_case(primary)).unwrap_or(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_speaks_spanish_hears_spanish_and_everybody_else_hears_something() {
        assert_eq!(apology("es-MX").language, "es");
        assert_eq!(apology("FR_ca").language, "fr");
        assert_eq!(apology("tlh").language, "en");
        assert_eq!(apology("").language, "en");
    }
}
