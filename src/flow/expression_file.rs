//! Expressions as they stand in a flow file.

use crate::finding::nearest;

use super::expression::Expression;
use super::node::Node;
use super::reading::{Located, Reading};

/// Reads an expression.
pub(super) fn read_expression(node: Node, reading: &mut Reading) -> Option<Expression> {
    let text = reading.text(node, "an expression")?;
    compile(&text, "expressions look like settings.name == \"value\" && vars.count < 3", reading)
}

/// Compiles an expression; `hint` says what to do where it is none.
pub(super) fn compile(text: &Located, hint: &str, reading: &mut Reading) -> Option<Expression> {
    match Expression::compile(&text.text, text.span.clone()) {
        Ok(expression) => Some(expression),
        Err(what) => {
            let reserved = what.strip_prefix("reserved identifier: ").and_then(|name| nearest(name, ["vars", "inputs", "settings"]));
            let hint = reserved.map_or_else(|| hint.to_owned(), |near| format!("did you mean {near}?"));
            reading.fault("bad-expression", &text.span, format!("this is not an expression: {what}"), hint);
            None
        }
    }
}
