//! The variables of a call: five scopes of ECMAScript objects, one set for each execution context (VoiceXML 2.0 §5.1).

use std::sync::Arc;

use rquickjs::function::{IntoArgs, This};
use rquickjs::{FromJs, Function};
use serde_json::Value;

use super::declarations::Declarations;
use super::ledger::Ledger;
use super::ledger_entry::Entry;
use super::outset::{Outset, host};
use super::plain;
use super::session_variables::SessionVariables;
use super::variable_name;
use crate::clock::{Chance, Clock};
use crate::script::{OwnScript, Sandbox, ScriptError};

static ASIDE: OwnScript = OwnScript::new(include_str!("scopes_aside.js"));
static DOM: OwnScript = OwnScript::new(include_str!("dom.js"));

/// One entry of a submission: name, text, and the number of a recording if it is one.
pub(super) type Submitted = (String, String, Option<usize>);

/// The scopes. Their host object lives in the sandbox, as its user data: nothing of JavaScript's is held out here.
///
/// There is no sandbox until a page has something to compute: what is done before is put down, and done when it is made.
pub(super) struct Scopes {
    sandbox: Option<Sandbox>,
    outset: Outset,
    /// Execution contexts inside each other.
    depth: usize,
    /// What few pages need was loaded, and the DOM that only those with `<data>` need.
    knows_asides: bool,
    knows_documents: bool,
}

type Outcome<T> = Result<T, ScriptError>;

impl Scopes {
    /// Empty scopes; `session` holds the session variables (§5.1.4), which no page can change.
    pub fn new(session: SessionVariables, clock: Clock, chance: Chance) -> Self {
        Self { sandbox: None, outset: Outset::new(session, clock, chance), depth: 0, knows_asides: false, knows_documents: false }
    }

    /// The caller heard or did something: scripts have a whole budget of time again.
    pub fn renew_budget(&mut self) {
        self.outset.spent = 0;
        if let Some(sandbox) = &self.sandbox {
            sandbox.renew_budget();
        }
    }

    pub fn enter_context(&mut self) -> Outcome<()> {
        self.depth += 1;
        self.note(Entry::EnterContext)
    }

    pub fn leave_context(&mut self) -> Outcome<()> {
        self.depth = self.depth.saturating_sub(1);
        self.note(Entry::LeaveContext)
    }

    /// A new application scope, which is the document scope too until a leaf opens its own.
    pub fn open_application(&mut self) -> Outcome<()> {
        self.forget_sandbox();
        self.note(Entry::OpenApplication)
    }

    /// A new application sees nothing of the one before it: what that one computed with can go, but for what it has spent.
    fn forget_sandbox(&mut self) {
        let Some(sandbox) = self.sandbox.take_if(|sandbox| self.depth == 1 && sandbox.broken().is_none()) else { return };
        self.outset.spent = sandbox.spent();
        self.outset.ledger = Ledger::default();
        self.outset.ledger.put(Entry::EnterContext);
        (self.knows_asides, self.knows_documents) = (false, false);
    }

    pub fn open_document(&mut self, is_root: bool) -> Outcome<()> {
        self.note(Entry::OpenDocument { is_root })
    }

    pub fn open_dialog(&mut self) -> Outcome<()> {
        self.note(Entry::OpenDialog)
    }

    pub fn open_anonymous(&mut self) -> Outcome<()> {
        self.note(Entry::OpenAnonymous)
    }

    pub fn close_anonymous(&mut self) -> Outcome<()> {
        self.note(Entry::CloseAnonymous)
    }

    /// An anonymous scope inside the one there is, for the template of `<enumerate>`.
    pub fn enter_template(&mut self) -> Outcome<()> {
        self.call_aside("enterTemplate", ())
    }

    pub fn leave_template(&mut self) -> Outcome<()> {
        self.call_aside("leaveTemplate", ())
    }

    /// The value of `expression` as text.
    pub fn text(&mut self, expression: &str) -> Outcome<String> {
        match self.plain(expression) {
            Some(value) => Ok(plain::text(value.as_ref())),
            None => self.call("text", (expression,)),
        }
    }

    pub fn truth(&mut self, expression: &str) -> Outcome<bool> {
        let known = if self.sandbox.is_none() { plain::condition(expression, &self.outset.ledger) } else { None };
        match known {
            Some(is_true) => Ok(is_true),
            None => self.call("truth", (expression,)),
        }
    }

