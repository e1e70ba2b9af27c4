//! The recordings of a language by their words, and how any text is put together from the fewest of them.

use std::collections::HashMap;

use super::languages::numerals;
use super::tokens::{Token, tokens, words};
use super::voice_trait::Part;
use crate::audio::Sound;

/// Numbers longer than this are read digit by digit.
const LONGEST_NUMBER: usize = 9;
/// Cost of a word that no recording has, beside 1 for each recording.
const UNSAID: u32 = 1000;

/// What was recorded in one language.
#[derive(Debug, Clone, Default)]
pub struct PhraseBook {
    language: String,
    /// By the first word.
    phrases: HashMap<String, Vec<Phrase>>,
}

#[derive(Debug, Clone)]
struct Phrase {
    words: Vec<String>,
    sound: Sound,
}

/// A stretch of the text.
#[derive(Debug, Clone)]
struct Stretch<'b> {
    /// Its words, by number.
    from: usize,
    to: usize,
    sound: Option<&'b Sound>,
}

impl PhraseBook {
    /// An empty book of a language (BCP 47).
    pub fn of(language: &str) -> Self {
        Self { language: language.to_owned(), phrases: HashMap::new() }
    }

    /// Its language.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Takes a recording in; of two of the same words the first one stays.
    pub fn add(&mut self, text: &str, sound: Sound) {
        let words = words(text);
        let Some(first) = words.first() else { return };
        let known = self.phrases.entry(first.clone()).or_default();
        if !known.iter().any(|phrase| phrase.words == words) {
            known.push(Phrase { words, sound });
        }
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    /// The text in the fewest recordings. Between two phrases one voice speaks: single words that were recorded are left unsaid
    /// beside a word that was not.
    pub fn say(&self, text: &str) -> Vec<Part> {
        let text = self.with_numbers_in_words(text);
        let tokens = tokens(&text);
        let stretches = self.stretches(&tokens);
        let mut parts = Vec::new();
        let mut rest = stretches.as_slice();
        while let Some(first) = rest.first() {
            let count = if first.is_phrase() { 1 } else { rest.iter().take_while(|stretch| !stretch.is_phrase()).count() };
            let (together, after) = rest.split_at(count);
            parts.extend(said(together, &tokens, &text));
            rest = after;
        }
        parts
    }

    /// The cheapest way through the words, found from the end.
    fn stretches<'b>(&'b self, tokens: &[Token]) -> Vec<Stretch<'b>> {
        let mut ways: Vec<(u32, Stretch<'b>)> = Vec::with_capacity(tokens.len());
        let nothing = |to| Stretch { from: to, to, sound: None };
        // `ways` holds them from the last word backwards.
        let cost = |ways: &[(u32, Stretch<'_>)], at: usize| {
            tokens.len().checked_sub(at + 1).and_then(|back| ways.get(back)).map_or(0, |way| way.0)
        };
        for from in (0..tokens.len()).rev() {
            let unsaid = (UNSAID + cost(&ways, from + 1), Stretch { to: from + 1, ..nothing(from) });
            let recorded = self.beginning(tokens, from).map(|phrase| {
                let to = from + phrase.words.len();
                (1 + cost(&ways, to), Stretch { from, to, sound: Some(&phrase.sound) })
            });
            let best = recorded.chain([unsaid]).min_by_key(|(cost, stretch)| (*cost, usize::MAX - stretch.to));
            ways.extend(best);
        }
        let mut stretches = Vec::new();
        let mut at = 0;
        while let Some((_, way)) = tokens.len().checked_sub(at + 1).and_then(|back| ways.get(back)) {
            at = way.to;
            stretches.push(way.clone());
        }
        stretches
    }

    /// The recordings that could come next.
    fn beginning<'b>(&'b self, tokens: &[Token], from: usize) -> impl Iterator<Item = &'b Phrase> {
        let rest = tokens.get(from..).unwrap_or_default();
        let known = rest.first().and_then(|first| self.phrases.get(&first.word)).map(Vec::as_slice).unwrap_or_default();
        let fits =
            |phrase: &&Phrase| rest.len() >= phrase.words.len() && phrase.words.iter().zip(rest).all(|(word, token)| *word == token.word);
        known.iter().filter(fits).collect::<Vec<_>>().into_iter()
    }

    /// Numbers that were not recorded, in parts that were.
    fn with_numbers_in_words(&self, text: &str) -> String {
        let Some(numerals) = numerals(&self.language) else { return text.to_owned() };
        let mut out = text.to_owned();
        for token in tokens(text).into_iter().rev() {
            let is_number = token.word.bytes().all(|byte| byte.is_ascii_digit());
            if !is_number || self.phrases.contains_key(&token.word) {
                continue;
            }
            let is_digits = token.word.len() > LONGEST_NUMBER || token.word.starts_with('0');
            let said = match token.word.parse().ok().filter(|_| !is_digits) {
                Some(number) => numerals.cardinal(number),
                None => token.word.chars().map(String::from).collect::<Vec<_>>().join(" "),
            };
            out.replace_range(token.place, &said);
        }
        out
    }
}

