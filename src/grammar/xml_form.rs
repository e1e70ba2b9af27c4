//! The XML form (SRGS 1.0 §2–§4, appendix C).

use url::Url;

use super::error::GrammarError;
use super::rule::Rules;
use super::source::{Form, Grammar, Mode, Surroundings, TagFormat};
use super::xml_rule::{RuleReader, has_text, is_ours, misplaced, required};
use crate::xml::Element;

/// Where the `<grammar>` element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A document of its own: the version must be declared.
    Document,
    /// A VoiceXML page, in whose schema all attributes are optional.
    Inline,
}

/// Reads a `<grammar>` element.
pub(super) fn read(root: &Element, surroundings: &Surroundings, place: Place) -> Result<Grammar, GrammarError> {
    if root.name != "grammar" || !is_ours(root) {
        return Err(GrammarError::malformed(format!("<{}> is not an SRGS <grammar>", root.name), root.position));
    }
    check_version(root, place)?;
    let mode = mode(root, surroundings)?;
    let language = root.attribute("xml:lang").or(surroundings.language.as_deref());
    if mode == Mode::Voice && language.is_none() {
        return Err(GrammarError::malformed("a voice grammar must declare its language with xml:lang", root.position));
    }
    if has_text(root) {
        return Err(GrammarError::malformed("in <grammar>, text must stand in a <rule>", root.position));
    }
    let reader = RuleReader { mode, base: base(root, surroundings)? };
    let mut grammar = Grammar {
        form: Form::Xml,
        mode,
        language: language.map(str::to_owned),
        root: root.attribute("root").map(str::to_owned),
        rules: Rules::default(),
        tag_format: root.attribute("tag-format").map_or(TagFormat::Undeclared, TagFormat::named),
        global_tags: Vec::new(),
    };
    for element in root.elements().filter(|element| is_ours(element)) {
        match element.name.as_str() {
            "rule" => grammar.rules.add(reader.rule(element)?)?,
            "tag" => grammar.global_tags.push(element.text().trim().to_owned()),
            "lexicon" => drop(required(element, "uri")?),
            "meta" | "metadata" => {}
            _ => return Err(misplaced(element, "grammar")),
        }
    }
    grammar.checked()
}

fn check_version(root: &Element, place: Place) -> Result<(), GrammarError> {
    match root.attribute("version") {
        Some("1.0") => Ok(()),
        None if place == Place::Inline => Ok(()),
        Some(version) => Err(GrammarError::malformed(format!("version {version:?} of SRGS is not known, only 1.0"), root.position)),
        None => Err(GrammarError::malformed("the grammar does not declare version=\"1.0\"", root.position)),
    }
}

fn mode(root: &Element, surroundings: &Surroundings) -> Result<Mode, GrammarError> {
    match root.attribute("mode") {
        Some("dtmf") => Ok(Mode::Dtmf),
        Some("voice") => Ok(Mode::Voice),
        Some(mode) => Err(GrammarError::malformed(format!("the mode {mode:?} is neither dtmf nor voice"), root.position)),
        None => Ok(surroundings.mode),
    }
}

/// The base of references: `xml:base`, itself relative to where the grammar stands (SRGS 1.0 §4.9).
fn base(root: &Element, surroundings: &Surroundings) -> Result<Option<Url>, GrammarError> {
    let Some(declared) = root.attribute("xml:base") else {
        return Ok(surroundings.base.clone());
    };
    let base = match &surroundings.base {
        Some(outer) => outer.join(declared),
        None => Url::parse(declared),
    };
    base.map(Some).map_err(|error| GrammarError::malformed(format!("xml:base {declared:?} is not an address: {error}"), root.position))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml;

    #[test]
    fn the_header_says_version_mode_and_language() {
        let rule = "<rule id='x'>1</rule>";
        let table = [
            ("mode='dtmf'", "does not declare version"),
            ("version='2.0' mode='dtmf'", "version \"2.0\""),
            ("version='1.0' mode='keys'", "neither dtmf nor voice"),
            ("version='1.0'", "declare its language"),
            ("version='1.0' mode='dtmf' root='y'", "root rule \"y\" is not defined"),
            ("version='1.0' mode='dtmf' xmlns='urn:other'", "is not an SRGS <grammar>"),
        ];
        for (attributes, what) in table {
            let error = grammar(attributes, rule).unwrap_err().to_string();

            assert!(error.contains(what), "{attributes}: {error}");
        }
    }

    #[test]
    fn a_page_lends_its_grammar_base_mode_and_language() {
        let element = xml::parse(
            b"<grammar xmlns='http://www.w3.org/2001/vxml' xml:base='sub/'><rule id='x'><ruleref uri='y.grxml'/></rule></grammar>",
        )
        .unwrap();
        let base = Url::parse("http://example.com/page.vxml").unwrap();
        let surroundings = Surroundings { base: Some(base), mode: Mode::Voice, language: Some("de".to_owned()) };

        let grammar = read(&element, &surroundings, Place::Inline).unwrap();

        assert_eq!(grammar.mode, Mode::Voice);
        assert_eq!(grammar.references()[0].uri.as_str(), "http://example.com/sub/y.grxml");
    }

    #[test]
    fn what_is_of_another_namespace_is_left_out() {
        let rules =
            "<o:note xmlns:o='urn:other'>?</o:note><metadata><any/></metadata><rule id='x'>1<o:note xmlns:o='urn:other'>?</o:note></rule>";

        assert!(grammar("version='1.0' mode='dtmf'", rules).is_ok());
    }

    fn grammar(attributes: &str, rules: &str) -> Result<Grammar, GrammarError> {
        let document = format!("<grammar {attributes}>{rules}</grammar>");
        read(&xml::parse(document.as_bytes())?, &Surroundings::default(), Place::Document)
    }
}