    pub fn is_undefined(&mut self, expression: &str) -> Outcome<bool> {
        match self.plain(expression) {
            Some(value) => Ok(value.is_none()),
            None => self.call("isUndefined", (expression,)),
        }
    }

    /// The value as JSON; none where JSON has no word for it.
    pub fn json(&mut self, expression: &str) -> Outcome<Option<Value>> {
        if let Some(value) = self.plain(expression) {
            return Ok(value);
        }
        let json: Option<String> = self.call("json", (expression,))?;
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// `<var>` in the innermost scope.
    pub fn declare(&mut self, name: &str, expression: Option<&str>) -> Outcome<()> {
        variable_name::check(name)?;
        let known = match expression {
            Some(expression) => self.plain(expression).flatten().map(Some),
            None if self.sandbox.is_none() => Some(None),
            None => None,
        };
        match known {
            Some(value) => self.note(Entry::Declare { name: name.to_owned(), value }),
            None => self.call("declare", (name, expression)),
        }
    }

    /// `<assign>` to a variable that some scope has.
    pub fn assign(&mut self, name: &str, expression: &str) -> Outcome<()> {
        match self.plain(expression).filter(|_| self.outset.ledger.held(name).is_some()) {
            Some(value) => self.note(Entry::Assign { name: name.to_owned(), value }),
            None => self.call("assign", (name, expression)),
        }
    }

    /// `<script>` in the innermost scope.
    pub fn run(&mut self, source: &str) -> Outcome<()> {
        let Declarations { variables, lexicals, functions } = Declarations::of(source);
        self.call("script", (source, variables, functions, lexicals))
    }

    /// A `<script>` that only declares functions, in the innermost scope.
    pub fn declare_functions(&mut self, source: &Arc<str>, names: &[String]) -> Outcome<()> {
        self.note(Entry::Functions { source: Arc::clone(source), names: names.to_vec() })
    }

    /// Initialises the variable of a form item.
    pub fn declare_item(&mut self, name: &str, expression: Option<&str>) -> Outcome<()> {
        match expression {
            Some(expression) => match self.plain(expression) {
                Some(value) => self.set_item(name, value.as_ref()),
                None => self.call("declareItem", (name, expression)),
            },
            None => self.set_item(name, None),
        }
    }

    pub fn is_item_undefined(&mut self, name: &str) -> Outcome<bool> {
        match &self.sandbox {
            None => Ok(!self.outset.ledger.is_set(name)),
            Some(_) => self.call("isItemUndefined", (name,)),
        }
    }

    /// Sets a variable of the dialog; none is undefined.
    pub fn set_item(&mut self, name: &str, value: Option<&Value>) -> Outcome<()> {
        self.note(Entry::SetItem { name: name.to_owned(), value: value.cloned() })
    }

    /// Sets a variable of the anonymous scope; none is undefined.
    pub fn set_anonymous(&mut self, name: &str, value: Option<&Value>) -> Outcome<()> {
        self.note(Entry::SetAnonymous { name: name.to_owned(), value: value.cloned() })
    }

    /// Makes a variable undefined; one that nobody declared is an error.
    pub fn clear(&mut self, name: &str) -> Outcome<()> {
        match self.sandbox.is_none() && self.outset.ledger.held(name).is_some() {
            true => self.note(Entry::Assign { name: name.to_owned(), value: None }),
            false => self.call("clear", (name,)),
        }
    }

    /// Sets `application.lastresult$` to an array of results.
    pub fn set_result(&mut self, results: &Value) -> Outcome<()> {
        self.note(Entry::SetResult { results: results.clone() })
    }

    pub fn keep(&mut self, key: &str, expression: &str) -> Outcome<()> {
        self.call_aside("keep", (key, expression))
    }

    pub fn keep_json(&mut self, key: &str, value: &Value) -> Outcome<()> {
        self.call_aside("keepJson", (key, value.to_string()))
    }

    /// Keeps an object with one property for each of `names`.
    pub fn keep_names(&mut self, key: &str, names: &[String]) -> Outcome<()> {
        self.call_aside("keepNames", (key, names.to_vec()))
    }

    /// Puts what was kept into a variable of the dialog.
    pub fn take(&mut self, name: &str, key: &str) -> Outcome<()> {
        self.call_aside("takeItem", (name, key))
    }

    /// Takes a copy of an array to go through; gives its length.
    pub fn iterate(&mut self, key: &str, expression: &str) -> Outcome<usize> {
        self.call_aside("iterate", (key, expression))
    }

    pub fn step(&mut self, key: &str, index: usize, name: &str) -> Outcome<()> {
        self.call_aside("step", (key, index, name))
    }

    pub fn end_iteration(&mut self, key: &str) -> Outcome<()> {
        self.call_aside("endIteration", (key,))
    }

    /// Declares `name` as the DOM of a fetched XML document.
    pub fn declare_document(&mut self, name: &str, nodes: &Value) -> Outcome<()> {
        self.learn_documents()?;
        self.call_aside("document", (name, nodes.to_string()))
    }

    fn learn_documents(&mut self) -> Outcome<()> {
        if self.knows_documents {
            return Ok(());
        }
        self.learn_asides()?;
        self.knows_documents = true;
        let sandbox = self.made()?;
        let guards = sandbox.guards();
        sandbox.enter(|ctx| {
            // Documents are lists of nodes, whose length says how much there is to do.
            guards.raise_all(ctx)?;
            let make: Function = DOM.load(ctx)?.call(())?;
            host(ctx)?.get::<_, Function>("learnDocuments")?.call((make,))
        })
    }

    pub fn submission(&mut self, names: &[String]) -> Outcome<Vec<Submitted>> {
        let known: Option<Vec<Submitted>> =
            names.iter().map(|name| Some((name.clone(), plain::text(self.plain(name)?.as_ref()), None))).collect();
        if let Some(known) = known {
            return Ok(known);
        }
        let json: String = self.call("submission", (names.to_vec(),))?;
        serde_json::from_str(&json).map_err(|error| ScriptError::Engine(error.to_string()))
    }

    /// The variables called `names` as one JSON object.
    pub fn snapshot(&mut self, names: &[String]) -> Outcome<Value> {
        let known: Option<Vec<_>> = names.iter().map(|name| Some((name.clone(), self.plain(name)?))).collect();
        if let Some(known) = known {
            return Ok(known.into_iter().filter_map(|(name, value)| Some((name, value?))).collect());
        }
        let json: String = self.call("snapshot", (names.to_vec(),))?;
        serde_json::from_str(&json).map_err(|error| ScriptError::Engine(error.to_string()))
    }

    /// What an expression gives, where no sandbox is needed to know; none inside is `undefined`.
    fn plain(&self, expression: &str) -> Option<Option<Value>> {
        if self.sandbox.is_some() {
            return None;
        }
        plain::value(expression, &self.outset.ledger)
    }

    fn call<A, R>(&mut self, method: &str, arguments: A) -> Outcome<R>
    where
        A: for<'js> IntoArgs<'js>,
        R: for<'js> FromJs<'js>,
    {
        self.made()?.enter(|ctx| host(ctx)?.get::<_, Function>(method)?.call(arguments))
    }

    fn call_aside<A, R>(&mut self, method: &str, arguments: A) -> Outcome<R>
    where
        A: for<'js> IntoArgs<'js>,
        R: for<'js> FromJs<'js>,
    {
        self.learn_asides()?;
        self.call(method, arguments)
    }

    fn learn_asides(&mut self) -> Outcome<()> {
        if self.knows_asides {
            return Ok(());
        }
        self.knows_asides = true;
        self.made()?.enter(|ctx| {
            let make = ASIDE.load(ctx)?;
            let host = host(ctx)?;
            host.get::<_, Function>("learn")?.call((This(host.clone()), make))
        })
    }

    /// Does it, or puts it down while there is nothing to compute.
    pub fn note(&mut self, entry: Entry) -> Outcome<()> {
        match &mut self.sandbox {
            Some(sandbox) => sandbox.enter(|ctx| entry.perform(&host(ctx)?)),
            None => {
                self.outset.ledger.put(entry);
                Ok(())
            }
        }
    }

    /// The sandbox, with all done that was put down.
    fn made(&mut self) -> Outcome<&mut Sandbox> {
        let sandbox = match self.sandbox.take() {
            Some(sandbox) => sandbox,
            None => self.outset.begin()?,
        };
        Ok(self.sandbox.insert(sandbox))
    }
}
