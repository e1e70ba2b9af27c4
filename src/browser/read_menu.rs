//! Reads menus: dialogs with one item, whose choices lead elsewhere (VoiceXML 2.0 §2.2).

use std::sync::Arc;

use super::document::{Dialog, Entry, ItemKind, Menu, Surroundings, declaration};
use super::grammar_source::{Accept, GrammarSource};
use super::read_event::{read_outcome, read_surrounding};
use super::read_grammar::{made, read_accept, read_grammar, read_keys, spaced};
use super::read_item::empty_item;
use super::read_prompt::read_prompts;
use super::reading::{Page, Read, boolean, fault, misplaced, one_line, read_scope, text};
use crate::xml::{Element, Node};

/// Reads `<menu>` as a form with one nameless item.
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
        is_public: read_scope(element)?.unwrap_or(false),
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
    menu.entries.push(Entry { words, dtmf: keys.as_deref().map(spaced) });
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
