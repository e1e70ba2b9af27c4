//! Fills the placeholders of a gateway's URL, headers and body, escaped for where they stand.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded;

/// All but RFC 3986 §2.3's unreserved characters: `+` becomes `%2B`.
const NOT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What the placeholders stand for.
#[derive(Clone, Copy)]
pub(super) struct Placeholders<'a> {
    /// `{to}`: the recipient.
    pub(super) to: &'a str,
    /// `{from}`: the sender.
    pub(super) from: &'a str,
    /// `{text}`: the whole message.
    pub(super) text: &'a str,
    /// `{code}`: the code alone.
    pub(super) code: &'a str,
    /// `{message_id}`: our own id of the message.
    pub(super) message_id: &'a str,
}

/// How a value is written where its placeholder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escaping {
    /// Inside a JSON string (RFC 8259 §7).
    Json,
    /// As XML text or attribute value (XML 1.0 §2.2, §2.4).
    Xml,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// Part of a URL's path or query (RFC 3986 §2.1).
    Url,
    /// A header's value: control characters become spaces.
    Header,
    /// As it is.
    Plain,
}

/// Fills `template`. Braces around anything but a placeholder's name stay; what was filled in is not looked at again.
pub(super) fn fill(template: &str, placeholders: Placeholders<'_>, escaping: Escaping) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(brace) = rest.find('{') {
        let (before, from_brace) = rest.split_at(brace);
        filled.push_str(before);
        match placeholder_at(from_brace, placeholders) {
            Some((value, length)) => {
                filled.push_str(&escape(value, escaping));
                rest = &from_brace[length..];
            }
            None => {
                filled.push('{');
                rest = &from_brace[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// Whether `template` has a placeholder that carries the message or its code.
pub(super) fn carries_text(template: &str) -> bool {
    template.contains("{text}") || template.contains("{code}")
}

/// Whether `template` begins with a placeholder.
pub(super) fn begins_with_placeholder(template: &str) -> bool {
    let nothing = Placeholders { to: "", from: "", text: "", code: "", message_id: "" };
    placeholder_at(template, nothing).is_some()
}

/// The value of the placeholder that `text` begins with, and how long its name is with both braces.
fn placeholder_at<'a>(text: &str, placeholders: Placeholders<'a>) -> Option<(&'a str, usize)> {
    let (name, _) = text.strip_prefix('{')?.split_once('}')?;
    let value = match name {
        "to" => placeholders.to,
        "from" => placeholders.from,
        "text" => placeholders.text,
        "code" => placeholders.code,
        "message_id" => placeholders.message_id,
        _ => return None,
    };
    Some((value, name.len() + 2))
}

fn escape(value: &str, escaping: Escaping) -> String {
    match escaping {
        Escaping::Json => escape_json(value),
        Escaping::Xml => quick_xml::escape::escape(value.replace(is_no_xml_character, "")).into_owned(),
        Escaping::Form => form_urlencoded::byte_serialize(value.as_bytes()).collect(),
        Escaping::Url => utf8_percent_encode(value, NOT_UNRESERVED).to_string(),
        Escaping::Header => value.replace(char::is_control, " "),
        Escaping::Plain => value.to_owned(),
    }
}

/// A JSON string without the quotes around it; the template has those.
fn escape_json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

fn is_no_xml_character(character: char) -> bool {
    let is_allowed_control = matches!(character, '\t' | '\n' | '\r');
    (character < ' ' && !is_allowed_control) || matches!(character, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders() -> Placeholders<'static> {
        Placeholders { to: "+491701234521", from: "Bank & Co", text: "\"Your\" code\n<{code}> é", code: "012345", message_id: "m-1" }
    }

    #[test]
    fn each_place_has_its_own_escaping() {
        let filled = |escaping| fill("{to}|{from}|{text}", placeholders(), escaping);

        assert_eq!(filled(Escaping::Json), r#"+491701234521|Bank & Co|\"Your\" code\n<{code}> é"#);
        assert_eq!(filled(Escaping::Xml), "+491701234521|Bank &amp; Co|&quot;Your&quot; code\n&lt;{code}&gt; é");
        assert_eq!(filled(Escaping::Form), "%2B491701234521|Bank+%26+Co|%22Your%22+code%0A%3C%7Bcode%7D%3E+%C3%A9");
        assert_eq!(filled(Escaping::Url), "%2B491701234521|Bank%20%26%20Co|%22Your%22%20code%0A%3C%7Bcode%7D%3E%20%C3%A9");
        assert_eq!(filled(Escaping::Header), "+491701234521|Bank & Co|\"Your\" code <{code}> é");
    }

    #[test]
    fn a_value_that_begins_with_quotes_keeps_them_in_json() {
        let quoted = Placeholders { text: "\"\"", ..placeholders() };

        assert_eq!(fill("{text}", quoted, Escaping::Json), r#"\"\""#);
        assert_eq!(fill("{text}", Placeholders { text: "", ..placeholders() }, Escaping::Json), "");
    }

    #[test]
    fn other_braces_stay_and_values_are_not_filled_again() {
        assert_eq!(fill(r#"{"to":"{to}","x":{}}"#, placeholders(), Escaping::Json), r#"{"to":"+491701234521","x":{}}"#);
        assert_eq!(fill("{{code}} {Text} {to", placeholders(), Escaping::Plain), "{012345} {Text} {to");
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_left_out() {
        assert_eq!(fill("<a>{text}</a>", Placeholders { text: "a\u{0}\u{b}b", ..placeholders() }, Escaping::Xml), "<a>ab</a>");
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_text_says_json_and_xml_stay_whole(text in "\\PC*|.*") {
            let message = Placeholders { text: &text, ..placeholders() };
            let json: serde_json::Value = serde_json::from_str(&fill(r#"{"text":"{text}"}"#, message, Escaping::Json)).unwrap();
            let xml = crate::xml::parse(fill("<a b='{text}'/>", message, Escaping::Xml).as_bytes()).unwrap();

            proptest::prop_assert_eq!(json["text"].as_str(), Some(text.as_str()));
            proptest::prop_assert_eq!(xml.elements().count(), 0);
        }
    }
}
