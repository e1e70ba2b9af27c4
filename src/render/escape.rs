//! Text as XML takes it: markup characters escaped, forbidden characters dropped (XML 1.0 §2.2, §2.4).

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// The escaper of every `.vxml` and `.grxml` template (`askama.toml`), for text and attributes alike.
#[derive(Debug, Clone, Copy)]
pub struct Xml;

impl Escaper for Xml {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(is_special) {
            let (plain, from_special) = rest.split_at(at);
            dest.write_str(plain)?;
            let mut characters = from_special.chars();
            if let Some(special) = characters.next() {
                dest.write_str(replacement(special))?;
            }
            rest = characters.as_str();
        }
        dest.write_str(rest)
    }
}

fn is_special(character: char) -> bool {
    matches!(character, '&' | '<' | '>' | '"' | '\'') || is_forbidden(character)
}

fn replacement(special: char) -> &'static str {
    match special {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&apos;",
        _ => "",
    }
}

/// What no XML 1.0 document can hold, not even as a reference.
fn is_forbidden(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped_and_what_xml_forbids_is_dropped() {
        let mut escaped = String::new();

        Xml.write_escaped_str(&mut escaped, "</a>\u{0} \"Ü\" & 'é'\u{b}\u{ffff}\t🦀").unwrap();

        assert_eq!(escaped, "&lt;/a&gt; &quot;Ü&quot; &amp; &apos;é&apos;\t🦀");
    }
}
