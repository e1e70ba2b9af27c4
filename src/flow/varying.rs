//! A text that may vary: written out, or an expression such as `settings.agents`.

use serde_json::Value;

use super::expression::Expression;
use super::expression_file::compile;
use super::facts::MEMBERS;
use super::node::Node;
use super::reading::Reading;
use super::stage::Stage;

/// A text, or an expression that gives one.
#[derive(Debug, Clone)]
pub enum Varying {
    /// As written.
    Literal(String),
    /// What this gives at the moment.
    Expression(Expression),
}

impl Varying {
    /// An expression where it begins like one (`inputs.`, `settings.`, `vars.`, a fact), else the text itself.
    pub(super) fn read(node: Node, reading: &mut Reading) -> Option<Self> {
        let text = reading.text(node, "a value")?;
        let root = text.text.split(['.', ' ', '[']).next().unwrap_or_default();
        let known = ["inputs", "settings", "vars"].contains(&root) || MEMBERS.iter().any(|(name, _)| *name == root);
        if !known || !text.text.contains('.') {
            return Some(Self::Literal(text.text));
        }
        compile(&text, "put a plain text in quotes that begins otherwise", reading).map(Self::Expression)
    }

    pub(super) fn text(&self, stage: &Stage<'_, '_>) -> String {
        match self {
            Self::Literal(text) => text.clone(),
            Self::Expression(expression) => match stage.evaluate(expression) {
                Ok(Value::String(text)) => text,
                Ok(Value::Null) | Err(_) => String::new(),
                Ok(value) => value.to_string(),
            },
        }
    }

    pub(super) fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Literal(_) => None,
            Self::Expression(expression) => Some(expression),
        }
    }
}
