//! Reads executable content (VoiceXML 2.0 §5.3; 2.1 §4–§6).

use std::sync::Arc;

use super::content::{Block, Branch, DataSource, Destination, Executable, Prompt, Return, Script, Submit};
use super::literal::functions;
use super::read_prompt::{is_spoken, read_log_content, read_prompt, stray_prompt};
use super::reading::{
    Read, at_most_one, enctype, exactly_one, expression, fault, fetching, message, method, misplaced, names, required, required_expression,
    required_target, target, text,
};
use crate::xml::{Element, Node};

/// All that stands in `element`: elements of executable content, and bare text, which is a prompt.
pub(super) fn read_block(element: &Element) -> Read<Block> {
    Ok(read_nodes(element, element.children.iter())?.into())
}

fn read_nodes<'e>(parent: &Element, nodes: impl Iterator<Item = &'e Node>) -> Read<Vec<Executable>> {
    let mut content = Vec::new();
    let mut stray: Vec<&Node> = Vec::new();
    for node in nodes {
        match node {
            Node::Element(child) if !is_spoken(node) => {
                content.extend(take_stray(&mut stray)?);
                content.push(read_in_block(child, parent)?);
            }
            Node::Element(_) | Node::Text(_) => stray.push(node),
        }
    }
    content.extend(take_stray(&mut stray)?);
    Ok(content)
}

fn take_stray(stray: &mut Vec<&Node>) -> Read<Option<Executable>> {
    let prompt: Option<Prompt> = stray_prompt(&std::mem::take(stray))?;
    Ok(prompt.map(|prompt| Executable::Prompt(Arc::new(prompt))))
}

fn read_in_block(child: &Element, parent: &Element) -> Read<Executable> {
    match child.name.as_str() {
        "var" | "assign" | "clear" | "script" | "data" | "if" | "foreach" | "prompt" | "reprompt" | "goto" | "submit" | "exit"
        | "return" | "disconnect" | "throw" | "log" => read_executable(child),
        _ => misplaced(child, parent),
    }
}

/// Reads one element of executable content.
pub(super) fn read_executable(element: &Element) -> Read<Executable> {
    Ok(match element.name.as_str() {
        "var" => Executable::Var { name: required(element, "name")?, expr: expression(element, "expr") },
        "assign" => Executable::Assign { name: required(element, "name")?, expr: required_expression(element, "expr")? },
        "clear" => Executable::Clear { names: names(element, "namelist") },
        "script" => Executable::Script(read_script(element)?),
        "data" => Executable::Data(read_data(element)?),
        "if" => Executable::If(read_if(element)?),
        "foreach" => Executable::Foreach {
            item: required(element, "item")?,
            array: required_expression(element, "array")?,
            body: read_block(element)?,
        },
        "prompt" => Executable::Prompt(Arc::new(read_prompt(element)?)),
        "reprompt" => Executable::Reprompt,
        "goto" => read_goto(element)?,
        "submit" => Executable::Submit(read_submit(element)?),
        "exit" => {
            at_most_one(element, &["expr", "namelist"])?;
            Executable::Exit { expr: expression(element, "expr"), names: names(element, "namelist") }
        }
        "return" => Executable::Return(read_return(element)?),
        "disconnect" => Executable::Disconnect { names: names(element, "namelist") },
        "throw" => Executable::Throw { event: required_target(element, "event", "eventexpr")?, message: message(element)? },
        "log" => Executable::Log { label: text(element, "label"), expr: expression(element, "expr"), content: read_log_content(element)? },
        other => return fault(element, format!("<{other}> is no executable content")),
    })
}

fn read_script(element: &Element) -> Read<Script> {
    let source = element.text();
    let is_empty = source.trim().is_empty();
    match target(element, "src", "srcexpr")? {
        Some(_) if !is_empty => fault(element, "<script> has both an address and a text"),
        Some(target) => Ok(Script::External { target, charset: text(element, "charset"), fetching: fetching(element) }),
        None if is_empty => fault(element, "<script> has neither an address nor a text"),
        None => Ok(match functions(&source) {
            Some(names) => Script::Functions { source: source.into(), names },
            None => Script::Inline(source.into()),
        }),
    }
}

fn read_data(element: &Element) -> Read<DataSource> {
    Ok(DataSource {
        name: text(element, "name"),
        target: required_target(element, "src", "srcexpr")?,
        names: names(element, "namelist"),
        method: method(element)?,
        enctype: enctype(element),
        fetching: fetching(element),
    })
}

/// Splits the content of `<if>` at `<elseif>` and `<else>` (§5.3.4).
fn read_if(element: &Element) -> Read<Vec<Branch>> {
    let mut cond = Some(required_expression(element, "cond")?);
    let mut branches = Vec::new();
    let mut nodes: Vec<&Node> = Vec::new();
    for node in &element.children {
        let Node::Element(child) = node else {
            nodes.push(node);
            continue;
        };
        let next = match child.name.as_str() {
            "elseif" => Some(required_expression(child, "cond")?),
            "else" => None,
            _ => {
                nodes.push(node);
                continue;
            }
        };
        if cond.is_none() {
            return fault(child, "nothing may follow <else>");
        }
        branches.push(Branch { cond: std::mem::replace(&mut cond, next), body: read_nodes(element, nodes.drain(..))?.into() });
    }
    branches.push(Branch { cond, body: read_nodes(element, nodes.drain(..))?.into() });
    Ok(branches)
}

fn read_goto(element: &Element) -> Read<Executable> {
    exactly_one(element, &["next", "expr", "nextitem", "expritem"])?;
    let destination = match target(element, "nextitem", "expritem")? {
        Some(item) => Destination::Item(item),
        None => Destination::Address(required_target(element, "next", "expr")?),
    };
    Ok(Executable::Goto { destination, fetching: fetching(element) })
}

fn read_submit(element: &Element) -> Read<Submit> {
    Ok(Submit {
        target: required_target(element, "next", "expr")?,
        names: names(element, "namelist"),
        method: method(element)?,
        enctype: enctype(element),
        fetching: fetching(element),
    })
}

fn read_return(element: &Element) -> Read<Return> {
    at_most_one(element, &["event", "eventexpr", "namelist"])?;
    let message = message(element)?;
    match target(element, "event", "eventexpr")? {
        Some(event) => Ok(Return::Event { event, message }),
        None => Ok(Return::Names(names(element, "namelist").unwrap_or_default())),
    }
}
