//! One grammar document, read and checked, with references still to be followed (SRGS 1.0 §4).

use std::collections::HashSet;

use url::Url;

use super::builtin_value::BuiltinType;
use super::error::GrammarError;
use super::expansion::Target;
use super::rule::Rules;
use crate::xml::Position;

/// What kind of input a grammar is for (SRGS 1.0 §4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Keys of a telephone.
    Dtmf,
    /// Spoken words.
    Voice,
}

/// What a grammar inherits from the place where it stands.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// What relative references are resolved against.
    pub base: Option<Url>,
    /// The mode where the grammar declares none. SRGS itself says voice.
    pub mode: Mode,
    /// The language where the grammar declares none.
    pub language: Option<String>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { base: None, mode: Mode::Voice, language: None }
    }
}

/// A grammar as its document gives it. Grammars that it refers to must be put into a [`super::Library`] before it is linked.
#[derive(Debug, Clone)]
pub struct Grammar {
    pub(super) form: Form,
    pub(super) mode: Mode,
    pub(super) language: Option<String>,
    pub(super) root: Option<String>,
    pub(super) rules: Rules,
    pub(super) tag_format: TagFormat,
    /// Tags of the header, run once before all others (SISR 1.0 §4.3).
    pub(super) global_tags: Vec<String>,
}

/// The two ways in which a grammar is written down, and ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Xml,
    Abnf,
}

/// How the tags of a grammar are to be understood (SISR 1.0 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagFormat {
    /// `semantics/1.0`: ECMAScript.
    Script,
    /// `semantics/1.0-literals`: text.
    Literals,
    /// Not declared, or none that we know: ECMAScript where it is, else text.
    Undeclared,
    /// No tags: the keys or words themselves are read by the platform.
    Builtin(BuiltinType),
}

/// A grammar that another one refers to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Where it is, without fragment.
    pub uri: Url,
    /// The media type that the reference promises (SRGS 1.0 §2.2.2).
    pub media_type: Option<String>,
}

impl Grammar {
    /// The input it is for.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The language of its words, where one is known (SRGS 1.0 §4.5).
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// The other grammars that it names, in document order and each once.
    pub fn references(&self) -> Vec<Reference> {
        let mut references = Vec::new();
        let mut known = HashSet::new();
        for (target, _) in self.rules.iter().flat_map(|rule| rule.expansion.references()) {
            let Target::External { grammar, media_type, .. } = target else { continue };
            let reference = Reference { uri: grammar.clone(), media_type: media_type.clone() };
            if known.insert(reference.clone()) {
                references.push(reference);
            }
        }
        references
    }

    /// What holds for both forms: something to activate, and no reference to a rule that is not there (SRGS 1.0 §3.1, §4.7).
    pub(super) fn checked(self) -> Result<Self, GrammarError> {
        let Some(first) = self.rules.iter().next() else {
            return Err(GrammarError::malformed("the grammar has no rules", Position { line: 1, column: 1 }));
        };
        if let Some(root) = self.root.as_deref().filter(|root| self.rules.named(root).is_none()) {
            return Err(GrammarError::malformed(format!("the root rule {root:?} is not defined"), first.position));
        }
        for (target, position) in self.rules.iter().flat_map(|rule| rule.expansion.references()) {
            if let Target::Local(name) = target
                && self.rules.named(name).is_none()
            {
                return Err(GrammarError::malformed(format!("the rule {name:?} is referred to but not defined"), position));
            }
        }
        Ok(self)
    }
}

impl TagFormat {
    /// By the name that the grammar declares; the year of a draft may follow it.
    pub fn named(name: &str) -> Self {
        match name.trim() {
            "semantics/1.0" | "semantics/1.0.2006" => Self::Script,
            "semantics/1.0-literals" | "semantics/1.0-literals.2006" => Self::Literals,
            _ => Self::Undeclared,
        }
    }
}

/// Reads the URI of a rule reference (SRGS 1.0 §2.2.1, §2.2.2).
pub(super) fn target(uri: &str, media_type: Option<&str>, base: Option<&Url>, position: Position) -> Result<Target, GrammarError> {
    let fault = |why: String| GrammarError::malformed(format!("the rule reference {uri:?} {why}"), position);
    let uri = uri.trim();
    if uri.starts_with("builtin:") {
        return Ok(Target::Builtin(uri.to_owned()));
    }
    if let Some(name) = uri.strip_prefix('#').filter(|name| !name.is_empty()) {
        return Ok(Target::Local(name.to_owned()));
    }
    if uri.is_empty() || uri == "#" {
        return Err(fault("names no rule".to_owned()));
    }
    let resolved = match base {
        Some(base) => base.join(uri),
        None => Url::parse(uri),
    };
    let mut grammar = resolved.map_err(|error| fault(format!("is not an address: {error}")))?;
    let rule = grammar.fragment().map(str::to_owned);
    grammar.set_fragment(None);
    Ok(Target::External { grammar, rule, media_type: media_type.map(str::to_owned) })
}
