//! A small XML tree with positions: what VoiceXML pages, SRGS grammars and web service answers are read into (XML 1.0, Namespaces in XML 1.0).

mod element;
mod encoding;
mod prolog;
mod reader;

pub use element::{Attribute, Element, Node, Position};
pub use encoding::decode;
pub use prolog::instructions;
pub use reader::{Limits, XmlError, parse, parse_with};
