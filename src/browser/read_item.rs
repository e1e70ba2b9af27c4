//! Reads form items and menus (VoiceXML 2.0 §2.2, §2.3; 2.1 §9).

use std::sync::Arc;

use super::document::{
    Dialog, Entry, Field, Filled, Item, ItemKind, Menu, Parameter, Record, Subdialog, Surroundings, Transfer, TransferKind, declaration,
};
use super::grammar_source::{Accept, GrammarSource};
use super::read_content::read_block;
use super::read_document::{empty_item, read_filled, read_modal, read_scope, read_surrounding};
use super::read_event::read_outcome;
use super::read_grammar::{builtin, made, read_grammar, read_keys};
use super::read_prompt::read_prompts;
use super::reading::{
    Page, Read, at_most_one, boolean, enctype, exactly_one, fault, fetching, method, misplaced, names, required, required_target, target,
    text,
};
use crate::xml::{Element, Node};

/// Reads one form item, with the `<filled>` elements in it.
pub(super) fn read_item(element: &Element, page: &Page, index: usize) -> Read<(Item, Vec<Filled>)> {
    let kind = read_kind(element)?;
    let mut item = empty_item(element, index, kind)?;
    let mut filled = Vec::new();
    if matches!(item.kind, ItemKind::Block(_)) {
        return Ok((item, filled));
    }
    item.prompts = read_prompts(element)?;
    if element.name == "field" {
        read_field_grammars(element, &mut item)?;
    }
    for child in element.elements() {
        match child.name.as_str() {
            "filled" if item.kind.is_input() => filled.push(read_filled(child, Some(index))?),
            _ => read_in_item(child, element, page, &mut item)?,
        };
    }
    Ok((item, filled))
}

fn read_in_item(child: &Element, element: &Element, page: &Page, item: &mut Item) -> Read<()> {
    match child.name.as_str() {
        "prompt" | "audio" | "value" | "enumerate" | "mark" => {}
        "grammar" if matches!(element.name.as_str(), "field" | "record" | "transfer" | "initial") => {
            item.grammars.push(Arc::new(read_grammar(child, page)?));
        }
        "option" if element.name == "field" => {}
        "param" if matches!(element.name.as_str(), "subdialog" | "object") => {}
        _ if read_surrounding(child, page, &mut item.surroundings)? => {}
        _ => return misplaced(child, element),
    }
    Ok(())
}

fn read_kind(element: &Element) -> Read<ItemKind> {
    Ok(match element.name.as_str() {
        "block" => ItemKind::Block(read_block(element)?),
        "initial" => ItemKind::Initial,
        "field" => {
            ItemKind::Field(Field { slot: text(element, "slot"), modal: read_modal(element, false)?, options: read_options(element)? })
        }
        "subdialog" => ItemKind::Subdialog(Subdialog {
            target: required_target(element, "src", "srcexpr")?,
            namelist: names(element, "namelist"),
            method: method(element)?,
            enctype: enctype(element),
            parameters: read_parameters(element)?,
            fetching: fetching(element),
        }),
        "object" => {
            read_parameters(element)?;
            ItemKind::Object
        }
        "record" => ItemKind::Record(Record {
            beep: boolean(element, "beep")?.unwrap_or(false),
            maxtime: text(element, "maxtime"),
            finalsilence: text(element, "finalsilence"),
            dtmfterm: boolean(element, "dtmfterm")?.unwrap_or(true),
            modal: read_modal(element, true)?,
            media_type: text(element, "type"),
        }),
        "transfer" => ItemKind::Transfer(read_transfer(element)?),
        other => return fault(element, format!("<{other}> is no form item")),
    })
}

fn read_transfer(element: &Element) -> Read<Transfer> {
    at_most_one(element, &["bridge", "type"])?;
    let kind = match (boolean(element, "bridge")?, element.attribute("type")) {
        (Some(true), _) | (_, Some("bridge")) => TransferKind::Bridge,
        (_, Some("consultation")) => TransferKind::Consultation,
        (_, None | Some("blind")) => TransferKind::Blind,
        (_, Some(other)) => return fault(element, format!("type must be bridge, blind or consultation, not {other:?}")),
    };
    Ok(Transfer {
        dest: required_target(element, "dest", "destexpr")?,
        kind,
        connecttimeout: text(element, "connecttimeout"),
        maxtime: text(element, "maxtime"),
        aai: target(element, "aai", "aaiexpr")?,
    })
}

fn read_parameters(element: &Element) -> Read<Vec<Parameter>> {
    let mut parameters = Vec::new();
    for child in element.elements().filter(|child| child.name == "param") {
        exactly_one(child, &["value", "expr"])?;
        parameters.push(Parameter { name: required(child, "name")?, value: required_target(child, "value", "expr")? });
    }
    Ok(parameters)
}

