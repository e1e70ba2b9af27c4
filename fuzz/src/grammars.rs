//! A grammar is read, laid out and given input.

use callward::grammar::{Grammar, Library, Mode, Surroundings, match_keys};
use url::Url;

/// Keys and words that grammars of the fixtures know.
const INPUT: [&str; 6] = ["1", "12#", "*", "yes", "please call Johnny", "0 1 2 3 4 5 6 7 8 9"];

/// Reads `bytes` as a grammar of both modes, and matches a few inputs.
pub fn match_all(bytes: &[u8]) {
    for mode in [Mode::Dtmf, Mode::Voice] {
        let base = Url::parse("http://pages.example/a/").ok();
        let surroundings = Surroundings { base, mode, language: Some("en".to_owned()) };
        let Ok(grammar) = Grammar::parse(bytes, &surroundings) else { continue };
        let mut library = Library::default();
        for reference in grammar.references() {
            library.insert(&reference.uri, grammar.clone());
        }
        for input in INPUT {
            let _ = match_keys(&[&grammar], &library, [input]);
        }
    }
}
