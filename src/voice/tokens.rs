//! A text as words that can be looked up, and the pauses that its punctuation makes.

use std::ops::Range;
use std::time::Duration;

/// Where a sentence ends.
const SENTENCE: Duration = Duration::from_millis(350);
/// Where a part of a sentence ends.
const CLAUSE: Duration = Duration::from_millis(150);
/// Between two recordings in the middle of a sentence.
const WORD: Duration = Duration::from_millis(30);

/// One word, in small letters, or one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub word: String,
    /// Its bytes in the text.
    pub place: Range<usize>,
    /// The pause that what follows it makes.
    pub pause: Duration,
}

/// The words of a text. Punctuation parts them and is no word: "6-digit" is two.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut begin = None;
    for (at, letter) in text.char_indices().chain([(text.len(), '\n')]) {
        if is_of_word(letter) {
            begin = begin.or(Some(at));
            continue;
        }
        if let Some(begin) = begin.take() {
            let word = text.get(begin..at).unwrap_or_default().to_lowercase().replace('’', "'");
            tokens.push(Token { word, place: begin..at, pause: WORD });
        }
        if let Some(last) = tokens.last_mut() {
            last.pause = last.pause.max(pause(letter));
        }
    }
    tokens
}

/// The words alone, as a key.
pub(super) fn words(text: &str) -> Vec<String> {
    tokens(text).into_iter().map(|token| token.word).collect()
}

/// The sentences of a text, with what ends them.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let ends = |(at, letter): (usize, char)| matches!(letter, '.' | '!' | '?').then(|| at + letter.len_utf8());
        let is_end = |at: &usize| rest.get(*at..).is_none_or(|after| after.is_empty() || after.starts_with(char::is_whitespace));
        let end = rest.char_indices().filter_map(ends).find(is_end).unwrap_or(rest.len());
        let (sentence, after) = rest.split_at(end);
        rest = after;
        (!sentence.is_empty()).then_some(sentence.trim())
    })
    .filter(|sentence| sentence.chars().any(char::is_alphanumeric))
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '\'' | '’')
}

fn pause(letter: char) -> Duration {
    match letter {
        '.' | '!' | '?' | '…' => SENTENCE,
        ',' | ';' | ':' | '–' | '—' => CLAUSE,
        _ => WORD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_parts_words_and_makes_pauses() {
        let found = tokens("¿Sigue ahí? A 6-digit code, I'm sure");

        let said: Vec<_> = found.iter().map(|token| (token.word.as_str(), token.pause.as_millis())).collect();
        let expected = [("sigue", 30), ("ahí", 350), ("a", 30), ("6", 30), ("digit", 30), ("code", 150), ("i'm", 30), ("sure", 30)];
        assert_eq!(said, expected);
        assert_eq!(found[1].place, 8..12);
    }

    #[test]
    fn a_sentence_ends_where_white_space_follows() {
        let text = "It is 3.5 percent. Really? Yes";

        assert_eq!(sentences(text).collect::<Vec<_>>(), ["It is 3.5 percent.", "Really?", "Yes"]);
        assert_eq!(sentences(" . ").count(), 0);
    }
}
