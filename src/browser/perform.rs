//! Executes content, one element at a time, so that it can wait for a fetch in between (VoiceXML 2.0 §5.3; 2.1 §5, §6).

use std::sync::Arc;

use serde_json::Value;

use super::action::{Action, Ending, Reason};
use super::content::{Block, Branch, Destination, Executable, Expression, Piece, Target};
use super::context::{Frame, ItemRun, Iteration, Task};
use super::interpreter::{Afterwards, Interpreter, Line};
use super::thrown::{Run, Thrown};
use super::variable_name;

impl Interpreter {
    /// Executes the next element of the content in progress; `false` when there is none left.
    pub(super) fn perform_next(&mut self) -> Run<bool> {
        while let Some(frame) = self.current.frames.last_mut() {
            let at = frame.next;
            if at < frame.code.len() {
                frame.next += 1;
                let code = frame.code.clone();
                self.perform(&code[at])?;
                return Ok(true);
            }
            self.leave_frame()?;
        }
        Ok(false)
    }

    /// A `<foreach>` goes round once more; everything else is over.
    fn leave_frame(&mut self) -> Run {
        let Some(mut frame) = self.current.frames.pop() else { return Ok(()) };
        let Some(iteration) = &mut frame.iteration else { return Ok(()) };
        if iteration.index >= iteration.length {
            return Ok(self.scopes.end_iteration(&iteration.key)?);
        }
        self.odometer.count_step()?;
        self.scopes.step(&iteration.key, iteration.index, &iteration.item)?;
        iteration.index += 1;
        frame.next = 0;
        self.current.frames.push(frame);
        Ok(())
    }

    fn perform(&mut self, executable: &Executable) -> Run {
        match executable {
            Executable::Var { name, expr } => self.declare(name, expr.as_deref())?,
            Executable::DeclareItem { index, expr } => self.declare_item(*index, expr.as_deref())?,
            Executable::Assign { name, expr } => {
                self.scopes.assign(name, expr)?;
                self.trace_variable(name);
            }
            Executable::Clear { names } => self.clear(names.as_deref())?,
            Executable::Script(script) => self.run_script(script)?,
            Executable::Data(source) => self.fetch_data(source)?,
            Executable::If(branches) => self.branch(branches)?,
            Executable::Foreach { item, array, body } => self.iterate(item, array, body)?,
            Executable::Prompt(prompt) => self.queue_prompt(prompt)?,
            Executable::Reprompt => self.reprompt(),
            Executable::Goto { destination: Destination::Item(item), .. } => self.go_to_item(item)?,
            Executable::Goto { destination: Destination::Address(target), fetching } => self.go_to(target, fetching)?,
            Executable::Submit(submit) => self.submit(submit)?,
            Executable::Exit { expr, names } => self.exit(expr.as_ref(), names.as_deref())?,
            Executable::Return(outcome) => self.return_from_subdialog(outcome)?,
            Executable::Disconnect { names } => self.disconnect(names.as_deref())?,
            Executable::Throw { event, message } => return Err(self.thrown(event, message.as_ref())?),
            Executable::Log { label, expr, content } => self.log(label.clone(), expr.as_ref(), content)?,
        }
        Ok(())
    }

    fn log(&mut self, label: Option<String>, expr: Option<&Expression>, content: &[Piece]) -> Run {
        let mut text = self.words(content)?;
        if let Some(expr) = expr {
            text.push_str(&self.scopes.text(expr)?);
        }
        self.odometer.count_words(&text)?;
        self.actions.push_back(Action::Log { label, text: text.trim().to_owned() });
        Ok(())
    }

    /// `<var>` (§5.3.1): in the form that a subdialog calls, a parameter of the same name comes first.
    fn declare(&mut self, name: &str, expr: Option<&str>) -> Run {
        match self.takes_parameter(name)? {
            true => {}
            false => self.scopes.declare(name, expr)?,
        }
        self.trace_variable(name);
        Ok(())
    }

    fn declare_item(&mut self, index: usize, expr: Option<&str>) -> Run {
        let item = self.current.dialog.as_ref().and_then(|run| run.dialog.items.get(index));
        let Some((variable, name)) = item.map(|item| (item.variable.clone(), item.name.clone())) else { return Ok(()) };
        if let Some(name) = name {
            variable_name::check(&name)?;
        }
        Ok(self.scopes.declare_item(&variable, expr)?)
    }

