//! Reads prompts: text, VoiceXML's own elements in it, and SSML (VoiceXML 2.0 §4.1; SSML 1.0).

use std::sync::Arc;

use super::content::{Piece, Prompt};
use super::reading::{
    Read, boolean, count, exactly_one, expression, fault, fetching, required, required_expression, required_target, text,
};
use crate::xml::{Element, Node};

/// Reads `<prompt>`.
pub(super) fn read_prompt(element: &Element) -> Read<Prompt> {
    let bargeintype = text(element, "bargeintype");
    if bargeintype.as_deref().is_some_and(|kind| !matches!(kind, "speech" | "hotword")) {
        return fault(element, "bargeintype must be speech or hotword");
    }
    Ok(Prompt {
        count: count(element)?,
        cond: expression(element, "cond"),
        bargein: boolean(element, "bargein")?,
        bargeintype,
        timeout: text(element, "timeout"),
        lang: text(element, "xml:lang"),
        base: text(element, "xml:base"),
        content: read_pieces(element)?,
    })
}

/// Text, `<value>`, `<audio>` and `<enumerate>` that stand side by side outside of a prompt are one together (§4.1).
pub(super) fn is_spoken(node: &Node) -> bool {
    match node {
        Node::Text(_) => true,
        Node::Element(child) => matches!(child.name.as_str(), "value" | "audio" | "enumerate" | "mark"),
    }
}

/// The prompts of an item or menu, in document order: `<prompt>` elements, and what is spoken beside them.
pub(super) fn read_prompts(element: &Element) -> Read<Vec<Arc<Prompt>>> {
    let mut prompts = Vec::new();
    let mut stray: Vec<&Node> = Vec::new();
    for node in &element.children {
        if is_spoken(node) {
            stray.push(node);
            continue;
        }
        prompts.extend(stray_prompt(&std::mem::take(&mut stray))?.map(Arc::new));
        if let Node::Element(child) = node
            && child.name == "prompt"
        {
            prompts.push(Arc::new(read_prompt(child)?));
        }
    }
    prompts.extend(stray_prompt(&stray)?.map(Arc::new));
    Ok(prompts)
}

/// Text and spoken elements that stand outside of a prompt; none when they are blank.
pub(super) fn stray_prompt(nodes: &[&Node]) -> Read<Option<Prompt>> {
    let is_blank = nodes.iter().all(|node| matches!(node, Node::Text(run) if run.trim().is_empty()));
    if is_blank {
        return Ok(None);
    }
    let content = nodes.iter().map(|node| read_piece(node)).collect::<Read<_>>()?;
    Ok(Some(Prompt { count: 1, cond: None, bargein: None, bargeintype: None, timeout: None, lang: None, base: None, content }))
}

/// What `<log>` says: text and `<value>`.
pub(super) fn read_log_content(element: &Element) -> Read<Vec<Piece>> {
    match element.elements().find(|child| child.name != "value") {
        Some(child) => fault(child, format!("<{}> may not stand in <log>", child.name)),
        None => read_pieces(element),
    }
}

fn read_pieces(element: &Element) -> Read<Vec<Piece>> {
    element.children.iter().map(read_piece).collect()
}

fn read_piece(node: &Node) -> Read<Piece> {
    let element = match node {
        Node::Text(run) => return Ok(Piece::Text(run.clone())),
        Node::Element(element) => element,
    };
    Ok(match element.name.as_str() {
        "value" => Piece::Value(required_expression(element, "expr")?),
        "audio" => read_audio(element)?,
        "mark" => {
            exactly_one(element, &["name", "nameexpr"])?;
            Piece::Mark { name: required_target(element, "name", "nameexpr")? }
        }
        "break" => Piece::Break { time: text(element, "time"), strength: text(element, "strength").or_else(|| text(element, "size")) },
        "enumerate" => Piece::Enumerate { template: if element.children.is_empty() { None } else { Some(read_pieces(element)?) } },
        "foreach" => {
            Piece::Foreach { item: required(element, "item")?, array: required_expression(element, "array")?, body: read_pieces(element)? }
        }
        "desc" | "emphasis" | "lexicon" | "meta" | "metadata" | "p" | "paragraph" | "phoneme" | "prosody" | "s" | "sentence" | "say-as"
        | "sub" | "voice" => Piece::Markup {
            element: element.name.clone(),
            attributes: element.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.value.clone())).collect(),
            content: read_pieces(element)?,
        },
        other => return fault(element, format!("<{other}> may not stand in a prompt")),
    })
}

/// `<audio>` plays `src`, or what `expr` gives: exactly one of them (§4.1.3).
fn read_audio(element: &Element) -> Read<Piece> {
    Ok(Piece::Audio { source: required_target(element, "src", "expr")?, fetching: fetching(element), fallback: read_pieces(element)? })
}
