//! Reads a list of request headers as people write it: `“Name:Value”, “Name:Value”`, in curly or straight quotes or none.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::secret::SecretText;

/// Headers that belong to the connection; setting them by hand would break or smuggle requests.
const RESERVED: [&str; 4] = ["host", "content-length", "transfer-encoding", "connection"];

/// One header as it was written, its placeholders unfilled.
#[derive(Debug, Clone)]
pub(super) struct RequestHeader {
    pub(super) name: HeaderName,
    pub(super) value: SecretText,
}

/// A header list that cannot be read. Items are counted from 1; their values are secrets and are not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum RequestHeadersError {
    /// A quote is opened and not closed.
    #[error("a quote is not closed: write “Name:Value”, “Name:Value”")]
    OpenQuote,
    /// An item without a colon.
    #[error("header {0} has no colon: write “Name:Value”")]
    NoColon(usize),
    /// A name with characters that no header name has.
    #[error("header {0} has a name that HTTP does not allow")]
    BadName(usize),
    /// A value with a line break or another control character.
    #[error("header {0} has a line break or control character in its value")]
    BadValue(usize),
    /// A name that the connection needs for itself.
    #[error("header {0} is {1}, which is set by the connection itself: leave it out")]
    Reserved(usize, HeaderName),
}

/// Reads the list; a blank one has no headers.
pub(super) fn parse(written: &str) -> Result<Vec<RequestHeader>, RequestHeadersError> {
    let items = split_outside_quotes(written)?;
    items.into_iter().enumerate().map(|(index, item)| parse_item(index + 1, unquote(&item))).collect()
}

/// The headers as they are sent, for services whose headers have no placeholders.
pub(super) fn header_map(written: &str) -> Result<HeaderMap, RequestHeadersError> {
    let mut map = HeaderMap::new();
    for (index, header) in parse(written)?.into_iter().enumerate() {
        let value = sensitive_value(header.value.expose()).ok_or(RequestHeadersError::BadValue(index + 1))?;
        map.append(header.name, value);
    }
    Ok(map)
}

/// `value` for the wire, hidden in `Debug`; `None` when it holds a control character.
pub(super) fn sensitive_value(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn parse_item(number: usize, item: &str) -> Result<RequestHeader, RequestHeadersError> {
    let (name, value) = item.split_once(':').ok_or(RequestHeadersError::NoColon(number))?;
    let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| RequestHeadersError::BadName(number))?;
    if RESERVED.contains(&name.as_str()) {
        return Err(RequestHeadersError::Reserved(number, name));
    }
    let value = value.trim();
    if sensitive_value(value).is_none() {
        return Err(RequestHeadersError::BadValue(number));
    }
    Ok(RequestHeader { name, value: SecretText::new(value) })
}

/// Cuts at commas that stand outside quotes. A quote closes where a comma or the end follows, so a value may hold quotes of its own.
fn split_outside_quotes(written: &str) -> Result<Vec<String>, RequestHeadersError> {
    let mut items = vec![String::new()];
    let mut open: Option<char> = None;
    for (at, character) in written.char_indices() {
        if character == ',' && open.is_none() {
            items.push(String::new());
            continue;
        }
        open = match open {
            Some(quote) if closes(quote, character) && item_ends(&written[at + character.len_utf8()..]) => None,
            None if is_quote(character) => Some(character),
            other => other,
        };
        if let Some(item) = items.last_mut() {
            item.push(character);
        }
    }
    if open.is_some() {
        return Err(RequestHeadersError::OpenQuote);
    }
    items.retain(|item| !item.trim().is_empty());
    Ok(items)
}

fn unquote(item: &str) -> &str {
    let item = item.trim();
    let inner = item.strip_prefix(is_quote).and_then(|rest| rest.strip_suffix(is_quote));
    inner.unwrap_or(item)
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '„' | '‟')
}

/// A straight quote is closed by a straight one, a curly quote by any curly one: word processors disagree on their direction.
fn closes(open: char, character: char) -> bool {
    is_quote(character) && (open == '"') == (character == '"')
}

fn item_ends(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(written: &str) -> Vec<(String, String)> {
        let headers = parse(written).unwrap();
        headers.iter().map(|header| (header.name.to_string(), header.value.expose().to_owned())).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn curly_straight_and_missing_quotes_read_alike() {
        let expected = pairs(&[("authorization", "Bearer x"), ("x-tenant", "acme")]);

        assert_eq!(read("“Authorization:Bearer x”, “X-Tenant:acme”"), expected);
        assert_eq!(read("\"Authorization: Bearer x\",\"X-Tenant : acme\""), expected);
        assert_eq!(read("Authorization:Bearer x, X-Tenant:acme,"), expected);
        assert_eq!(read("„Authorization:Bearer x“ , ”X-Tenant:acme”"), expected);
        assert_eq!(read("  "), pairs(&[]));
    }

    #[test]
    fn values_may_hold_commas_colons_and_quotes() {
        assert_eq!(read("“Accept:a, b”, “X-Time:10:30”"), pairs(&[("accept", "a, b"), ("x-time", "10:30")]));
        assert_eq!(read("\"If-Match:\"abc\"\""), pairs(&[("if-match", "\"abc\"")]));
        assert_eq!(read("\"X-A:say \"hi\" twice\""), pairs(&[("x-a", "say \"hi\" twice")]));
    }

    #[test]
    fn what_would_break_a_request_is_refused_without_showing_values() {
        assert_eq!(parse("“X-A:secret").unwrap_err(), RequestHeadersError::OpenQuote);
        assert_eq!(parse("X-A:1, secret").unwrap_err(), RequestHeadersError::NoColon(2));
        assert_eq!(parse("X A:secret").unwrap_err(), RequestHeadersError::BadName(1));
        assert_eq!(parse("X-A:a\r\nX-B:secret").unwrap_err(), RequestHeadersError::BadValue(1));
        assert_eq!(parse(":secret").unwrap_err(), RequestHeadersError::BadName(1));
        for name in ["Host", "content-length", "Transfer-Encoding"] {
            assert!(matches!(parse(&format!("“{name}:1”")), Err(RequestHeadersError::Reserved(1, _))), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_list_makes_the_reader_panic(written in "[\"“”„,: a\r\n]{0,40}") {
            let _ = parse(&written);
        }
    }
}
