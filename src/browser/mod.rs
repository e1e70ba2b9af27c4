//! A VoiceXML browser as a machine: pages, keys and time go in; fetches, prompts and outcomes come out (VoiceXML 2.0, 2.1).

mod content;
mod declarations;
mod document;
mod grammar_source;
mod read_content;
mod read_document;
mod read_event;
mod read_grammar;
mod read_item;
mod read_prompt;
mod reading;
mod scopes;
mod time;
mod xml_json;

pub use document::{Method, TransferKind};
pub use reading::DocumentError;
