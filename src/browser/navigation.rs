//! From document to document: goto, submit, roots and what of the application stays (VoiceXML 2.0 §1.5.2, §5.3.7, §5.3.8).

use std::sync::Arc;

use url::Url;

use super::action::{Action, Fetch, Trace};
use super::content::{Fetching, Submit, Target};
use super::context::{Context, Entry, Frame, Task};
use super::document::Document;
use super::errand::{Errand, Submission, Transition, TransitionKind};
use super::event::Resource;
use super::interpreter::Interpreter;
use super::odometer::DEEPEST_CONTEXT;
use super::shelf;
use super::thrown::{Run, Thrown, place};

impl Interpreter {
    /// `<goto>`, link or choice. A fragment alone stays in the document; anything else fetches (§5.3.7).
    pub(super) fn go_to(&mut self, target: &Target, fetching: &Fetching) -> Run {
        let address = self.resolved(target)?;
        let Some(name) = address.trim().strip_prefix('#') else {
            let url = self.absolute(&address)?;
            return self.begin(Transition::to(url, TransitionKind::Goto, fetching.clone()));
        };
        let Some(dialog) = self.current.document.dialog(Some(name)).cloned() else {
            return Err(Thrown::bad_fetch(format!("the document has no dialog {name:?}")));
        };
        self.current.frames.clear();
        self.enter_dialog(dialog, Entry::Select)
    }

    /// The same for an address that stands in the root document: even a fragment alone leads there.
    pub(super) fn go_from(&mut self, root: &Document, target: &Target, fetching: &Fetching) -> Run {
        let address = self.resolved(target)?;
        let base = if address.trim_start().starts_with('#') { &root.url } else { &root.base };
        let url = joined(base, &address)?;
        self.begin(Transition::to(url, TransitionKind::Goto, fetching.clone()))
    }

    /// `<submit>` (§5.3.8): by default all named input items go along.
    pub(super) fn submit(&mut self, submit: &Submit) -> Run {
        let url = self.absolute_target(&submit.target)?;
        let names = match &submit.names {
            Some(names) => names.clone(),
            None => self.input_items(),
        };
        let submission = self.submission(url, submit.method, submit.enctype, &names)?;
        self.actions.push_back(Action::Submit {
            url: submission.url.clone(),
            method: submission.method,
            params: submission.params.clone(),
        });
        self.begin(Transition::with(submission, TransitionKind::Submit, submit.fetching.clone()))
    }

    fn input_items(&self) -> Vec<String> {
        let items = self.current.dialog.iter().flat_map(|run| &run.dialog.items);
        items.filter(|item| item.kind.is_input()).filter_map(|item| item.name.clone()).collect()
    }

    pub(super) fn absolute_target(&mut self, target: &Target) -> Run<Url> {
        let address = self.resolved(target)?;
        self.absolute(&address)
    }

    /// Relative addresses are relative to the active document, even in a handler of the root (§5.2).
    pub(super) fn absolute(&self, address: &str) -> Run<Url> {
        joined(&self.current.document.base, address)
    }

    /// Leaves whatever is in progress and asks for the next document.
    pub(super) fn begin(&mut self, transition: Transition) -> Run {
        let fetch = self.document_fetch(&transition)?;
        let fetching = transition.fetching.clone();
        self.fetch_with_audio(Errand::Document(transition), fetch, &fetching)
    }

    fn document_fetch(&mut self, transition: &Transition) -> Run<Fetch> {
        self.fetch_of(&transition.submission, &transition.fetching, "document")
    }

    /// The next document has come. All that is wrong with it belongs to the document that asked for it (§5.2.6).
    pub(super) fn handle_document(&mut self, transition: Transition, resource: &Resource) -> Run {
        let document = parsed(resource)?;
        if document.dialog(transition.dialog.as_deref()).is_none()
            && (transition.dialog.is_some() || transition.kind == TransitionKind::Subdialog)
        {
            return Err(Thrown::bad_fetch(format!("{} has no dialog {:?}", place(&document.url), transition.dialog.unwrap_or_default())));
        }
        let Some(root_url) = document.application.clone() else {
            return self.take_over(transition, None, document);
        };
        let may_keep = !matches!(transition.kind, TransitionKind::First | TransitionKind::Subdialog);
        if let Some(root) = self.kept_root(&root_url).filter(|_| may_keep) {
            return self.take_over(transition, Some(root), document);
        }
        let fetch = self.fetch_of(&Submission::plain(root_url), &Fetching::default(), "document")?;
        self.send(Errand::Root { transition, document }, fetch);
        Ok(())
    }

