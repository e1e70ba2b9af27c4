//! Processing instructions that stand before the root element (XML 1.0 §2.6, §2.8).

use quick_xml::Reader;
use quick_xml::events::Event;

use super::encoding;

/// The texts of the instructions for `target` before the root element. A document that cannot be read has none.
pub fn instructions(bytes: &[u8], target: &str) -> Vec<String> {
    let Ok(text) = encoding::decode(bytes) else { return Vec::new() };
    let mut reader = Reader::from_str(&text);
    let mut found = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::PI(instruction)) if instruction.target() == target => found.push(instruction.content().trim().to_owned()),
            Ok(Event::Start(_) | Event::Empty(_) | Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_instructions_of_the_prolog_count() {
        let text = b"<?xml version='1.0'?><?other x?><?access-control allow='*'?><a><?access-control deny='*'?></a>";

        assert_eq!(instructions(text, "access-control"), ["allow='*'"]);
        assert!(instructions(b"<?access-control", "access-control").is_empty());
    }
}
