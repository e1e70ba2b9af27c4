//! Reads prompts: text, VoiceXML's own elements in it, and SSML (VoiceXML 2.0 §4.1; SSML 1.0).

use super::content::{Piece, Prompt};
use super::reading::{Read, boolean, count, exactly_one, expression, fault, required_expression, required_target, target, text};
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
        "break" => Piece::Break { time: text(element, "time") },
        "enumerate" => Piece::Enumerate { template: if element.children.is_empty() { None } else { Some(read_pieces(element)?) } },
        "foreach" => Piece::Foreach {
            item: super::reading::required(element, "item")?,
            array: required_expression(element, "array")?,
            body: read_pieces(element)?,
        },
        "desc" | "emphasis" | "lexicon" | "meta" | "metadata" | "p" | "paragraph" | "phoneme" | "prosody" | "s" | "sentence" | "say-as"
        | "sub" | "voice" => Piece::Markup {
            element: element.name.clone(),
            attributes: element.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.value.clone())).collect(),
            content: read_pieces(element)?,
        },
        other => return fault(element, format!("<{other}> may not stand in a prompt")),
    })
}

/// `<audio>` plays `src`, or what `expr` gives; `expr` that gives undefined is left out with all its content (2.0 §4.1.3).
fn read_audio(element: &Element) -> Read<Piece> {
    Ok(Piece::Audio { source: target(element, "src", "expr")?, fallback: read_pieces(element)? })
}