impl Stretch<'_> {
    /// Whether it is a recording of more than a word.
    fn is_phrase(&self) -> bool {
        self.sound.is_some() && self.to - self.from > 1
    }
}

/// A phrase, or words between two phrases: all recorded, or all unsaid.
fn said(stretches: &[Stretch<'_>], tokens: &[Token], text: &str) -> Vec<Part> {
    let pause_after =
        |stretch: &Stretch<'_>| stretch.to.checked_sub(1).and_then(|last| tokens.get(last)).map(|token| Part::Pause(token.pause));
    let sounds: Option<Vec<&Sound>> = stretches.iter().map(|stretch| stretch.sound).collect();
    let Some(sounds) = sounds else {
        let begin = |number: usize| tokens.get(number).map_or(text.len(), |token| token.place.start);
        let (first, next) = (stretches.first().map_or(0, |first| first.from), stretches.last().map_or(0, |last| last.to));
        // What ends a sentence stays with it: a voice falls there, or rises.
        let words = text.get(begin(first)..begin(next)).unwrap_or_default().trim();
        return std::iter::once(Part::Unsaid(words.to_owned())).chain(stretches.last().and_then(pause_after)).collect();
    };
    let with_pause = stretches.iter().zip(sounds).flat_map(|(stretch, sound)| [Some(Part::Said(sound.clone())), pause_after(stretch)]);
    with_pause.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each recording is as many samples long as its number says.
    fn book(texts: &[&str]) -> PhraseBook {
        let mut book = PhraseBook::of("en-GB");
        (1..).zip(texts).for_each(|(number, text)| book.add(text, Sound::new(vec![1; number])));
        book
    }

    fn said(book: &PhraseBook, text: &str) -> String {
        let part = |part: &Part| match part {
            Part::Said(sound) => sound.samples().len().to_string(),
            Part::Pause(pause) => format!("({})", pause.as_millis()),
            Part::Unsaid(words) => format!("[{words}]"),
        };
        book.say(text).iter().map(part).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_text_is_put_together_from_the_fewest_recordings() {
        let book = book(&["I have sent", "sent a", "I have sent a", "digit code", "6", "to you"]);

        assert_eq!(said(&book, "I have sent a 6-digit code to you."), "3 (30) 5 (30) 4 (30) 6 (350)");
    }

    #[test]
    fn the_longest_is_not_taken_where_it_leaves_a_word_unsaid() {
        let book = book(&["press 1", "1 for yes", "press"]);

        assert_eq!(said(&book, "Press 1 for yes"), "3 (30) 2 (30)");
    }

    #[test]
    fn between_phrases_one_voice_speaks() {
        let book = book(&["open your", "and enter it", "1"]);

        assert_eq!(said(&book, "Open your Bank 1 app, and enter it!"), "1 (30) [Bank 1 app,] (150) 2 (350)");
        assert_eq!(said(&book, "open your 1 and enter it"), "1 (30) 3 (30) 2 (30)");
    }

    #[test]
    fn a_number_that_was_not_recorded_is_said_in_parts() {
        let book = book(&["3", "hundred", "42", "0", "7"]);

        assert_eq!(said(&book, "342"), "1 (30) 2 (30) 3 (30)");
        assert_eq!(said(&book, "007"), "4 (30) 4 (30) 5 (30)");
    }
}
