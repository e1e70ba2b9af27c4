//! Reads a document into the tree; entities are never expanded, and size and depth are bounded.

use std::cell::Cell;
use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::element::{Attribute, Element, Node, Position};
use super::encoding;

/// How large a document may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most bytes.
    pub bytes: usize,
    /// Deepest nesting of elements.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 4 << 20, depth: 200 }
    }
}

/// A document that is not well-formed, too large, or needs what we refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} ({at})")]
pub struct XmlError {
    /// What is wrong, in words.
    pub what: String,
    /// Where it was noticed.
    pub at: Position,
}

/// Reads `bytes` within the usual [`Limits`] and gives the root element.
pub fn parse(bytes: &[u8]) -> Result<Element, XmlError> {
    parse_with(bytes, Limits::default())
}

/// Reads `bytes` within `limits` and gives the root element.
pub fn parse_with(bytes: &[u8], limits: Limits) -> Result<Element, XmlError> {
    let start = Position { line: 1, column: 1 };
    if bytes.len() > limits.bytes {
        return Err(XmlError { what: format!("the document has {} bytes, more than {}", bytes.len(), limits.bytes), at: start });
    }
    let text = encoding::decode(bytes).map_err(|what| XmlError { what, at: start })?;
    Tree { lines: Lines::of(&text), open: Vec::new(), scopes: Vec::new(), root: None, limits }.read(&text)
}

struct Tree<'t> {
    lines: Lines<'t>,
    open: Vec<Element>,
    /// Namespace declarations, one map for each open element.
    scopes: Vec<HashMap<String, String>>,
    root: Option<Element>,
    limits: Limits,
}

impl Tree<'_> {
    fn read(mut self, text: &str) -> Result<Element, XmlError> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        reader.config_mut().expand_empty_elements = true;
        loop {
            let offset = reader.buffer_position() as usize;
            let event = reader.read_event().map_err(|error| self.fault(reader.error_position() as usize, error.to_string()))?;
            match event {
                Event::Start(start) => self.start(&start, offset)?,
                Event::End(_) => self.end(),
                Event::Text(run) => self.text(&run.xml10_content(), offset)?,
                Event::CData(run) => self.text(&run.xml10_content(), offset)?,
                Event::GeneralRef(reference) => {
                    let run = self.resolve(&reference, offset)?;
                    self.text(&run, offset)?;
                }
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
                Event::Eof => break,
            }
        }
        if let Some(open) = self.open.last() {
            return Err(self.fault(text.len(), format!("the document ends inside <{}>", open.name)));
        }
        match self.root.take() {
            Some(root) => Ok(root),
            None => Err(self.fault(text.len(), "the document has no element".to_owned())),
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, offset: usize) -> Result<(), XmlError> {
        if self.root.is_some() {
            return Err(self.fault(offset, "a second element stands beside the root".to_owned()));
        }
        if self.open.len() >= self.limits.depth {
            return Err(self.fault(offset, format!("elements are nested more than {} deep", self.limits.depth)));
        }
        let mut attributes = Vec::new();
        let mut scope = HashMap::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.fault(offset, error.to_string()))?;
            let name = attribute.key.as_ref().to_owned();
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|error| self.fault(offset, error.to_string()))?
                .into_owned();
            if name == "xmlns" {
                scope.insert(String::new(), value.clone());
            } else if let Some(prefix) = name.strip_prefix("xmlns:") {
                scope.insert(prefix.to_owned(), value.clone());
            }
            attributes.push(Attribute { name, value });
        }
        self.scopes.push(scope);
        let name = start.name();
        let (prefix, local) = name.as_ref().split_once(':').unwrap_or(("", name.as_ref()));
        let namespace = self.namespace(prefix, offset)?;
        self.open.push(Element {
            name: local.to_owned(),
            prefix: prefix.to_owned(),
            namespace,
            attributes,
            children: Vec::new(),
            position: self.lines.position(offset),
        });
        Ok(())
    }

    fn end(&mut self) {
        self.scopes.pop();
        let Some(element) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None => self.root = Some(element),
        }
    }

    fn text(&mut self, run: &str, offset: usize) -> Result<(), XmlError> {
        let Some(parent) = self.open.last_mut() else {
            return match run.trim().is_empty() {
                true => Ok(()),
                false => Err(self.fault(offset, "text stands outside the root element".to_owned())),
            };
        };
        match parent.children.last_mut() {
            Some(Node::Text(text)) => text.push_str(run),
            _ => parent.children.push(Node::Text(run.to_owned())),
        }
        Ok(())
    }

    fn resolve(&self, reference: &BytesRef<'_>, offset: usize) -> Result<String, XmlError> {
        if let Some(character) = reference.resolve_char_ref().map_err(|error| self.fault(offset, error.to_string()))? {
            return Ok(character.to_string());
        }
        let name: &str = reference;
        match resolve_predefined_entity(name) {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.fault(offset, format!("the entity &{name}; is not one of XML's own five"))),
        }
    }

    fn namespace(&self, prefix: &str, offset: usize) -> Result<String, XmlError> {
        if prefix == "xml" {
            return Ok("http://www.w3.org/XML/1998/namespace".to_owned());
        }
        match self.scopes.iter().rev().find_map(|scope| scope.get(prefix)) {
            Some(namespace) => Ok(namespace.clone()),
            None if prefix.is_empty() => Ok(String::new()),
            None => Err(self.fault(offset, format!("the prefix {prefix}: is not declared"))),
        }
    }

    fn fault(&self, offset: usize, what: String) -> XmlError {
        XmlError { what, at: self.lines.position(offset) }
    }
}

