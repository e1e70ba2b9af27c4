//! Expressions as they stand in a flow file.

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
            reading.fault("bad-expression", &text.span, format!("this is not an expression: {what}"), hint);
            None
        }
    }
}
