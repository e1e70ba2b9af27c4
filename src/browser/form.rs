//! The form interpretation algorithm: select and collect (VoiceXML 2.0 §2.1.6, appendix C). The process phase is in `process.rs`.

use std::sync::Arc;

use super::action::{Ending, Reason, Trace};
use super::content::Prompt;
use super::context::{DialogRun, Entry, Frame, Task};
use super::document::{Dialog, Item, ItemKind};
use super::interpreter::{Interpreter, Line};
use super::thrown::{Run, Thrown};
use super::tracing::{Guard, reason};

impl Interpreter {
    /// Enters a dialog: its variables are initialised in document order, its counters begin again.
    pub(super) fn enter_dialog(&mut self, dialog: Arc<Dialog>, entry: Entry) -> Run {
        self.scopes.open_dialog()?;
        let preamble = dialog.preamble.clone();
        self.current.dialog = Some(DialogRun::of(dialog));
        self.current.frames = vec![Frame::of(preamble)];
        self.current.task = Task::Dialog(entry);
        Ok(())
    }

    /// The dialog is initialised: its main loop begins, with the process phase where input led here.
    pub(super) fn enter_loop(&mut self, entry: Entry) -> Run {
        match entry {
            Entry::Select | Entry::Called => Ok(()),
            Entry::Process(recognised) => self.process(*recognised),
        }
    }

    /// Select phase: the item that `<goto nextitem>` named, else the first one whose guard is open.
    pub(super) fn select(&mut self) -> Run {
        self.scopes.close_anonymous()?;
        let Some(run) = &mut self.current.dialog else {
            return self.leave();
        };
        run.current = None;
        let dialog = run.dialog.clone();
        if let Some(chosen) = run.chosen.take() {
            return self.collect(&dialog, chosen, &[], true);
        }
        let mut passed = Vec::new();
        for (index, item) in dialog.items.iter().enumerate() {
            match self.guard(item)? {
                Guard::Open => return self.collect(&dialog, index, &passed, false),
                shut => passed.push(shut),
            }
        }
        self.leave()
    }

    /// The guard of an item: it is open where its variable is undefined and its condition is true.
    fn guard(&mut self, item: &Item) -> Run<Guard> {
        if !self.scopes.is_item_undefined(&item.variable)? {
            return Ok(Guard::Filled);
        }
        match self.is_true(item.cond.as_deref())? {
            true => Ok(Guard::Open),
            false => Ok(Guard::Barred),
        }
    }

    /// Nothing is left to select: an implicit `<exit>` (§2.1.6.2.1).
    fn leave(&mut self) -> Run {
        self.finish(Ending { reason: Reason::Exit, exit: serde_json::Value::Null, uncaught: None, message: None })
    }

    /// Collect phase: queue the item's prompts, then do what its kind asks for.
    fn collect(&mut self, dialog: &Arc<Dialog>, index: usize, passed: &[Guard], was_named: bool) -> Run {
        let Some(item) = dialog.items.get(index).cloned() else { return Ok(()) };
        self.trace(|_| {
            let why = if was_named { "goto nextitem named it".to_owned() } else { reason(dialog, passed) };
            Some(Trace::Selected { dialog: dialog.id.clone(), item: item.name.clone(), line: item.line, why })
        });
        let Some(run) = &mut self.current.dialog else { return Ok(()) };
        run.current = Some(index);
        if !std::mem::take(&mut run.is_mute) {
            self.queue_prompts_of(&item, index)?;
        }
        self.visit(&item)
    }

    /// Of the prompts whose condition is true, all with the highest count that is not above the prompt counter (§4.1.6).
    fn queue_prompts_of(&mut self, item: &Item, index: usize) -> Run {
        let Some(state) = self.current.dialog.as_mut().and_then(|run| run.items.get_mut(index)) else { return Ok(()) };
        state.prompted += 1;
        let counter = state.prompted;
        let mut eligible: Vec<&Arc<Prompt>> = Vec::new();
        for prompt in item.prompts.iter().filter(|prompt| prompt.count <= counter) {
            if self.is_true(prompt.cond.as_deref())? {
                eligible.push(prompt);
            }
        }
        let highest = eligible.iter().map(|prompt| prompt.count).max();
        for prompt in eligible.into_iter().filter(|prompt| Some(prompt.count) == highest) {
            self.queue_eligible(prompt)?;
        }
        Ok(())
    }

    fn visit(&mut self, item: &Arc<Item>) -> Run {
        if self.is_over() && item.kind.is_input() {
            return self.wait_in_vain();
        }
        match &item.kind {
            ItemKind::Block(content) => {
                self.scopes.set_item(&item.variable, Some(&true.into()))?;
                self.current.task = Task::Block;
                self.run_block(content)
            }
            ItemKind::Initial | ItemKind::Field(_) | ItemKind::Menu(_) | ItemKind::Transfer(_) | ItemKind::Record(_) => self.activate(),
            ItemKind::Subdialog(subdialog) => self.call_subdialog(subdialog),
            ItemKind::Object => Err(Thrown::with("error.unsupported.objectname", "this browser has no objects")),
        }
    }

    fn is_over(&self) -> bool {
        self.line != Line::Connected
    }

    /// The caller is gone when input is wanted: the page is told once; after that, waiting is the end (§1.5.4).
    pub(super) fn wait_in_vain(&mut self) -> Run {
        match self.line {
            Line::Connected => Ok(()),
            Line::HungUp => self.hung_up(),
            Line::Final(_) => self.leave(),
        }
    }

    pub(super) fn is_true(&mut self, cond: Option<&str>) -> Run<bool> {
        match cond {
            Some(cond) => Ok(self.scopes.truth(cond)?),
            None => Ok(true),
        }
    }
}
