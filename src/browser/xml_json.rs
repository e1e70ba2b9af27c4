//! An XML tree as JSON: how `<data>` carries a document over to its DOM (VoiceXML 2.1 appendix D).

use serde_json::{Value, json};

use crate::xml::{Element, Node};

/// `{tag, namespace, attributes: [[name, value, namespace]], children}`; namespace declarations are no attributes.
pub(super) fn tree(element: &Element) -> Value {
    let attributes = element.attributes.iter().filter(|attribute| attribute.name != "xmlns" && !attribute.name.starts_with("xmlns:"));
    let children = element.children.iter().map(|node| match node {
        Node::Element(child) => tree(child),
        Node::Text(run) => json!(run),
    });
    json!({
        "tag": if element.prefix.is_empty() { element.name.clone() } else { format!("{}:{}", element.prefix, element.name) },
        "namespace": element.namespace,
        "attributes": attributes.map(|attribute| json!([attribute.name, attribute.value])).collect::<Vec<_>>(),
        "children": children.collect::<Vec<_>>(),
    })
}
