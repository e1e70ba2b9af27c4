//! An XML document as a flat JSON list: how `<data>` carries it over to its DOM (VoiceXML 2.1 appendix D).

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use serde_json::{Value, json};

use crate::xml;

/// Kinds of nodes, by their numbers in DOM Level 2 §1.2.
const ELEMENT: u8 = 1;
const TEXT: u8 = 3;
const CDATA: u8 = 4;
const INSTRUCTION: u8 = 7;
const COMMENT: u8 = 8;

/// The nodes of a document in their order, each `[parent, kind, …]`: an element has tag, namespace and `[[name, value, namespace], …]`, an
/// instruction has target and text, all others their text. The parent is the place of a node in the list, -1 for the document.
/// Namespace declarations are no attributes.
pub(super) fn nodes(bytes: &[u8]) -> Result<Value, String> {
    // What is too large, too deep or not well-formed is found out here.
    xml::parse(bytes).map_err(|error| error.to_string())?;
    let text = xml::decode(bytes)?;
    let mut reader = NsReader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    let mut listing = Listing::default();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => listing.begin(element(&reader, &start)?),
            Event::End(_) => listing.end(),
            Event::Text(run) => listing.text.push_str(&run.xml10_content()),
            Event::GeneralRef(reference) => listing.text.push_str(&resolved(&reference)),
            Event::CData(run) => listing.push(json!([CDATA, run.xml10_content()])),
            Event::Comment(words) => listing.push(json!([COMMENT, words.xml10_content()])),
            Event::PI(instruction) => listing.push(json!([INSTRUCTION, instruction.target(), instruction.content().trim_start()])),
            Event::Empty(_) | Event::Decl(_) | Event::DocType(_) => {}
            Event::Eof => return Ok(Value::Array(listing.nodes)),
        }
    }
}

/// The list in the making.
#[derive(Default)]
struct Listing {
    nodes: Vec<Value>,
    /// Places of the elements that are open.
    open: Vec<usize>,
    /// A run of text that is not over.
    text: String,
}

impl Listing {
    fn begin(&mut self, element: Value) {
        self.push(element);
        self.open.push(self.nodes.len() - 1);
    }

    fn end(&mut self) {
        self.end_text();
        self.open.pop();
    }

    fn push(&mut self, node: Value) {
        self.end_text();
        self.put(node);
    }

    /// White space beside the root is no node.
    fn end_text(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() && !self.open.is_empty() {
            self.put(json!([TEXT, text]));
        }
    }

    fn put(&mut self, mut node: Value) {
        let parent = self.open.last().map_or(json!(-1), |place| json!(place));
        if let Value::Array(parts) = &mut node {
            parts.insert(0, parent);
        }
        self.nodes.push(node);
    }
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Value, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let name = attribute.key.as_ref();
        if name == "xmlns" || name.starts_with("xmlns:") {
            continue;
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        let (namespace, _) = reader.resolver().resolve_attribute(attribute.key);
        attributes.push(json!([name, value, uri(&namespace)]));
    }
    let (namespace, _) = reader.resolver().resolve_element(start.name());
    Ok(json!([ELEMENT, start.name().as_ref(), uri(&namespace), attributes]))
}

fn uri<'n>(namespace: &ResolveResult<'n>) -> &'n str {
    match namespace {
        ResolveResult::Bound(Namespace(uri)) => uri,
        ResolveResult::Unbound | ResolveResult::Unknown(_) => "",
    }
}

fn resolved(reference: &BytesRef<'_>) -> String {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        Ok(None) | Err(_) => resolve_predefined_entity(reference).unwrap_or_default().to_owned(),
    }
}
