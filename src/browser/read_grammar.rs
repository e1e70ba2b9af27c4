//! Reads `<grammar>`, and makes the grammars of built-in types, links, options and choices (VoiceXML 2.0 §2.3.1, §2.5, §3.1).

use std::sync::{Arc, OnceLock};

use super::content::{Fetching, Target};
use super::grammar_source::{Accept, GrammarForm, GrammarSource};
use super::reading::{Page, Read, fault, fetching, misplaced, read_scope, required, target};
use crate::grammar::{Grammar, GrammarError, Mode, Surroundings};
use crate::xml::Element;

/// Media types under which SRGS goes (SRGS 1.0 appendix G and its drafts).
const SRGS: [&str; 6] = ["", "application/srgs+xml", "application/srgs", "application/grammar+xml", "text/xml", "application/xml"];

/// Reads the `<grammar>` of an item, link or choice, whose scope is given by its place (§3.1.3).
pub(super) fn read_grammar(element: &Element, page: &Page) -> Read<GrammarSource> {
    match element.attribute("scope") {
        Some(_) => fault(element, "scope may be given to the grammars of forms only"),
        None => read_form_grammar(element, page),
    }
}

/// Reads `<grammar>`: exactly one of src, srcexpr and rules of its own (2.1 §2).
pub(super) fn read_form_grammar(element: &Element, page: &Page) -> Read<GrammarSource> {
    let has_rules = !element.text().trim().is_empty() || element.elements().next().is_some();
    let form = match (target(element, "src", "srcexpr")?, has_rules) {
        (Some(_), true) => return fault(element, "<grammar> has both an address and rules"),
        (None, false) => return fault(element, "<grammar> has neither an address nor rules"),
        (Some(Target::Literal(address)), false) if address.starts_with("builtin:") => GrammarForm::Address(address),
        _ if unsupported(element).is_some() => GrammarForm::Unsupported(unsupported(element).unwrap_or_default()),
        (Some(Target::Literal(address)), false) => GrammarForm::Address(page.base.join(address.trim()).map_or(address, String::from)),
        (Some(Target::Computed(expression)), false) => GrammarForm::Computed(expression),
        (None, true) => inline(element, page)?,
    };
    Ok(GrammarSource {
        form,
        mode: read_mode(element)?,
        is_public: read_scope(element)?,
        fetching: fetching(element),
        laid_out: OnceLock::new(),
    })
}

/// The media type, where it is none of SRGS.
fn unsupported(element: &Element) -> Option<String> {
    let media_type = element.attribute("type")?.split(';').next()?.trim();
    (!SRGS.contains(&media_type)).then(|| media_type.to_owned())
}

/// Rules are read with their page, so that a fault in them is the page's.
fn inline(element: &Element, page: &Page) -> Read<GrammarForm> {
    let surroundings = Surroundings { base: Some(page.base.clone()), mode: Mode::Voice, language: page.lang.clone() };
    match Grammar::from_element(element, &surroundings) {
        Ok(grammar) => Ok(GrammarForm::Inline(Arc::new(grammar))),
        Err(error) => fault(element, error.to_string()),
    }
}

/// A grammar made of a page's own words; that it cannot be read is the page's fault.
pub(super) fn made(element: &Element, grammar: Result<GrammarSource, GrammarError>) -> Read<Arc<GrammarSource>> {
    grammar.map(Arc::new).or_else(|error| fault(element, error.to_string()))
}

fn read_mode(element: &Element) -> Read<Option<Mode>> {
    match element.attribute("mode") {
        None => Ok(None),
        Some("dtmf") => Ok(Some(Mode::Dtmf)),
        Some("voice") => Ok(Some(Mode::Voice)),
        Some(other) => fault(element, format!("mode must be dtmf or voice, not {other:?}")),
    }
}

/// The grammars of `<link>`: those in it, and its `dtmf` keys.
pub(super) fn read_link_grammars(element: &Element, page: &Page) -> Read<Vec<Arc<GrammarSource>>> {
    let mut grammars = Vec::new();
    for child in element.elements() {
        match child.name.as_str() {
            "grammar" => grammars.push(Arc::new(read_grammar(child, page)?)),
            _ => return misplaced(child, element),
        }
    }
    if let Some(keys) = element.attribute("dtmf") {
        grammars.push(made(element, GrammarSource::of_keys(&read_keys(element, keys)?, keys))?);
    }
    Ok(grammars)
}

/// The value of a `dtmf` attribute: keys, with or without spaces between them.
pub(super) fn read_keys(element: &Element, keys: &str) -> Read<String> {
    let keys: String = keys.chars().filter(|key| !key.is_whitespace()).collect();
    let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#' | 'A'..='D');
    match !keys.is_empty() && keys.chars().all(is_key) {
        true => Ok(keys),
        false => fault(element, format!("{keys:?} are no keys")),
    }
}

/// Keys as `<enumerate>` tells them: one space between two of them (§2.2.2).
pub(super) fn spaced(keys: &str) -> String {
    keys.chars().filter(|key| !key.is_whitespace()).map(String::from).collect::<Vec<_>>().join(" ")
}

/// The grammars of a built-in type, one for keys and one for speech (appendix P).
pub(super) fn builtin(element: &Element) -> Read<Vec<GrammarSource>> {
    if element.attribute("type").is_none() {
        return Ok(Vec::new());
    }
    let kind = required(element, "type")?;
    let kind = kind.trim().trim_start_matches("builtin:");
    let source = |room: &str, mode| GrammarSource {
        form: GrammarForm::Address(format!("builtin:{room}/{kind}")),
        mode: Some(mode),
        is_public: None,
        fetching: Fetching::default(),
        laid_out: OnceLock::new(),
    };
    Ok(vec![source("dtmf", Mode::Dtmf), source("grammar", Mode::Voice)])
}

/// `accept`, where it is given (§2.2.1).
pub(super) fn read_accept(element: &Element) -> Read<Option<Accept>> {
    match element.attribute("accept") {
        None => Ok(None),
        Some("exact") => Ok(Some(Accept::Exact)),
        Some("approximate") => Ok(Some(Accept::Approximate)),
        Some(other) => fault(element, format!("accept must be exact or approximate, not {other:?}")),
    }
}
