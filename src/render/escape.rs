//! Text as XML takes it: markup characters escaped, forbidden characters dropped (XML 1.0 §2.2, §2.4).

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// The escaper of every `.vxml` and `.grxml` template (`askama.toml`), for text and attributes alike.
#[derive(Debug, Clone, Copy)]
pub struct Xml;

impl Escaper for Xml {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        // Looking at every byte without stopping is done many at a time; most texts end here.
        if !text.bytes().fold(false, |found, byte| found | may_begin_special(byte)) {
            return dest.write_str(text);
        }
        let mut rest = text;
        while let Some(at) = rest.bytes().position(may_begin_special) {
            let (plain, from_special) = rest.split_at(at);
            dest.write_str(plain)?;
            let mut characters = from_special.chars();
            if let Some(character) = characters.next() {
                write_escaped(&mut dest, character)?;
            }
            rest = characters.as_str();
        }
        dest.write_str(rest)
    }
}

/// Whether a character that begins with `byte` may need escaping; U+FFFE and U+FFFF begin with 0xEF. Without a jump in it, so that
/// many bytes are tested by one instruction.
fn may_begin_special(byte: u8) -> bool {
    let markup = (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'"') | (byte == b'\'');
    let control = (byte < b' ') & (byte != b'\t') & (byte != b'\n') & (byte != b'\r');
    markup | control | (byte == 0xef)
}

fn write_escaped(dest: &mut impl Write, character: char) -> fmt::Result {
    match character {
        '&' => dest.write_str("&amp;"),
        '<' => dest.write_str("&lt;"),
        '>' => dest.write_str("&gt;"),
        '"' => dest.write_str("&quot;"),
        '\'' => dest.write_str("&apos;"),
        forbidden if is_forbidden(forbidden) => Ok(()),
        plain => dest.write_char(plain),
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

        Xml.write_escaped_str(&mut escaped, "</a>\u{0} \"Ü\" & 'é'\u{b}\u{ffff}\t🦀ﬀ").unwrap();

        assert_eq!(escaped, "&lt;/a&gt; &quot;Ü&quot; &amp; &apos;é&apos;\t🦀ﬀ");
    }
}
