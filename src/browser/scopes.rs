//! The variables of a call: five scopes of ECMAScript objects, one set for each execution context (VoiceXML 2.0 §5.1).

use rquickjs::function::IntoArgs;
use rquickjs::{Ctx, FromJs, Function, Object};
use serde_json::Value;

use super::declarations::Declarations;
use super::xml_json::nodes;
use crate::clock::{Chance, Clock};
use crate::script::{Limits, Sandbox, ScriptError};
use crate::xml::Element;

const SCOPES: &str = include_str!("scopes.js");
const DOM: &str = include_str!("dom.js");

/// One entry of a submission: name, text, and the number of a recording if it is one.
pub(super) type Submitted = (String, String, Option<usize>);

/// The scopes. Their host object lives in the sandbox, as its user data: nothing of JavaScript's is held out here.
pub(super) struct Scopes {
    sandbox: Sandbox,
    /// The DOM was loaded: only pages with `<data>` need it.
    knows_documents: bool,
}

type Outcome<T> = Result<T, ScriptError>;

impl Scopes {
    /// Empty scopes; `session` holds the session variables (§5.1.4), which no page can change.
    pub fn new(session: &Value, clock: &Clock, chance: &Chance) -> Outcome<Self> {
        let mut sandbox = Sandbox::new(Limits::default(), clock, chance)?;
        let session = session.to_string();
        sandbox.enter(|ctx| {
            let host: Object = ctx.eval::<Function, _>(SCOPES)?.call((session,))?;
            ctx.store_userdata(host).map(drop).map_err(|_| rquickjs::Error::Unknown)
        })?;
        Ok(Self { sandbox, knows_documents: false })
    }

    /// The caller heard or did something: scripts have a whole budget of time again.
    pub fn renew_budget(&self) {
        self.sandbox.renew_budget();
    }

    pub fn enter_context(&mut self) -> Outcome<()> {
        self.call("enterContext", ())
    }

    pub fn leave_context(&mut self) -> Outcome<()> {
        self.call("leaveContext", ())
    }

    /// A new application scope, which is the document scope too until a leaf opens its own.
    pub fn open_application(&mut self) -> Outcome<()> {
        self.call("openApplication", ())
    }

    pub fn open_document(&mut self, is_root: bool) -> Outcome<()> {
        self.call("openDocument", (is_root,))
    }

    pub fn open_dialog(&mut self) -> Outcome<()> {
        self.call("openDialog", ())
    }

    pub fn open_anonymous(&mut self) -> Outcome<()> {
        self.call("openAnonymous", ())
    }

    pub fn close_anonymous(&mut self) -> Outcome<()> {
        self.call("closeAnonymous", ())
    }

    /// An anonymous scope inside the one there is, for the template of `<enumerate>`.
    pub fn enter_template(&mut self) -> Outcome<()> {
        self.call("enterTemplate", ())
    }

    pub fn leave_template(&mut self) -> Outcome<()> {
        self.call("leaveTemplate", ())
    }

    /// The value of `expression` as text.
    pub fn text(&mut self, expression: &str) -> Outcome<String> {
        self.call("text", (expression,))
    }

    pub fn truth(&mut self, expression: &str) -> Outcome<bool> {
        self.call("truth", (expression,))
    }

    pub fn is_undefined(&mut self, expression: &str) -> Outcome<bool> {
        self.call("isUndefined", (expression,))
    }

