//! The XML form (SRGS 1.0 §2–§4, appendix C).

use url::Url;

use super::error::GrammarError;
use super::expansion::{Expansion, Rule, Times, check_rule_name, read_weight};
use super::source::{Form, Grammar, Mode, Surroundings, TagFormat, target};
use super::tokens;
use crate::xml::{Element, Node, Position};

const NAMESPACE: &str = "http://www.w3.org/2001/06/grammar";
const VOICEXML_NAMESPACE: &str = "http://www.w3.org/2001/vxml";

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
    if mode == Mode::Voice && root.attribute("xml:lang").or(surroundings.language.as_deref()).is_none() {
        return Err(GrammarError::malformed("a voice grammar must declare its language with xml:lang", root.position));
    }
    let reader = Reader { mode, base: base(root, surroundings)? };
    let mut grammar = Grammar {
        form: Form::Xml,
        mode,
        root: root.attribute("root").map(str::to_owned),
        rules: Vec::new(),
        tag_format: root.attribute("tag-format").map_or(TagFormat::Undeclared, TagFormat::named),
        global_tags: Vec::new(),
    };
    for element in root.elements().filter(|element| is_ours(element)) {
        match element.name.as_str() {
            "rule" => grammar.rules.push(reader.rule(element)?),
            "tag" => grammar.global_tags.push(element.text().trim().to_owned()),
            "lexicon" => drop(required(element, "uri")?),
            "meta" | "metadata" => {}
            _ => return Err(misplaced(element, "grammar")),
        }
    }
    grammar.checked()
}

/// Elements of other namespaces may be ignored (SRGS 1.0 §5.4). The empty one stands for pages without declarations.
fn is_ours(element: &Element) -> bool {
    matches!(element.namespace.as_str(), NAMESPACE | VOICEXML_NAMESPACE | "")
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

/// Reads what stands in the rules; knows what the header declared.
struct Reader {
    mode: Mode,
    base: Option<Url>,
}

impl Reader {
    fn rule(&self, element: &Element) -> Result<Rule, GrammarError> {
        let name = required(element, "id")?;
        check_rule_name(name, element.position)?;
        let public = match element.attribute("scope") {
            Some("public") => true,
            Some("private") | None => false,
            Some(scope) => {
                return Err(GrammarError::malformed(format!("the scope {scope:?} is neither public nor private"), element.position));
            }
        };
        let parts = self.parts(element)?;
        if parts.is_empty() {
            return Err(GrammarError::malformed(format!("the rule {name:?} is empty: use <ruleref special=\"NULL\"/>"), element.position));
        }
        Ok(Rule { name: name.to_owned(), public, expansion: Expansion::Sequence(parts), position: element.position })
    }

    /// The content of a `<rule>` or an `<item>`: a sequence.
    fn parts(&self, parent: &Element) -> Result<Vec<Expansion>, GrammarError> {
        let mut parts = Vec::new();
        for node in &parent.children {
            match node {
                Node::Text(text) => parts.extend(self.text(text, parent.position)?),
                Node::Element(element) if is_ours(element) => parts.extend(self.part(element, parent)?),
                Node::Element(_) => {}
            }
        }
        Ok(parts)
    }

    fn part(&self, element: &Element, parent: &Element) -> Result<Option<Expansion>, GrammarError> {
        let part = match element.name.as_str() {
            "token" => self.tokens(&[&element.text()], element.position)?,
            "ruleref" => self.reference(element)?,
            "item" => self.item(element)?,
            "one-of" => self.choice(element)?,
            "tag" => Expansion::Tag(element.text().trim().to_owned()),
            "example" if parent.name == "rule" => return Ok(None),
            _ => return Err(misplaced(element, &parent.name)),
        };
        Ok(Some(part))
    }

    fn item(&self, element: &Element) -> Result<Expansion, GrammarError> {
        let body = Expansion::Sequence(self.parts(element)?);
        if let Some(probability) = element.attribute("repeat-prob") {
            read_weight(probability, 1.0, element.position)?;
        }
        match element.attribute("repeat") {
            Some(repeat) => Ok(Expansion::Repeat(Box::new(body), Times::read(repeat, element.position)?)),
            None => Ok(body),
        }
    }

    fn choice(&self, element: &Element) -> Result<Expansion, GrammarError> {
        let stray = element.children.iter().any(|node| matches!(node, Node::Text(text) if !text.trim().is_empty()));
        if stray {
            return Err(GrammarError::malformed("in <one-of>, text must stand in an <item>", element.position));
        }
        let mut items = Vec::new();
        for item in element.elements().filter(|item| is_ours(item)) {
            if item.name != "item" {
                return Err(misplaced(item, "one-of"));
            }
            if let Some(weight) = item.attribute("weight") {
                read_weight(weight, f64::MAX, item.position)?;
            }
            items.push(self.item(item)?);
        }
        match items.is_empty() {
            true => Err(GrammarError::malformed("<one-of> has no <item>", element.position)),
            false => Ok(Expansion::Choice(items)),
        }
    }

    fn reference(&self, element: &Element) -> Result<Expansion, GrammarError> {
        let fault = |what: String| Err(GrammarError::malformed(what, element.position));
        if element.children.iter().any(|node| !matches!(node, Node::Text(text) if text.trim().is_empty())) {
            return fault("<ruleref> must be empty".to_owned());
        }
        match (element.attribute("uri"), element.attribute("special")) {
            (Some(uri), None) => {
                let target = target(uri, element.attribute("type"), self.base.as_ref(), element.position)?;
                Ok(Expansion::Rule(target, element.position))
            }
            (None, Some("NULL")) => Ok(Expansion::Sequence(Vec::new())),
            (None, Some("VOID")) => Ok(Expansion::Void),
            (None, Some("GARBAGE")) => Ok(Expansion::Garbage),
            (None, Some(special)) => fault(format!("the special rule {special:?} is not NULL, VOID or GARBAGE")),
            (Some(_), Some(_)) | (None, None) => fault("<ruleref> needs either uri or special".to_owned()),
        }
    }

    fn text(&self, text: &str, position: Position) -> Result<Option<Expansion>, GrammarError> {
        let Some(tokens) = tokens::cut(text) else {
            return Err(GrammarError::malformed("a double quote is not closed", position));
        };
        match tokens.is_empty() {
            true => Ok(None),
            false => self.tokens(&tokens, position).map(Some),
        }
    }

    fn tokens(&self, tokens: &[&str], position: Position) -> Result<Expansion, GrammarError> {
        let mut symbols = Vec::new();
        for token in tokens {
            let spelled = tokens::spell(token.trim_matches(|c: char| c.is_whitespace() || c == '"'), self.mode);
            let spelled = spelled.filter(|symbols| !symbols.is_empty());
            symbols.extend(spelled.ok_or_else(|| GrammarError::malformed(format!("{token:?} is not a token"), position))?);
        }
        Ok(Expansion::Tokens(symbols))
    }
}

fn required<'e>(element: &'e Element, name: &str) -> Result<&'e str, GrammarError> {
    let value = element.attribute(name);
    value.ok_or_else(|| GrammarError::malformed(format!("<{}> has no {name}", element.name), element.position))
}

fn misplaced(element: &Element, parent: &str) -> GrammarError {
    GrammarError::malformed(format!("<{}> cannot stand in <{parent}>", element.name), element.position)
}
