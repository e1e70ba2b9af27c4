//! A variable of a page: a name that VoiceXML and ECMAScript both take, and a string (VoiceXML 2.0 §5.1).

use crate::script::is_reserved;

use super::ecmascript::StringLiteral;

/// What the caller's platform gets to see when a page cannot reach us.
pub(super) const UNREACHABLE: [Variable<'static>; 8] = [
    Variable { name: "authStatus", value: "unavailable" },
    Variable { name: "authPath", value: "error" },
    Variable { name: "authReason", value: "gateway_unreachable" },
    Variable { name: "authMethod", value: "" },
    Variable { name: "authStrength", value: "" },
    Variable { name: "authenticatedUntil", value: "" },
    Variable { name: "authId", value: "" },
    Variable { name: "consentStatus", value: "" },
];

/// Names that mean something else in a page, beside reserved words: words that strict code keeps, global values, VoiceXML's scopes.
const TAKEN: [&str; 18] = [
    "application",
    "arguments",
    "await",
    "dialog",
    "document",
    "eval",
    "implements",
    "Infinity",
    "interface",
    "let",
    "NaN",
    "package",
    "private",
    "protected",
    "public",
    "session",
    "static",
    "yield",
];

/// A string variable with a name that a page can declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable<'a> {
    name: &'a str,
    value: &'a str,
}

impl<'a> Variable<'a> {
    /// `None` unless `name` is ASCII letters, digits and `_`, starts with a letter, and means nothing else in a page.
    pub fn new(name: &'a str, value: &'a str) -> Option<Self> {
        let letter_first = name.starts_with(|first: char| first.is_ascii_alphabetic());
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let free = !is_reserved(name) && !TAKEN.contains(&name);
        (letter_first && plain && free).then_some(Self { name, value })
    }

    /// The name.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The value, ready to stand between single quotes in an attribute.
    pub(super) fn literal(&self) -> StringLiteral<'a> {
        StringLiteral(self.value)
    }

    /// Whether the name is one that a dialog returns.
    pub(super) fn is_returned(&self) -> bool {
        UNREACHABLE.iter().any(|returned| returned.name == self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_page_could_not_declare_are_refused() {
        for name in ["", "1st", "_x", "a.b", "a-b", "a b", "größe", "x$", "class", "session", "undefined", "a'"] {
            assert_eq!(Variable::new(name, ""), None, "{name}");
        }
    }

    #[test]
    fn plain_names_are_taken() {
        for name in ["identity", "call_id", "authStatus", "x1"] {
            assert!(Variable::new(name, "").is_some(), "{name}");
        }
    }
}
