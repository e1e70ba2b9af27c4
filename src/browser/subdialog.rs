//! Subdialogs: a context of their own, parameters in, a result or an event out (VoiceXML 2.0 §2.3.4, §5.3.10).

use super::content::{Executable, Return, Target};
use super::context::{Entry, Task};
use super::document::{Dialog, ItemKind, Parameter, Subdialog};
use super::errand::{Transition, TransitionKind};
use super::interpreter::Interpreter;

use super::thrown::{Run, Thrown};

/// Where the result is kept between the contexts.
const RESULT: &str = "subdialog result";

impl Interpreter {
    /// Visits a `<subdialog>`: its parameters are evaluated in the caller, then its document is fetched.
    pub(super) fn call_subdialog(&mut self, subdialog: &Subdialog) -> Run {
        for parameter in &subdialog.parameters {
            self.keep_parameter(parameter)?;
        }
        let address = self.resolved(&subdialog.target)?;
        if let Some(name) = address.trim().strip_prefix('#') {
            return self.enter_subdialog_here(name);
        }
        let url = self.absolute(&address)?;
        let names = subdialog.namelist.clone().unwrap_or_default();
        let submission = self.submission(url, subdialog.method, subdialog.enctype, &names)?;
        self.begin(Transition::with(submission, TransitionKind::Subdialog, subdialog.fetching.clone()))
    }

    fn keep_parameter(&mut self, parameter: &Parameter) -> Run {
        let key = kept_as(&parameter.name);
        match &parameter.value {
            Target::Literal(value) => Ok(self.scopes.keep_json(&key, &value.as_str().into())?),
            Target::Computed(expression) => Ok(self.scopes.keep(&key, expression)?),
        }
    }

    /// The parameters for the dialog that is entered, where it is the one that a subdialog called.
    pub(super) fn parameters(&self) -> Vec<String> {
        let item = self.callers.last().and_then(|caller| caller.dialog.as_ref()).and_then(|run| run.item());
        match item.map(|item| &item.kind) {
            Some(ItemKind::Subdialog(subdialog)) => subdialog.parameters.iter().map(|parameter| parameter.name.clone()).collect(),
            Some(_) | None => Vec::new(),
        }
    }

    /// Parameters must be declared by `<var>` in the form that is called (§2.3.4).
    pub(super) fn refuse_undeclared(&self, dialog: &Dialog) -> Run {
        let is_declared =
            |name: &String| dialog.preamble.iter().any(|element| matches!(element, Executable::Var { name: own, .. } if own == name));
        match self.parameters().iter().find(|name| !is_declared(name)) {
            Some(name) => Err(Thrown::semantic(format!("the subdialog declares no variable {name:?} for its parameter"))),
            None => Ok(()),
        }
    }

    /// `<var>` in the form that was called takes its parameter rather than its own value.
    pub(super) fn takes_parameter(&mut self, name: &str) -> Run<bool> {
        let is_first = matches!(&self.current.task, Task::Dialog(Entry::Called));
        if !is_first || !self.parameters().iter().any(|parameter| parameter == name) {
            return Ok(false);
        }
        self.scopes.take(name, &kept_as(name))?;
        Ok(true)
    }

    /// `<return>`: back to the caller, whose item gets an object or whose context gets an event.
    pub(super) fn return_from_subdialog(&mut self, outcome: &Return) -> Run {
        if self.callers.is_empty() {
            return Err(Thrown::semantic("<return> stands outside of a subdialog"));
        }
        let thrown = match outcome {
            Return::Names(names) => {
                self.scopes.keep_names(RESULT, names)?;
                None
            }
            Return::Event { event, message } => Some(self.thrown(event, message.as_ref())?),
        };
        self.leave_context()?;
        match thrown {
            Some(thrown) => Err(thrown),
            None => self.take_result(),
        }
    }

    fn leave_context(&mut self) -> Run {
        let Some(caller) = self.callers.pop() else { return Ok(()) };
        self.current = caller;
        self.forget_grammars();
        Ok(self.scopes.leave_context()?)
    }

    fn take_result(&mut self) -> Run {
        let Some(run) = &self.current.dialog else { return Ok(()) };
        let Some((index, item)) = run.current.zip(run.item().cloned()) else { return Ok(()) };
        self.scopes.take(&item.variable, RESULT)?;
        self.trace_item(&item);
        self.trigger_filled(&[index])
    }
}

fn kept_as(name: &str) -> String {
    format!("parameter {name}")
}
