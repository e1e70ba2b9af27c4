//! Tokens: how text is cut into them, and how keys and words are spelled for comparison (SRGS 1.0 §2.1, appendix E).

use super::source::Mode;

/// Cuts text into tokens at white space; what stands in double quotes is one token. `None` when a quote is left open.
pub(super) fn cut(text: &str) -> Option<Vec<&str>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (token, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_at(rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len())),
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Some(tokens)
}

/// Spells one token as symbols: a key each, or a word each without regard to case. `None` when it is no DTMF token.
pub(super) fn spell(token: &str, mode: Mode) -> Option<Vec<String>> {
    match mode {
        Mode::Dtmf => token.split_whitespace().flat_map(keys).map(key).collect(),
        Mode::Voice => Some(token.split_whitespace().map(str::to_lowercase).collect()),
    }
}

/// Two keys have names beside their signs.
fn keys(word: &str) -> std::str::Chars<'_> {
    match word {
        "star" => "*".chars(),
        "pound" => "#".chars(),
        keys => keys.chars(),
    }
}

fn key(c: char) -> Option<String> {
    let key = c.to_ascii_uppercase();
    matches!(key, '0'..='9' | '*' | '#' | 'A'..='D').then(|| key.to_string())
}

/// Symbols back in one line: keys without spaces (VoiceXML 2.0 §5.1.5), words with them.
pub(super) fn join(symbols: &[String], mode: Mode) -> String {
    match mode {
        Mode::Dtmf => symbols.concat(),
        Mode::Voice => symbols.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_token_keeps_its_spaces_and_an_open_quote_is_refused() {
        assert_eq!(cut(" fly to \"New  York\" now"), Some(vec!["fly", "to", "New  York", "now"]));
        assert_eq!(cut("a\"b c\"d"), Some(vec!["a", "b c", "d"]));
        assert_eq!(cut("\"New York"), None);
    }

    #[test]
    fn several_keys_in_one_token_are_keys_in_sequence() {
        assert_eq!(spell("7 1#", Mode::Dtmf).map(|keys| keys.concat()), Some("71#".to_owned()));
        assert_eq!(spell("d", Mode::Dtmf), Some(vec!["D".to_owned()]));
        assert_eq!(spell("E", Mode::Dtmf), None);
        assert_eq!(spell("star 1 pound", Mode::Dtmf).map(|keys| keys.concat()), Some("*1#".to_owned()));
        assert_eq!(spell(" New\n York ", Mode::Voice), Some(vec!["new".to_owned(), "york".to_owned()]));
    }
}