    /// The value as JSON; none where JSON has no word for it.
    pub fn json(&mut self, expression: &str) -> Outcome<Option<Value>> {
        let json: Option<String> = self.call("json", (expression,))?;
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// `<var>` in the innermost scope.
    pub fn declare(&mut self, name: &str, expression: Option<&str>) -> Outcome<()> {
        self.call("declare", (name, expression))
    }

    /// `<assign>` to a variable that some scope has.
    pub fn assign(&mut self, name: &str, expression: &str) -> Outcome<()> {
        self.call("assign", (name, expression))
    }

    /// `<script>` in the innermost scope.
    pub fn run(&mut self, source: &str) -> Outcome<()> {
        let Declarations { variables, lexicals, functions } = Declarations::of(source);
        self.call("script", (source, variables, functions, lexicals))
    }

    /// Initialises the variable of a form item.
    pub fn declare_item(&mut self, name: &str, expression: Option<&str>) -> Outcome<()> {
        self.call("declareItem", (name, expression))
    }

    pub fn is_item_undefined(&mut self, name: &str) -> Outcome<bool> {
        self.call("isItemUndefined", (name,))
    }

    /// Sets a variable of the dialog; none is undefined.
    pub fn set_item(&mut self, name: &str, value: Option<&Value>) -> Outcome<()> {
        self.call("setItem", (name, value.map(Value::to_string)))
    }

    /// Sets a variable of the anonymous scope; none is undefined.
    pub fn set_anonymous(&mut self, name: &str, value: Option<&Value>) -> Outcome<()> {
        self.call("setAnonymous", (name, value.map(Value::to_string)))
    }

    /// Makes a variable undefined; one that nobody declared is an error.
    pub fn clear(&mut self, name: &str) -> Outcome<()> {
        self.call("clear", (name,))
    }

    /// Sets `application.lastresult$` to an array of results.
    pub fn set_result(&mut self, results: &Value) -> Outcome<()> {
        self.call("setResult", (results.to_string(),))
    }

    pub fn keep(&mut self, key: &str, expression: &str) -> Outcome<()> {
        self.call("keep", (key, expression))
    }

    pub fn keep_json(&mut self, key: &str, value: &Value) -> Outcome<()> {
        self.call("keepJson", (key, value.to_string()))
    }

    /// Keeps an object with one property for each of `names`.
    pub fn keep_names(&mut self, key: &str, names: &[String]) -> Outcome<()> {
        self.call("keepNames", (key, names.to_vec()))
    }

    /// Puts what was kept into a variable of the dialog.
    pub fn take(&mut self, name: &str, key: &str) -> Outcome<()> {
        self.call("takeItem", (name, key))
    }

    /// Takes a copy of an array to go through; gives its length.
    pub fn iterate(&mut self, key: &str, expression: &str) -> Outcome<usize> {
        self.call("iterate", (key, expression))
    }

    pub fn step(&mut self, key: &str, index: usize, name: &str) -> Outcome<()> {
        self.call("step", (key, index, name))
    }

    pub fn end_iteration(&mut self, key: &str) -> Outcome<()> {
        self.call("endIteration", (key,))
    }

    /// Declares `name` as the DOM of a fetched XML document.
    pub fn declare_document(&mut self, name: &str, root: &Element) -> Outcome<()> {
        self.learn_documents()?;
        self.call("document", (name, nodes(root).to_string()))
    }

    fn learn_documents(&mut self) -> Outcome<()> {
        if self.knows_documents {
            return Ok(());
        }
        self.knows_documents = true;
        self.sandbox.enter(|ctx| {
            let make: Function = ctx.eval::<Function, _>(DOM)?.call(())?;
            host(ctx)?.get::<_, Function>("learnDocuments")?.call((make,))
        })
    }

    pub fn submission(&mut self, names: &[String]) -> Outcome<Vec<Submitted>> {
        let json: String = self.call("submission", (names.to_vec(),))?;
        serde_json::from_str(&json).map_err(|error| ScriptError::Engine(error.to_string()))
    }

    /// The variables called `names` as one JSON object.
    pub fn snapshot(&mut self, names: &[String]) -> Outcome<Value> {
        let json: String = self.call("snapshot", (names.to_vec(),))?;
        serde_json::from_str(&json).map_err(|error| ScriptError::Engine(error.to_string()))
    }

    fn call<A, R>(&mut self, method: &str, arguments: A) -> Outcome<R>
    where
        A: for<'js> IntoArgs<'js>,
        R: for<'js> FromJs<'js>,
    {
        self.sandbox.enter(|ctx| host(ctx)?.get::<_, Function>(method)?.call(arguments))
    }
}

/// The object that `scopes.js` made.
fn host<'js>(ctx: &Ctx<'js>) -> rquickjs::Result<Object<'js>> {
    ctx.userdata::<Object>().map(|host| host.clone()).ok_or(rquickjs::Error::Unknown)
}