fn read_field_grammars(element: &Element, item: &mut Item) -> Read<()> {
    let lang = element.attribute("xml:lang");
    item.grammars.extend(builtin(element)?.into_iter().map(Arc::new));
    for option in element.elements().filter(|child| child.name == "option") {
        let words = one_line(&option.text());
        let keys = option.attribute("dtmf").map(|keys| read_keys(option, keys)).transpose()?;
        let spoken = Some(words.as_str()).filter(|words| !words.is_empty());
        let value = option.attribute("value").or(spoken).or(keys.as_deref()).unwrap_or_default().to_owned();
        if let Some(keys) = &keys {
            item.grammars.push(made(option, GrammarSource::of_keys(keys, &value))?);
        }
        if let Some(words) = spoken {
            let accept = read_accept(option)?.unwrap_or(Accept::Exact);
            item.grammars.push(made(option, GrammarSource::of_words(words, accept, &value, lang))?);
        }
    }
    Ok(())
}

fn read_options(element: &Element) -> Read<Vec<Entry>> {
    let options = element.elements().filter(|child| child.name == "option");
    Ok(options.map(|option| Entry { words: one_line(&option.text()), dtmf: text(option, "dtmf") }).collect())
}

fn read_accept(element: &Element) -> Read<Option<Accept>> {
    match element.attribute("accept") {
        None => Ok(None),
        Some("exact") => Ok(Some(Accept::Exact)),
        Some("approximate") => Ok(Some(Accept::Approximate)),
        Some(other) => fault(element, format!("accept must be exact or approximate, not {other:?}")),
    }
}

/// Reads `<menu>`: a dialog with one item, whose choices lead elsewhere (§2.2).
pub(super) fn read_menu(element: &Element, page: &Page) -> Read<Dialog> {
    let mut surroundings = Surroundings::default();
    for child in element.elements() {
        match child.name.as_str() {
            "choice" | "prompt" | "audio" | "value" | "enumerate" | "mark" => {}
            _ if child.name != "link" && read_surrounding(child, page, &mut surroundings)? => {}
            _ => return misplaced(child, element),
        }
    }
    let mut item = empty_item(element, 0, ItemKind::Menu(read_choices(element, page)?))?;
    item.prompts = read_prompts(element)?;
    item.name = None;
    item.variable = " menu".to_owned();
    Ok(Dialog {
        id: text(element, "id"),
        is_public: read_scope(element)?,
        preamble: Arc::from([declaration(0, None)]),
        surroundings,
        grammars: Vec::new(),
        items: vec![Arc::new(item)],
        filled: Vec::new(),
    })
}

fn read_choices(element: &Element, page: &Page) -> Read<Menu> {
    let numbered = boolean(element, "dtmf")?.unwrap_or(false);
    let accept = read_accept(element)?.unwrap_or(Accept::Exact);
    let mut menu = Menu { entries: Vec::new(), outcomes: Vec::new(), grammars: Vec::new() };
    let mut next_key = 1..=9;
    for choice in element.elements().filter(|child| child.name == "choice") {
        let keys = choice.attribute("dtmf").map(|keys| read_keys(choice, keys)).transpose()?;
        if numbered && keys.as_deref().is_some_and(|keys| !matches!(keys, "*" | "#" | "0")) {
            return fault(choice, "in a menu with dtmf=\"true\" only *, # and 0 can be given");
        }
        let keys = keys.or_else(|| numbered.then(|| next_key.next()).flatten().map(|key: u8| key.to_string()));
        menu.outcomes.push(read_outcome(choice)?);
        read_choice(choice, page, keys, accept, &mut menu)?;
    }
    Ok(menu)
}

fn read_choice(choice: &Element, page: &Page, keys: Option<String>, accept: Accept, menu: &mut Menu) -> Read<()> {
    let own: Vec<_> = choice.elements().filter(|child| child.name == "grammar").collect();
    let words = one_line(&spoken_text(choice));
    let index = menu.entries.len();
    if let Some(keys) = &keys {
        menu.grammars.push((index, made(choice, GrammarSource::of_keys(keys, keys))?));
    }
    for grammar in &own {
        menu.grammars.push((index, Arc::new(read_grammar(grammar, page)?)));
    }
    if own.is_empty() && !words.is_empty() {
        let accept = read_accept(choice)?.unwrap_or(accept);
        let grammar = GrammarSource::of_words(&words, accept, &words, choice.attribute("xml:lang"));
        menu.grammars.push((index, made(choice, grammar)?));
    }
    menu.entries.push(Entry { words, dtmf: keys });
    Ok(())
}

/// The words of a choice, without those of a grammar in it.
fn spoken_text(choice: &Element) -> String {
    let mut words = String::new();
    for node in &choice.children {
        match node {
            Node::Text(run) => words.push_str(run),
            Node::Element(child) if child.name == "grammar" => {}
            Node::Element(child) => words.push_str(&child.text()),
        }
    }
    words
}

fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
