//! Tokens, quoted strings and lists: the small change of the grammar (RFC 3261 §25.1).

use memchr::memchr3;

use super::malformed::Malformed;

/// Whether `text` is a token: one character at least, and none that separates.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Whether a token may hold this byte.
pub(super) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~')
}

/// `text` cut at every `separator` that stands outside of quotation marks and angle brackets; the parts are trimmed.
pub(super) fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut left = Some(text);
    std::iter::from_fn(move || {
        let rest = left?;
        let (part, after) = cut(rest, find(rest, separator));
        left = after;
        Some(trim(part))
    })
}

/// What stands before the first `separator`, a byte of ASCII, and what follows it where there is one.
#[inline]
pub(super) fn split_once(text: &str, separator: u8) -> (&str, Option<&str>) {
    cut(text, text.bytes().position(|byte| byte == separator))
}

/// Where the first `wanted`, a byte of ASCII, stands outside of quotation marks and angle brackets.
pub(super) fn find(text: &str, wanted: u8) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = &text[from..];
        let first = *rest.as_bytes().first()?;
        let is_found = first == wanted || matches!(first, b'"' | b'<');
        let at = if is_found { 0 } else { memchr3(wanted, b'"', b'<', rest.as_bytes())? };
        from += match rest.as_bytes()[at] {
            b'"' => at + quoted_length(&rest[at..]).ok()?,
            b'<' => at + rest[at..].bytes().position(|byte| byte == b'>')? + 1,
            _ => return Some(from + at),
        }
    }
}

/// `text` without the blanks around it. Mostly there are none, which its ends show.
#[inline]
pub(super) fn trim(text: &str) -> &str {
    if text.as_bytes().first().is_some_and(u8::is_ascii_graphic) { trim_end(text) } else { text.trim() }
}

/// `text` without the blanks after it. Mostly there are none, which its end shows.
#[inline]
pub(super) fn trim_end(text: &str) -> &str {
    if text.as_bytes().last().is_some_and(u8::is_ascii_graphic) { text } else { text.trim_end() }
}

/// The quoted string at the start of `text`, its escapes resolved, and what follows it.
pub(super) fn take_quoted(text: &str) -> Result<(String, &str), Malformed> {
    let (quoted, rest) = text.split_at(quoted_length(text)?);
    let mut words = String::with_capacity(quoted.len());
    let mut escaped = false;
    for character in quoted[1..quoted.len() - 1].chars() {
        escaped = character == '\\' && !escaped;
        if !escaped {
            words.push(character);
        }
    }
    Ok((words, rest))
}

/// How long the quoted string at the start of `text` is, its quotation marks included.
pub(super) fn quoted_length(text: &str) -> Result<usize, Malformed> {
    if !text.starts_with('"') {
        return Err(Malformed("quotation mark missing"));
    }
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Ok(at + 1),
            _ => {}
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

#[inline]
fn cut(text: &str, at: Option<usize>) -> (&str, Option<&str>) {
    at.map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_inside_of_quotes_and_brackets_do_not_count() {
        let parts = |text, separator| split(text, separator).collect::<Vec<&str>>();

        assert_eq!(parts(r#""a, \" b" <sip:a,b@c> , d"#, b','), [r#""a, \" b" <sip:a,b@c>"#, "d"]);
        assert_eq!(parts(";;", b';'), ["", "", ""]);
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
