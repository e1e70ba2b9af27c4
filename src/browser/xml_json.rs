//! An XML tree as a flat JSON list: how `<data>` carries a document over to its DOM (VoiceXML 2.1 appendix D).

use serde_json::{Value, json};

use crate::xml::{Element, Node};

/// The nodes in document order. An element is `[parent, tag, namespace, [[name, value], …]]`, text is `[parent, text]`; the parent is
/// the place of a node in the list, -1 for the root. Namespace declarations are no attributes.
pub(super) fn nodes(root: &Element) -> Value {
    let mut list = Vec::new();
    push_element(root, -1, &mut list);
    Value::Array(list)
}

fn push_element(element: &Element, parent: i64, list: &mut Vec<Value>) {
    let attributes = element.attributes.iter().filter(|attribute| attribute.name != "xmlns" && !attribute.name.starts_with("xmlns:"));
    let attributes: Vec<Value> = attributes.map(|attribute| json!([attribute.name, attribute.value])).collect();
    let tag = match element.prefix.as_str() {
        "" => element.name.clone(),
        prefix => format!("{prefix}:{}", element.name),
    };
    let place = i64::try_from(list.len()).unwrap_or(i64::MAX);
    list.push(json!([parent, tag, element.namespace, attributes]));
    for node in &element.children {
        match node {
            Node::Element(child) => push_element(child, place, list),
            Node::Text(run) => list.push(json!([place, run])),
        }
    }
}