/// Turns byte offsets into lines and columns.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// The last offset asked for and its column, to count on from: a document may be one long line.
    counted: Cell<(usize, u32)>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts, counted: Cell::new((0, 1)) }
    }

    fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts[line - 1];
        let (from, before) = match self.counted.get() {
            (from, column) if (start..=offset).contains(&from) => (from, column),
            _ => (start, 1),
        };
        let column = before + String::from_utf8_lossy(&self.text.as_bytes()[from..offset]).chars().count() as u32;
        self.counted.set((offset, column));
        Position { line: line as u32, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_text_and_attributes_are_read_with_their_places() {
        let root = parse(b"<?xml version='1.0'?>\n<a x='1 &amp; 2'>\n  <b:c xmlns:b='urn:b'>t<![CDATA[<]]>&#65;</b:c></a>").unwrap();

        let child = root.child("c").unwrap();
        assert_eq!(root.attribute("x"), Some("1 & 2"));
        assert_eq!(child.text(), "t<A");
        assert_eq!(child.namespace, "urn:b");
        assert_eq!(child.position, Position { line: 3, column: 3 });
    }

    #[test]
    fn entities_are_refused_and_never_expanded() {
        let bomb = b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>";

        assert_eq!(parse(bomb).unwrap_err().what, "the entity &x; is not one of XML's own five");
    }

    #[test]
    fn latin_1_is_read_by_its_declaration() {
        let root = parse(b"<?xml version=\"1.0\" encoding='ISO-8859-1'?><a>caf\xe9</a>").unwrap();

        assert_eq!(root.text(), "caf\u{e9}");
    }

    #[test]
    fn what_is_cut_short_or_too_deep_is_an_error_with_a_place() {
        assert_eq!(parse(b"<a>\n<b>").unwrap_err().at, Position { line: 2, column: 4 });
        let deep = "<a>".repeat(300) + &"</a>".repeat(300);
        assert!(parse(deep.as_bytes()).unwrap_err().what.contains("nested more than 200 deep"));
    }

    #[test]
    fn a_document_cut_at_any_byte_never_panics() {
        let whole = "<?xml version='1.0' encoding='UTF-8'?><a b='&lt;é'>&#x41;<![CDATA[x]]><!-- c --><d/></a>".as_bytes();

        for end in 0..whole.len() {
            assert!(parse(&whole[..end]).is_err(), "cut at {end}");
        }
    }
}
