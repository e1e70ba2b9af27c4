//! Reads handlers, links and properties (VoiceXML 2.0 §2.5, §5.2, §6.3).

use std::sync::Arc;

use super::document::{Handler, Link, Outcome, Property, Surroundings};
use super::read_content::read_block;
use super::read_grammar::read_link_grammars;
use super::reading::{Page, Read, count, exactly_one, expression, fetching, message, required, required_target};
use crate::xml::Element;

/// Reads `<catch>` or one of its four shorthands.
pub(super) fn read_handler(element: &Element) -> Read<Handler> {
    let events = match element.name.as_str() {
        "catch" => element.attribute("event").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        shorthand => vec![shorthand.to_owned()],
    };
    let catches_all = events.iter().any(|event| event == ".");
    Ok(Handler {
        events: if catches_all { Vec::new() } else { events },
        count: count(element)?,
        cond: expression(element, "cond"),
        content: read_block(element)?,
        line: element.position.line,
    })
}

/// Reads `<link>`.
pub(super) fn read_link(element: &Element, page: &Page) -> Read<Link> {
    Ok(Link { grammars: read_link_grammars(element, page)?, outcome: read_outcome(element)? })
}

/// What a `<link>` or `<choice>` leads to: exactly one of next, expr, event and eventexpr.
pub(super) fn read_outcome(element: &Element) -> Read<Outcome> {
    exactly_one(element, &["next", "expr", "event", "eventexpr"])?;
    let message = message(element)?;
    if element.attribute("next").is_some() || element.attribute("expr").is_some() {
        return Ok(Outcome::Goto { target: required_target(element, "next", "expr")?, fetching: fetching(element) });
    }
    Ok(Outcome::Throw { event: required_target(element, "event", "eventexpr")?, message })
}

/// Reads `<property>`.
pub(super) fn read_property(element: &Element) -> Read<Property> {
    Ok(Property { name: required(element, "name")?.trim().to_owned(), value: required(element, "value")?.trim().to_owned() })
}

/// Takes `<property>`, `<link>` and handlers; `false` when the element is none of them.
pub(super) fn read_surrounding(child: &Element, page: &Page, surroundings: &mut Surroundings) -> Read<bool> {
    match child.name.as_str() {
        "property" => surroundings.properties.push(read_property(child)?),
        "link" => surroundings.links.push(Arc::new(read_link(child, page)?)),
        "catch" | "error" | "help" | "noinput" | "nomatch" => surroundings.handlers.push(Arc::new(read_handler(child)?)),
        _ => return Ok(false),
    }
    Ok(true)
}
