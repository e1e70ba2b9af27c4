//! From a document, an element or a name to a grammar, in whichever form it is written (SRGS 1.0 §1.1).

use crate::xml::{self, Element};

use super::error::GrammarError;
use super::source::{Grammar, Surroundings};
use super::{abnf_form, builtin, xml_form};

impl Grammar {
    /// Reads a document in XML or ABNF form, whichever it is.
    pub fn parse(bytes: &[u8], surroundings: &Surroundings) -> Result<Self, GrammarError> {
        match abnf_form::is_abnf(bytes) {
            true => abnf_form::read(bytes, surroundings),
            false => xml_form::read(&xml::parse(bytes)?, surroundings, xml_form::Place::Document),
        }
    }

    /// Reads an inline grammar of a VoiceXML page. ABNF may stand in it as text (VoiceXML 2.0 §3.1.1.2).
    pub fn from_element(element: &Element, surroundings: &Surroundings) -> Result<Self, GrammarError> {
        let text = element.text();
        match abnf_form::is_abnf(text.trim_start().as_bytes()) {
            true => abnf_form::read(text.trim_start().as_bytes(), surroundings),
            false => xml_form::read(element, surroundings, xml_form::Place::Inline),
        }
    }

    /// The platform's own grammar behind a URI such as `builtin:dtmf/digits?length=4` (VoiceXML 2.0 appendix P).
    pub fn builtin(uri: &str) -> Result<Self, GrammarError> {
        builtin::grammar(uri)
    }
}
