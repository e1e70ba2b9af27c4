//! What all readers of elements share: the error, and attributes with their rules (VoiceXML 2.0 §5.2.6, §6.1).

use std::sync::Arc;

use url::Url;

use super::content::{Expression, Fetching, Target};
use super::method::{Enctype, Method};
use crate::xml::{Element, Position, XmlError};

/// A page that is no VoiceXML document; the document that refers to it gets `error.badfetch`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} ({at})")]
pub struct DocumentError {
    /// What is wrong, in words.
    pub what: String,
    /// Where.
    pub at: Position,
}

impl From<XmlError> for DocumentError {
    fn from(error: XmlError) -> Self {
        Self { what: error.what, at: error.at }
    }
}

pub(super) type Read<T> = Result<T, DocumentError>;

/// What all elements of a page inherit from it.
#[derive(Debug, Clone)]
pub(super) struct Page {
    /// What relative addresses are relative to.
    pub base: Url,
    /// The language, the platform's own where the page names none.
    pub lang: Option<String>,
}

/// An error at `element`.
pub(super) fn fault<T>(element: &Element, what: impl Into<String>) -> Read<T> {
    Err(DocumentError { what: what.into(), at: element.position })
}

/// An element that may not stand where it does.
pub(super) fn misplaced<T>(child: &Element, parent: &Element) -> Read<T> {
    fault(child, format!("<{}> may not stand in <{}>", child.name, parent.name))
}

pub(super) fn text(element: &Element, name: &str) -> Option<String> {
    element.attribute(name).map(str::to_owned)
}

pub(super) fn expression(element: &Element, name: &str) -> Option<Expression> {
    element.attribute(name).map(Arc::from)
}

pub(super) fn required(element: &Element, name: &str) -> Read<String> {
    match element.attribute(name) {
        Some(value) => Ok(value.to_owned()),
        None => fault(element, format!("<{}> needs the attribute {name}", element.name)),
    }
}

pub(super) fn required_expression(element: &Element, name: &str) -> Read<Expression> {
    required(element, name).map(Expression::from)
}

/// `true` or `false`.
pub(super) fn boolean(element: &Element, name: &str) -> Read<Option<bool>> {
    match element.attribute(name).map(str::trim) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => fault(element, format!("{name} must be true or false, not {other:?}")),
    }
}

/// A count from 1 up; 1 where there is none.
pub(super) fn count(element: &Element) -> Read<u32> {
    match element.attribute("count").map(|value| value.trim().parse()) {
        None => Ok(1),
        Some(Ok(count)) if count >= 1 => Ok(count),
        Some(_) => fault(element, "count must be a number from 1 up"),
    }
}

/// A list of names; none where the attribute is absent.
pub(super) fn names(element: &Element, name: &str) -> Option<Vec<String>> {
    element.attribute(name).map(|list| list.split_whitespace().map(str::to_owned).collect())
}

/// Refuses two of `names` beside each other.
pub(super) fn at_most_one(element: &Element, names: &[&str]) -> Read<()> {
    let given: Vec<&str> = names.iter().copied().filter(|name| element.attribute(name).is_some()).collect();
    match given.as_slice() {
        [first, second, ..] => fault(element, format!("<{}> has both {first} and {second}", element.name)),
        _ => Ok(()),
    }
}

/// Refuses none and more than one of `names`.
pub(super) fn exactly_one(element: &Element, names: &[&str]) -> Read<()> {
    at_most_one(element, names)?;
    match names.iter().any(|name| element.attribute(name).is_some()) {
        true => Ok(()),
        false => fault(element, format!("<{}> needs one of {}", element.name, names.join(", "))),
    }
}

/// A text under `literal`, or an expression under `computed`; not both.
pub(super) fn target(element: &Element, literal: &str, computed: &str) -> Read<Option<Target>> {
    at_most_one(element, &[literal, computed])?;
    let written = element.attribute(literal).map(|value| Target::Literal(value.to_owned()));
    Ok(written.or_else(|| expression(element, computed).map(Target::Computed)))
}

/// The same, where one of the two must be there.
pub(super) fn required_target(element: &Element, literal: &str, computed: &str) -> Read<Target> {
    match target(element, literal, computed)? {
        Some(target) => Ok(target),
        None => fault(element, format!("<{}> needs {literal} or {computed}", element.name)),
    }
}

/// `event` or `eventexpr`, and at most one of `message` and `messageexpr` (§5.2.1).
pub(super) fn message(element: &Element) -> Read<Option<Target>> {
    target(element, "message", "messageexpr")
}

pub(super) fn fetching(element: &Element) -> Fetching {
    Fetching {
        timeout: text(element, "fetchtimeout"),
        maxage: text(element, "maxage"),
        maxstale: text(element, "maxstale"),
        audio: text(element, "fetchaudio"),
    }
}

pub(super) fn method(element: &Element) -> Read<Method> {
    match element.attribute("method").map(str::to_ascii_lowercase).as_deref() {
        None | Some("get") => Ok(Method::Get),
        Some("post") => Ok(Method::Post),
        Some(other) => fault(element, format!("method must be get or post, not {other:?}")),
    }
}

/// An unknown encoding is left to the default: it is the server that has to read it.
pub(super) fn enctype(element: &Element) -> Enctype {
    match element.attribute("enctype") {
        Some("multipart/form-data") => Enctype::Multipart,
        _ => Enctype::UrlEncoded,
    }
}

/// `scope="document"` makes a dialog's grammars active in the whole document.
pub(super) fn read_scope(element: &Element) -> Read<Option<bool>> {
    match element.attribute("scope") {
        None => Ok(None),
        Some("dialog") => Ok(Some(false)),
        Some("document") => Ok(Some(true)),
        Some(other) => fault(element, format!("scope must be dialog or document, not {other:?}")),
    }
}

/// Words with one space between them.
pub(super) fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
