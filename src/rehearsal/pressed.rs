//! What keys are to a question: its grammar, and its bound keys.

use crate::flow::{GrammarFile, KeyMeaning, Listen, Takes};
use crate::grammar::Verdict;

/// What the keys so far are to the page's grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    NoMatch,
    More,
    End,
}

/// The grammar of the question: one key of a menu; digits up to their number, or fewer and then `#` or `*`. A `#` in front is a habit.
pub(super) fn judge(listen: &Listen, entry: &str) -> Judged {
    let most = match &listen.takes {
        Takes::OneOf(keys) => {
            let known = entry.chars().all(|key| keys.contains(&key) || listen.keys.contains_key(&key));
            return if known { Judged::End } else { Judged::NoMatch };
        }
        Takes::Digits { to, .. } => usize::from(*to),
        Takes::Grammar { text, .. } => return judge_by(text, listen, entry),
    };
    let hash_acts = listen.keys.contains_key(&'#');
    let body = match entry.strip_prefix('#') {
        Some("") => return if hash_acts { Judged::End } else { Judged::More },
        Some(body) if !hash_acts => body,
        Some(_) | None => entry,
    };
    let (digits, end) = body.split_at(body.find(|key: char| !key.is_ascii_digit()).unwrap_or(body.len()));
    match (end, digits.len()) {
        ("", count) if count == most => Judged::End,
        ("", count) if count < most => Judged::More,
        ("*", count) if count < most => Judged::End,
        ("#", count) if (1..most).contains(&count) => Judged::End,
        _ => Judged::NoMatch,
    }
}

/// A grammar of the flow's own, beside bound keys.
fn judge_by(grammar: &str, listen: &Listen, entry: &str) -> Judged {
    let Ok(grammar) = GrammarFile::read(grammar) else { return Judged::NoMatch };
    let (last, digit) = (entry.ends_with('#'), entry.chars().next().filter(char::is_ascii_digit));
    let is_bound = |key: char| listen.keys.contains_key(&key);
    if entry == "*" || (last && entry.len() == 2 && digit.is_some_and(is_bound)) {
        return Judged::End;
    }
    match grammar.judge(entry) {
        Verdict::MatchEnd => Judged::End,
        Verdict::Match | Verdict::Partial => Judged::More,
        Verdict::NoMatch if entry.len() == 1 && digit.is_some_and(is_bound) => Judged::More,
        Verdict::NoMatch => Judged::NoMatch,
    }
}

/// Whether more keys would be needed: the caller let go too soon.
pub(super) fn is_cut_short(listen: &Listen, entry: &str) -> bool {
    let Takes::Grammar { text, .. } = &listen.takes else { return false };
    GrammarFile::read(text).is_ok_and(|grammar| !matches!(grammar.judge(entry), Verdict::Match | Verdict::MatchEnd))
}

/// What a bound key does: alone in a menu, a digit with `#` where digits are collected. The lines of a menu win over bound keys.
pub(super) fn meaning(listen: &Listen, pressed: &str) -> Option<KeyMeaning> {
    let collects = listen.takes.collects();
    let is_line = |key: char| matches!(&listen.takes, Takes::OneOf(keys) if keys.contains(&key));
    let is_pressed = |key: char| match collects && key.is_ascii_digit() {
        true => pressed.strip_suffix('#').is_some_and(|digit| digit.chars().eq([key])),
        false => pressed.chars().eq([key]),
    };
    let bound = listen.keys.iter().find(|(key, _)| is_pressed(**key) && !is_line(**key)).map(|(_, meaning)| *meaning);
    bound.or((collects && pressed == "*").then_some(KeyMeaning::MoreTime))
}

/// How many digits there are among the keys.
pub(super) fn digits(keys: &str) -> usize {
    keys.bytes().filter(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use crate::grammar::{Grammar, Library, Matcher, Surroundings, Verdict};
    use crate::render::GrammarName;

    use super::*;

    #[test]
    fn the_grammar_that_is_served_judges_the_same() {
        let keys = ['1', '5', '*', '#'];
        let mut entries: Vec<String> = vec![String::new()];
        for length in 0..4 {
            let longer: Vec<String> =
                entries.iter().filter(|entry| entry.len() == length).flat_map(|entry| keys.map(|key| format!("{entry}{key}"))).collect();
            entries.extend(longer);
        }
        let bound_hash = BTreeMap::from([('#', KeyMeaning::Tell)]);
        let questions = [
            question(Takes::OneOf(vec!['1', '2']), BTreeMap::from([('*', KeyMeaning::Repeat)])),
            question(Takes::Digits { from: 1, to: 3 }, BTreeMap::new()),
            question(Takes::Digits { from: 1, to: 1 }, BTreeMap::new()),
            question(Takes::Digits { from: 1, to: 3 }, bound_hash),
        ];
        for listen in questions {
            for entry in &entries[1..] {
                assert_eq!(judge_first(&listen, entry), served(&listen, entry), "{entry} {:?}", listen.takes);
            }
        }
    }

    fn question(takes: Takes, keys: BTreeMap<char, KeyMeaning>) -> Listen {
        let (ask, no_input, no_match) = (Vec::new(), Vec::new(), Vec::new());
        Listen { ask, no_input, no_match, takes, keys, tries: 3, tries_together: 6, first_key_ms: 7_000, between_keys_ms: 5_000 }
    }

    /// What the grammar says of an entry, as far as it does not say so of its beginning.
    fn judge_first(listen: &Listen, entry: &str) -> Judged {
        let ended = (1..entry.len()).any(|length| judge(listen, &entry[..length]) != Judged::More);
        if ended { Judged::NoMatch } else { judge(listen, entry) }
    }

    fn served(listen: &Listen, entry: &str) -> Judged {
        let document = GrammarName::of(listen).render();
        let grammar = Grammar::parse(document.as_bytes(), &Surroundings::default()).unwrap();
        match Matcher::new([Arc::new(grammar.link(&Library::default()).unwrap())]).push(entry) {
            Verdict::NoMatch => Judged::NoMatch,
            Verdict::Partial | Verdict::Match => Judged::More,
            Verdict::MatchEnd => Judged::End,
        }
    }
}