    /// The root document that is active already, if it is the one at `url`.
    fn kept_root(&self, url: &Url) -> Option<Arc<Document>> {
        (self.current.root_url() == url).then(|| self.current.root.clone().unwrap_or_else(|| self.current.document.clone()))
    }

    pub(super) fn handle_root(&mut self, transition: Transition, document: Arc<Document>, resource: &Resource) -> Run {
        let root = parsed(resource)?;
        if root.application.is_some() {
            return Err(Thrown::semantic(format!("{} is a root document and names another root", place(&root.url))));
        }
        self.take_over(transition, Some(root), document)
    }

    /// From here on the new document is the active one, and errors are its own.
    fn take_over(&mut self, transition: Transition, root: Option<Arc<Document>>, document: Arc<Document>) -> Run {
        self.odometer.count_document(self.now)?;
        self.forget_grammars();
        self.trace(|_| Some(Trace::Entered { url: document.url.clone() }));
        let keeps_application = self.keeps_application(transition.kind, &document);
        let is_own_root = root.is_none();
        if transition.kind == TransitionKind::Subdialog {
            self.enter_context(Context::of(root, document.clone()))?;
        } else {
            self.current.root = root;
            self.current.document = document.clone();
            self.current.dialog = None;
            self.current.frames.clear();
        }
        match (keeps_application, is_own_root) {
            (true, true) => {
                self.scopes.open_document(true)?;
                self.enter_first_dialog(transition.dialog)
            }
            (true, false) => self.initialise_document(transition.dialog),
            (false, _) => self.initialise_application(transition.dialog),
        }
    }

    /// The application stays where its root stays; a root that is gone back to by `<submit>` begins again.
    fn keeps_application(&self, kind: TransitionKind, document: &Document) -> bool {
        let is_same_root =
            self.current.root_url() == document.root_url() && !matches!(kind, TransitionKind::First | TransitionKind::Subdialog);
        match (&document.application, kind) {
            (Some(_), _) => is_same_root,
            (None, TransitionKind::Goto) => is_same_root && self.current.root.is_some(),
            (None, _) => false,
        }
    }

    fn enter_context(&mut self, context: Context) -> Run {
        if self.callers.len() >= DEEPEST_CONTEXT {
            return Err(Thrown::limit("subdialogs are nested too deep"));
        }
        self.scopes.enter_context()?;
        let caller = std::mem::replace(&mut self.current, Context { awaits_parameters: true, ..context });
        self.callers.push(caller);
        Ok(())
    }

    /// A subdialog of the same document begins with scopes of its own all the same (§2.3.4).
    pub(super) fn enter_subdialog_here(&mut self, name: &str) -> Run {
        let (root, document) = (self.current.root.clone(), self.current.document.clone());
        if document.dialog(Some(name)).is_none() {
            return Err(Thrown::bad_fetch(format!("the document has no dialog {name:?}")));
        }
        self.odometer.count_document(self.now)?;
        self.enter_context(Context::of(root, document))?;
        self.initialise_application(Some(name.to_owned()))
    }

    fn initialise_application(&mut self, dialog: Option<String>) -> Run {
        self.scopes.open_application()?;
        let Some(root) = self.current.root.clone() else {
            return self.initialise_document(dialog);
        };
        self.current.frames = vec![Frame::of(root.preamble.clone())];
        self.current.task = Task::Root { dialog };
        Ok(())
    }

    /// Variables and scripts of the document run in document order; then its dialog is entered.
    pub(super) fn initialise_document(&mut self, dialog: Option<String>) -> Run {
        let is_own_root = self.current.root.is_none();
        self.scopes.open_document(is_own_root)?;
        self.current.frames = vec![Frame::of(self.current.document.preamble.clone())];
        self.current.task = Task::Document { dialog };
        Ok(())
    }

    pub(super) fn enter_first_dialog(&mut self, dialog: Option<String>) -> Run {
        let is_called = std::mem::take(&mut self.current.awaits_parameters);
        match self.current.document.dialog(dialog.as_deref()).cloned() {
            Some(dialog) if is_called => {
                self.enter_dialog(dialog.clone(), Entry::Called)?;
                self.refuse_undeclared(&dialog)
            }
            Some(dialog) => self.enter_dialog(dialog, Entry::Select),
            None => Ok(()),
        }
    }
}

fn joined(base: &Url, address: &str) -> Run<Url> {
    base.join(address.trim()).map_err(|error| Thrown::bad_fetch(format!("an address cannot be read: {error}")))
}

fn parsed(resource: &Resource) -> Run<Arc<Document>> {
    shelf::read(&resource.body, &resource.url).map_err(|error| Thrown::bad_fetch(format!("{}: {error}", place(&resource.url))))
}
