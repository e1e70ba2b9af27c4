//! Conditions and values in the Common Expression Language (CEL).

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use cel::objects::Key;
use cel::{Context, Env, Program};
use serde_json::Value;

/// Longest expression, in bytes.
const LONGEST: usize = 500;

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A compiled expression.
#[derive(Clone)]
pub struct Expression {
    /// As written.
    pub source: String,
    /// Where it stands in the file.
    pub span: Range<usize>,
    program: Arc<Program>,
    /// The variables it reads; of those read by member only, just which.
    reads: Vec<(String, Option<Vec<String>>)>,
}

/// A name an expression reads: `settings.x` is `("settings", Some("x"))`.
pub type ReadName = (String, Option<String>);

/// An expression that could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{source_text}: {what}")]
pub struct ExpressionError {
    source_text: String,
    what: String,
}

impl Expression {
    /// Compiles; `Err` says what is wrong in words.
    pub fn compile(source: &str, span: Range<usize>) -> Result<Self, String> {
        if source.len() > LONGEST {
            return Err(format!("an expression has at most {LONGEST} characters"));
        }
        let program = Program::compile(source).map_err(|errors| {
            errors
                .errors
                .first()
                .map_or_else(|| "this is no expression".to_owned(), |error| error.msg.lines().next().unwrap_or_default().to_owned())
        })?;
        let mut names = Vec::new();
        collect_names(program.expression(), &mut names);
        let reads = program.references().variables().iter().map(|root| ((*root).to_owned(), members(root, &names))).collect();
        Ok(Self { source: source.to_owned(), span, program: Arc::new(program), reads })
    }

    /// Evaluates with the variables that `root` gives by name; where only some of a variable's members are read, it is told which.
    pub fn evaluate(&self, root: impl Fn(&str, Option<&[String]>) -> Option<Value>) -> Result<Value, ExpressionError> {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        for (name, members) in &self.reads {
            if let Some(value) = root(name, members.as_deref()) {
                context.add_variable_from_value(name.as_str(), to_cel(value));
            }
        }
        let value = self.program.execute(&context).map_err(|error| self.fault(error.to_string()))?;
        from_cel(&value).ok_or_else(|| self.fault("the result is neither text, number, list nor true or false".to_owned()))
    }

    /// Every name it reads, with the member where there is one.
    pub fn names(&self) -> Vec<ReadName> {
        let mut names = Vec::new();
        collect_names(self.program.expression(), &mut names);
        names
    }

    fn fault(&self, what: String) -> ExpressionError {
        ExpressionError { source_text: self.source.clone(), what }
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({})", self.source)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// The members of `root` that are read; `None` where the whole is.
fn members(root: &str, names: &[ReadName]) -> Option<Vec<String>> {
    let mut read = names.iter().filter(|(name, _)| name == root).map(|(_, member)| member.clone()).peekable();
    read.peek()?;
    read.collect()
}

fn collect_names(ast: &IdedExpr, names: &mut Vec<ReadName>) {
    match &ast.expr {
        Expr::Ident(name) => names.push((name.clone(), None)),
        Expr::Select(select) => match &select.operand.expr {
            Expr::Ident(root) => names.push((root.clone(), Some(select.field.clone()))),
            _ => collect_names(&select.operand, names),
        },
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).for_each(|part| collect_names(part, names)),
        Expr::List(list) => list.elements.iter().for_each(|part| collect_names(part, names)),
        Expr::Map(map) => map.entries.iter().for_each(|entry| collect_entry_names(&entry.expr, names)),
        Expr::Struct(body) => body.entries.iter().for_each(|entry| collect_entry_names(&entry.expr, names)),
        Expr::Comprehension(all) => {
            let own = [all.iter_var.as_str(), all.accu_var.as_str()];
            let mut inner = Vec::new();
            for part in [&all.iter_range, &all.accu_init, &all.loop_cond, &all.loop_step, &all.result] {
                collect_names(part, &mut inner);
            }
            names.extend(inner.into_iter().filter(|(root, _)| !own.contains(&root.as_str())));
        }
        Expr::Literal(_) | Expr::Unspecified => {}
    }
}

fn collect_entry_names(entry: &EntryExpr, names: &mut Vec<ReadName>) {
    match entry {
        EntryExpr::StructField(field) => collect_names(&field.value, names),
        EntryExpr::MapEntry(entry) => {
            collect_names(&entry.key, names);
            collect_names(&entry.value, names);
        }
    }
}

fn to_cel(value: Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(switch) => cel::Value::Bool(switch),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => cel::Value::Int(whole),
            None => cel::Value::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => cel::Value::String(Arc::new(text)),
        Value::Array(list) => cel::Value::List(Arc::new(list.into_iter().map(to_cel).collect())),
        Value::Object(map) => {
            let map: HashMap<Key, cel::Value> = map.into_iter().map(|(name, value)| (Key::from(name), to_cel(value))).collect();
            cel::Value::from(map)
        }
    }
}

fn from_cel(value: &cel::Value) -> Option<Value> {
    match value {
        cel::Value::Null => Some(Value::Null),
        cel::Value::Bool(switch) => Some(Value::from(*switch)),
        cel::Value::Int(number) => Some(Value::from(*number)),
        cel::Value::UInt(number) => Some(Value::from(*number)),
        cel::Value::Float(number) => Some(Value::from(*number)),
        cel::Value::String(text) => Some(Value::from(text.as_str())),
        cel::Value::List(list) => list.iter().map(from_cel).collect::<Option<Vec<_>>>().map(Value::from),
        cel::Value::Map(_) | cel::Value::Function(..) | cel::Value::Bytes(_) | cel::Value::Opaque(_) | cel::Value::Struct(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluate(source: &str) -> Result<Value, ExpressionError> {
        let settings = json!({ "on_wrong_code": "send_new", "tries": 3 });
        Expression::compile(source, 0..0).unwrap().evaluate(|name, _| (name == "settings").then(|| settings.clone()))
    }

    #[test]
    fn conditions_read_their_variables() {
        assert_eq!(evaluate("settings.on_wrong_code == 'send_new' && settings.tries - 1 == 2"), Ok(json!(true)));
        assert_eq!(evaluate("[1, 2].size()"), Ok(json!(2)));
        assert!(evaluate("settings.other").is_err());
    }

    #[test]
    fn names_come_with_their_members() {
        let expression = Expression::compile("settings.a && methods.exists(m, m.kind == vars.b) || now.hour > 8", 0..0).unwrap();

        let names = expression.names();

        for name in [("settings", Some("a")), ("methods", None), ("vars", Some("b")), ("now", Some("hour"))] {
            assert!(names.contains(&(name.0.to_owned(), name.1.map(str::to_owned))), "{name:?} in {names:?}");
        }
        assert!(!names.iter().any(|(root, _)| root == "m"));
    }
}