    /// `<clear>` (§5.3.3): variables, and for form items their prompt and event counters.
    fn clear(&mut self, names: Option<&[String]>) -> Run {
        let Some(run) = &mut self.current.dialog else { return Ok(()) };
        let all: Vec<String> = run.dialog.items.iter().map(|item| item.variable.clone()).collect();
        let named = names.is_some();
        for name in names.unwrap_or(&all) {
            match named {
                true => self.scopes.clear(name)?,
                false => self.scopes.set_item(name, None)?,
            }
            let place = run.dialog.items.iter().position(|item| item.variable == *name);
            if let Some(item) = place.and_then(|place| run.items.get_mut(place)) {
                *item = ItemRun::default();
            }
        }
        Ok(())
    }

    fn branch(&mut self, branches: &[Branch]) -> Run {
        for branch in branches {
            let is_taken = match &branch.cond {
                Some(cond) => self.scopes.truth(cond)?,
                None => true,
            };
            if is_taken {
                self.current.frames.push(Frame::of(branch.body.clone()));
                break;
            }
        }
        Ok(())
    }

    fn iterate(&mut self, item: &str, array: &Expression, body: &Block) -> Run {
        let key = format!("foreach {}", self.current.frames.len() + 100 * self.callers.len());
        let length = self.scopes.iterate(&key, array)?;
        let iteration = Iteration { key, item: item.to_owned(), index: 0, length };
        self.current.frames.push(Frame { code: body.clone(), next: body.len(), iteration: Some(iteration) });
        Ok(())
    }

    /// `<reprompt>` lets the next turn of the algorithm queue prompts again; it plays nothing itself (§5.3.6).
    fn reprompt(&mut self) {
        if let Some(run) = &mut self.current.dialog {
            run.is_mute = false;
        }
    }

    /// `<goto nextitem>`: the item is taken whatever its guard says (§5.3.7).
    fn go_to_item(&mut self, item: &Target) -> Run {
        let name = self.resolved(item)?;
        let place = self.current.dialog.as_ref().and_then(|run| run.dialog.item(&name));
        let Some(place) = place else {
            return Err(Thrown::bad_fetch(format!("the form has no item {name:?}")));
        };
        if let Some(run) = &mut self.current.dialog {
            run.chosen = Some(place);
        }
        self.abandon_content()
    }

    /// Whatever content is in progress is left; the algorithm goes on with what its task was part of.
    pub(super) fn abandon_content(&mut self) -> Run {
        self.current.frames.clear();
        if let Task::Filled(rest) = &mut self.current.task {
            rest.clear();
        }
        Ok(())
    }

    fn exit(&mut self, expr: Option<&Expression>, names: Option<&[String]>) -> Run {
        let exit = match (expr, names) {
            (Some(expr), _) => self.scopes.json(expr)?.unwrap_or(Value::Null),
            (None, Some(names)) => self.scopes.snapshot(names)?,
            (None, None) => Value::Null,
        };
        self.finish(Ending { reason: Reason::Exit, exit, uncaught: None, message: None })
    }

    /// `<disconnect>`: the line is gone at once, and the page is told by an event (§5.3.11; 2.1 §10).
    fn disconnect(&mut self, names: Option<&[String]>) -> Run {
        let parting = match names {
            Some(names) => self.scopes.snapshot(names)?,
            None => Value::Null,
        };
        if self.line != Line::Connected {
            return self.finish(Ending { reason: Reason::Disconnect, exit: parting, uncaught: None, message: None });
        }
        self.current.frames.clear();
        self.play_then(Afterwards::Disconnect(parting))
    }

    pub(super) fn thrown(&mut self, event: &Target, message: Option<&Target>) -> Run<Thrown> {
        let event = self.resolved(event)?;
        let message = message.map(|message| self.resolved(message)).transpose()?;
        Ok(Thrown { event: event.trim().to_owned(), message, is_fatal: false })
    }

    /// What is written, or what its expression gives.
    pub(super) fn resolved(&mut self, target: &Target) -> Run<String> {
        match target {
            Target::Literal(text) => Ok(text.clone()),
            Target::Computed(expression) => Ok(self.scopes.text(expression)?),
        }
    }

    /// Starts a run of content in a fresh anonymous scope.
    pub(super) fn run_block(&mut self, code: &Block) -> Run {
        self.scopes.open_anonymous()?;
        self.current.frames = vec![Frame::of(Arc::clone(code))];
        Ok(())
    }
}
