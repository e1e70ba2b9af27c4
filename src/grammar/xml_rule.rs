//! Rules and their expansions in the XML form (SRGS 1.0 §2, §3).

use url::Url;

use super::error::GrammarError;
use super::expansion::{Expansion, Times, read_weight};
use super::rule::Rule;
use super::source::{Mode, target};
use super::tokens;
use crate::xml::{Element, Node, Position};

pub(super) const NAMESPACE: &str = "http://www.w3.org/2001/06/grammar";
const VOICEXML_NAMESPACE: &str = "http://www.w3.org/2001/vxml";

/// Reads what stands in the rules; knows what the header declared.
pub(super) struct RuleReader {
    pub mode: Mode,
    pub base: Option<Url>,
}

impl RuleReader {
    /// Reads a `<rule>`.
    pub fn rule(&self, element: &Element) -> Result<Rule, GrammarError> {
        let name = required(element, "id")?;
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
        if has_text(element) {
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

/// Elements of other namespaces may be ignored (SRGS 1.0 §5.4). The empty one stands for pages without declarations.
pub(super) fn is_ours(element: &Element) -> bool {
    matches!(element.namespace.as_str(), NAMESPACE | VOICEXML_NAMESPACE | "")
}

/// Whether text stands directly in the element.
pub(super) fn has_text(element: &Element) -> bool {
    element.children.iter().any(|node| matches!(node, Node::Text(text) if !text.trim().is_empty()))
}

/// The value of an attribute that must be there.
pub(super) fn required<'e>(element: &'e Element, name: &str) -> Result<&'e str, GrammarError> {
    let value = element.attribute(name);
    value.ok_or_else(|| GrammarError::malformed(format!("<{}> has no {name}", element.name), element.position))
}

/// The fault of an element in the wrong place.
pub(super) fn misplaced(element: &Element, parent: &str) -> GrammarError {
    GrammarError::malformed(format!("<{}> cannot stand in <{parent}>", element.name), element.position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::{Grammar, Surroundings};

    #[test]
    fn rules_that_srgs_forbids_are_refused() {
        let table = [
            ("<rule id='x'/>", "is empty"),
            ("", "no rules"),
            ("<rule>1</rule>", "has no id"),
            ("<rule id='x' scope='secret'>1</rule>", "neither public nor private"),
            ("<rule id='GARBAGE'>1</rule>", "special rule"),
            ("<rule id='x.y'>1</rule>", "not a legal rule name"),
            ("<rule id='x'>1</rule><rule id='x'>2</rule>", "defined twice"),
            ("<rule id='x'>E</rule>", "is not a token"),
            ("<rule id='x'>\"1</rule>", "quote is not closed"),
            ("<rule id='x'><one-of/></rule>", "has no <item>"),
            ("<rule id='x'><one-of>1</one-of></rule>", "must stand in an <item>"),
            ("<rule id='x'><one-of><item weight='-1'>1</item></one-of></rule>", "weight or probability"),
            ("<rule id='x'><item repeat='1-' repeat-prob='1.1'>1</item></rule>", "weight or probability"),
            ("<rule id='x'><item repeat='x'>1</item></rule>", "is not a count"),
            ("<rule id='x'><ruleref/></rule>", "either uri or special"),
            ("<rule id='x'><ruleref uri='#x' special='NULL'/></rule>", "either uri or special"),
            ("<rule id='x'><ruleref special='NOTHING'/></rule>", "not NULL, VOID or GARBAGE"),
            ("<rule id='x'><ruleref uri='#y'/></rule>", "referred to but not defined"),
            ("<rule id='x'><ruleref uri='#x'>1</ruleref></rule>", "must be empty"),
            ("<rule id='x'><rule id='y'>1</rule></rule>", "cannot stand in <rule>"),
            ("<item>1</item>", "cannot stand in <grammar>"),
            ("1", "text must stand in a <rule>"),
            ("<lexicon/><rule id='x'>1</rule>", "has no uri"),
        ];
        for (rules, what) in table {
            let error = grammar(rules).unwrap_err().to_string();

            assert!(error.contains(what), "{rules}: {error}");
        }
    }

    fn grammar(rules: &str) -> Result<Grammar, GrammarError> {
        let document = format!("<grammar version='1.0' mode='dtmf' xmlns='{NAMESPACE}'>{rules}</grammar>");
        Grammar::parse(document.as_bytes(), &Surroundings::default())
    }
}
