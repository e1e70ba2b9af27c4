//! Words as a transcript tells them: `…` skips words, `{name}` binds digits.

use std::collections::BTreeMap;

use regex::Regex;

/// What skips words.
const ELLIPSIS: &str = "…";

/// Names and the digits that a message bound to them.
pub type Bindings = BTreeMap<String, String>;

/// Words to compare with.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As written.
    pub source: String,
    /// The names it binds, in order.
    pub names: Vec<String>,
    regex: Regex,
}

impl Pattern {
    /// Words in which nothing is bound: braces are just braces.
    pub fn words(source: &str) -> Result<Self, regex::Error> {
        Self::compile(source, |word, _| regex::escape(word))
    }

    /// Words of a message, whose `{names}` bind digits.
    pub fn message(source: &str) -> Result<Self, regex::Error> {
        Self::compile(source, binding)
    }

    fn compile(source: &str, word: impl Fn(&str, &mut Vec<String>) -> String) -> Result<Self, regex::Error> {
        let mut names = Vec::new();
        let mut expression = String::from("^");
        let spaced = source.replace(ELLIPSIS, " … ");
        let mut after_word = false;
        for written in spaced.split_whitespace() {
            match (written == ELLIPSIS, after_word) {
                (true, true) => expression.push_str(r"(?: \S+)*"),
                (true, false) => expression.push_str(r"(?:\S+ )*"),
                (false, _) => {
                    expression.push_str(if after_word { " " } else { "" });
                    expression.push_str(&word(written, &mut names));
                    after_word = true;
                }
            }
        }
        expression.push_str(if after_word { "$" } else { r"\S*$" });
        Ok(Self { source: source.to_owned(), names, regex: Regex::new(&expression)? })
    }

    /// What `text` binds when it says this; `None` when it says something else. Spaces are one like the other.
    pub fn read(&self, text: &str) -> Option<Bindings> {
        let text = normal(text);
        let found = self.regex.captures(&text)?;
        let digits = found.iter().skip(1).flatten().map(|digits| digits.as_str().to_owned());
        Some(self.names.iter().cloned().zip(digits).collect())
    }
}

/// Words with one space between two of them.
pub(super) fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One word, its `{names}` as groups of digits.
fn binding(word: &str, names: &mut Vec<String>) -> String {
    let mut expression = String::new();
    let mut rest = word;
    while let Some((before, name, after)) = place(rest) {
        expression.push_str(&regex::escape(before));
        expression.push_str("([0-9]+)");
        names.push(name.to_owned());
        rest = after;
    }
    expression.push_str(&regex::escape(rest));
    expression
}

/// The first `{name}`: what stands before it, the name, what stands behind it.
pub(super) fn place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, inside) = text.split_once('{')?;
    let (name, after) = inside.split_once('}')?;
    Some((before, name, after))
}

/// Every `{name}` in a text.
pub(super) fn places(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, name, after)) = place(rest) {
        names.push(name);
        rest = after;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(pattern: &str, text: &str) -> bool {
        Pattern::words(pattern).unwrap().read(text).is_some()
    }

    #[test]
    fn the_whole_prompt_counts_and_spaces_do_not() {
        assert!(says("Thank you, that is done.", " Thank you,\nthat is  done. "));
        assert!(!says("Thank you", "Thank you, that is done."));
        assert!(!says("that is done.", "Thank you, that is done."));
    }

    #[test]
    fn an_ellipsis_skips_whole_words() {
        assert!(says("Thank … done.", "Thank you, that is done."));
        assert!(says("Thank you, …", "Thank you, that is done."));
        assert!(says("Thank you, that is done. …", "Thank you, that is done."));
        assert!(says("… done.", "Thank you, that is done."));
        assert!(says("…", "Thank you."));
        assert!(!says("Thank yo…", "Thank you, that is done."));
        assert!(!says("… one.", "Thank you, that is done."));
    }

    #[test]
    fn a_name_binds_digits() {
        let pattern = Pattern::message("{code} is your code (number {number}). …").unwrap();

        let bound = pattern.read("012345 is your code (number 2). It is good for 5 minutes.").unwrap();

        assert_eq!(bound["code"], "012345");
        assert_eq!(bound["number"], "2");
        assert!(pattern.read("x is your code (number 2).").is_none());
        assert!(Pattern::message("{code} …").unwrap().read("012345 is your code").is_some());
    }

    #[test]
    fn in_prompts_braces_and_signs_are_just_that() {
        assert!(says("Is it {you} (1+1)?", "Is it {you} (1+1)?"));
        assert!(!says("a.c", "abc"));
    }
}
