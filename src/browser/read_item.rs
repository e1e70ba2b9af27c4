//! Reads form items (VoiceXML 2.0 §2.3; 2.1 §9).

use std::sync::Arc;

use super::document::{Entry, Field, Filled, Item, ItemKind, Parameter, Record, Subdialog, Surroundings, Transfer, TransferKind};
use super::grammar_source::{Accept, GrammarSource};
use super::read_content::read_block;
use super::read_event::read_surrounding;
use super::read_grammar::{builtin, made, read_accept, read_grammar, read_keys, spaced};
use super::read_prompt::read_prompts;
use super::reading::{
    Page, Read, at_most_one, boolean, enctype, exactly_one, expression, fault, fetching, method, misplaced, names, one_line, required,
    required_target, target, text,
};
use crate::xml::Element;

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
        audio: text(element, "transferaudio"),
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
    Ok(options.map(|option| Entry { words: one_line(&option.text()), dtmf: option.attribute("dtmf").map(spaced) }).collect())
}

/// Reads `<filled>`; inside an item neither `mode` nor `namelist` may be given (§2.4).
pub(super) fn read_filled(element: &Element, item: Option<usize>) -> Read<Filled> {
    if item.is_some() && (element.attribute("mode").is_some() || element.attribute("namelist").is_some()) {
        return fault(element, "<filled> of an item may have neither mode nor namelist");
    }
    let any = match element.attribute("mode") {
        None | Some("all") => false,
        Some("any") => true,
        Some(other) => return fault(element, format!("mode must be all or any, not {other:?}")),
    };
    Ok(Filled { item, any, namelist: names(element, "namelist"), content: read_block(element)? })
}

/// The pieces that every item shares, before its own are read.
pub(super) fn empty_item(element: &Element, index: usize, kind: ItemKind) -> Read<Item> {
    at_most_one(element, &["name", "id"])?;
    let name = text(element, "name");
    Ok(Item {
        variable: name.clone().unwrap_or_else(|| format!(" item {index}")),
        name,
        cond: expression(element, "cond"),
        kind,
        prompts: Vec::new(),
        grammars: Vec::new(),
        surroundings: Surroundings::default(),
        line: element.position.line,
    })
}

/// The attribute `modal`, else `default`.
pub(super) fn read_modal(element: &Element, default: bool) -> Read<bool> {
    Ok(boolean(element, "modal")?.unwrap_or(default))
}
