//! Tokens, quoted strings and lists: the small change of the grammar (RFC 3261 §25.1).

use super::malformed::Malformed;

/// Whether `text` is a token: one character at least, and none that separates.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// `text` cut at every `separator` that stands outside of quotation marks and angle brackets; the parts are trimmed.
pub(super) fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut left = Some(text);
    std::iter::from_fn(move || {
        let rest = left?;
        let (part, after) = match find(rest, separator) {
            Some(at) => (&rest[..at], Some(&rest[at + separator.len_utf8()..])),
            None => (rest, None),
        };
        left = after;
        Some(part.trim())
    })
}

/// Where the first `wanted` stands outside of quotation marks and angle brackets.
pub(super) fn find(text: &str, wanted: char) -> Option<usize> {
    let (mut quoted, mut escaped, mut bracketed) = (false, false, false);
    for (at, character) in text.char_indices() {
        if !quoted && !bracketed && character == wanted {
            return Some(at);
        }
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if !bracketed => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            _ => {}
        }
    }
    None
}

/// The quoted string at the start of `text`, its escapes resolved, and what follows it.
pub(super) fn take_quoted(text: &str) -> Result<(String, &str), Malformed> {
    let inner = text.strip_prefix('"').ok_or(Malformed("quotation mark missing"))?;
    let mut words = String::new();
    let mut escaped = false;
    for (at, character) in inner.char_indices() {
        match character {
            _ if escaped => {
                words.push(character);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Ok((words, &inner[at + 1..])),
            _ => words.push(character),
        }
    }
    Err(Malformed("quotation mark not closed"))
}

/// `text` without its quotation marks, or as it is when it has none.
pub(super) fn unquote(text: &str) -> String {
    match take_quoted(text) {
        Ok((words, "")) => words,
        Ok(_) | Err(_) => text.to_owned(),
    }
}

/// `words` as a quoted string.
pub(super) fn quote(words: &str) -> String {
    format!("\"{}\"", words.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A number of digits alone; one that does not fit is `u64::MAX`.
pub(super) fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_inside_of_quotes_and_brackets_do_not_count() {
        let parts = |text, separator| split(text, separator).collect::<Vec<&str>>();

        assert_eq!(parts(r#""a, \" b" <sip:a,b@c> , d"#, ','), [r#""a, \" b" <sip:a,b@c>"#, "d"]);
        assert_eq!(parts(";;", ';'), ["", "", ""]);
    }

    #[test]
    fn escapes_of_a_quoted_string_are_resolved_and_written_again() {
        assert_eq!(take_quoted(r#""a\"\\b" rest"#), Ok((r#"a"\b"#.to_owned(), " rest")));
        assert_eq!(unquote(&quote(r#"a"\b"#)), r#"a"\b"#);
        assert!(take_quoted(r#""open\""#).is_err());
    }

    #[test]
    fn a_number_too_large_stays_large() {
        assert_eq!(number("0068"), Some(68));
        assert_eq!(number("36893488147419103232"), Some(u64::MAX));
        assert_eq!(number("-1"), None);
        assert_eq!(number("+1"), None);
    }
}
