//! Reads `<vxml>` and its dialogs into the model (VoiceXML 2.0 §1.4, §1.5, §2.1, §2.2).

use std::sync::Arc;

use url::Url;

use super::content::Executable;
use super::document::{Dialog, Document, Item, Surroundings, declaration};
use super::read_content::read_executable;
use super::read_event::read_surrounding;
use super::read_grammar::read_form_grammar;
use super::read_item::{read_filled, read_item};
use super::read_menu::read_menu;
use super::reading::{DocumentError, Page, Read, expression, fault, read_scope, required, text};
use crate::xml::{self, Element};

/// The language of pages that name none.
const LANGUAGE: &str = "en-US";

impl Document {
    /// Reads a page that came from `url`. What is not well-formed, or contradicts itself, is an error.
    pub fn parse(bytes: &[u8], url: &Url) -> Result<Self, DocumentError> {
        let root = xml::parse(bytes)?;
        let mut url = url.clone();
        url.set_fragment(None);
        read_vxml(&root, url)
    }
}

fn read_vxml(root: &Element, url: Url) -> Read<Document> {
    if root.name != "vxml" {
        return fault(root, format!("the document is a <{}>, not a <vxml>", root.name));
    }
    // An earlier or later language is tried as this one: its pages mostly are.
    required(root, "version")?;
    let base = match root.attribute("xml:base") {
        Some(base) => joined(root, &url, base)?,
        None => url.clone(),
    };
    let application = root.attribute("application").map(|address| joined(root, &base, address)).transpose()?;
    let mut document = Document {
        url,
        base,
        application: application.map(without_fragment),
        lang: text(root, "xml:lang"),
        preamble: Arc::from([]),
        surroundings: Surroundings::default(),
        dialogs: Vec::new(),
    };
    let page = Page { base: document.base.clone(), lang: document.lang.clone().or_else(|| Some(LANGUAGE.to_owned())) };
    let mut preamble = Vec::new();
    for child in root.elements() {
        read_top(child, &page, &mut document, &mut preamble)?;
    }
    document.preamble = preamble.into();
    refuse_same_names(root, &document)?;
    Ok(document)
}

fn read_top(child: &Element, page: &Page, document: &mut Document, preamble: &mut Vec<Executable>) -> Read<()> {
    match child.name.as_str() {
        "form" => document.dialogs.push(Arc::new(read_form(child, page)?)),
        "menu" => document.dialogs.push(Arc::new(read_menu(child, page)?)),
        "meta" | "metadata" => {}
        "var" | "script" | "data" => preamble.push(read_executable(child)?),
        _ if read_surrounding(child, page, &mut document.surroundings)? => {}
        other => return fault(child, format!("<{other}> may not stand in <vxml>")),
    }
    Ok(())
}

fn read_form(element: &Element, page: &Page) -> Read<Dialog> {
    let mut form = Dialog {
        id: text(element, "id"),
        is_public: read_scope(element)?.unwrap_or(false),
        preamble: Arc::from([]),
        surroundings: Surroundings::default(),
        grammars: Vec::new(),
        items: Vec::new(),
        filled: Vec::new(),
    };
    let mut preamble = Vec::new();
    for child in element.elements() {
        read_in_form(child, page, &mut form, &mut preamble)?;
    }
    form.preamble = preamble.into();
    refuse_same_items(element, &form)?;
    Ok(form)
}

fn read_in_form(child: &Element, page: &Page, form: &mut Dialog, preamble: &mut Vec<Executable>) -> Read<()> {
    match child.name.as_str() {
        "block" | "field" | "initial" | "object" | "record" | "subdialog" | "transfer" => {
            let index = form.items.len();
            preamble.push(declaration(index, expression(child, "expr")));
            let (item, filled) = read_item(child, page, index)?;
            form.items.push(Arc::new(item));
            form.filled.extend(filled.into_iter().map(Arc::new));
        }
        "filled" => form.filled.push(Arc::new(read_filled(child, None)?)),
        "grammar" => form.grammars.push(Arc::new(read_form_grammar(child, page)?)),
        "var" | "script" | "data" => preamble.push(read_executable(child)?),
        _ if read_surrounding(child, page, &mut form.surroundings)? => {}
        other => return fault(child, format!("<{other}> may not stand in <form>")),
    }
    Ok(())
}

fn refuse_same_names(root: &Element, document: &Document) -> Read<()> {
    let mut seen = Vec::new();
    for id in document.dialogs.iter().filter_map(|dialog| dialog.id.as_deref()) {
        if seen.contains(&id) {
            return fault(root, format!("two dialogs are called {id:?}"));
        }
        seen.push(id);
    }
    Ok(())
}

fn refuse_same_items(element: &Element, form: &Dialog) -> Read<()> {
    let mut seen: Vec<&str> = Vec::new();
    for item in &form.items {
        let Item { name: Some(name), .. } = item.as_ref() else { continue };
        if seen.contains(&name.as_str()) {
            return fault(element, format!("two form items are called {name:?}"));
        }
        seen.push(name);
    }
    let is_input = |name: &str| form.item(name).and_then(|place| form.items.get(place)).is_some_and(|item| item.kind.is_input());
    match form.filled.iter().flat_map(|filled| filled.namelist.iter().flatten()).find(|name| !is_input(name)) {
        Some(name) => fault(element, format!("<filled> names {name:?}, which is no input item of the form")),
        None => Ok(()),
    }
}

fn joined(element: &Element, base: &Url, address: &str) -> Read<Url> {
    base.join(address).or_else(|error| fault(element, format!("{address:?} is no address: {error}")))
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../fixtures/browser/2.1.5-mixed-initiative.vxml");

    #[test]
    fn a_page_cut_at_any_byte_is_an_error_and_no_panic() {
        let url = Url::parse("http://pages.example/page").unwrap();
        assert!(Document::parse(PAGE.as_bytes(), &url).is_ok());

        for end in 0..PAGE.trim_end().len() {
            assert!(Document::parse(&PAGE.as_bytes()[..end], &url).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn an_error_says_what_and_where() {
        let url = Url::parse("http://pages.example/page").unwrap();
        let page = b"<vxml version='2.1'>\n  <form>\n    <block><goto next='a' expr='b'/></block></form></vxml>";

        let error = Document::parse(page, &url).unwrap_err();

        assert_eq!(error.to_string(), "<goto> has both next and expr (line 3, column 12)");
    }
}
