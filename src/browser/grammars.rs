//! Which grammars are active, and how they get here (VoiceXML 2.0 §3.1, §3.1.4; 2.1 §2).

use std::sync::Arc;

use url::Url;

use super::content::{Fetching, Target};
use super::document::{Dialog, Document, Item, ItemKind, Link};
use super::errand::{Errand, Submission};
use super::event::Resource;
use super::grammar_shelf::{Active, Grammars, Wanted};
use super::grammar_source::{Accept, GrammarForm, GrammarSource};
use super::interpreter::Interpreter;
use super::language;
use super::properties::Properties;
use super::recognition::Owner;
use super::thrown::{Run, Thrown};
use crate::grammar::{Automaton, Grammar, GrammarError, Mode, Surroundings};

impl Interpreter {
    /// The item that is being visited waits for input: its grammars and all in scope are activated.
    pub(super) fn activate(&mut self) -> Run {
        self.grammars.wanted.clear();
        for (owner, source) in self.in_scope() {
            let url = match &source.form {
                _ if source.laid_out.get().is_some() => None,
                GrammarForm::Inline(_) => None,
                GrammarForm::Address(address) => Some(self.grammar_address(&Target::Literal(address.clone()))?),
                GrammarForm::Computed(expression) => Some(self.grammar_address(&Target::Computed(expression.clone()))?),
                GrammarForm::Unsupported(media_type) => {
                    return Err(Thrown::with("error.unsupported.format", format!("grammars in {media_type} are not understood here")));
                }
            };
            self.grammars.wanted.push(Wanted { owner, source, url });
        }
        self.prepare()
    }

    /// Fetches the next grammar that is missing; with none missing, listens.
    fn prepare(&mut self) -> Run {
        let mut active = Vec::new();
        let wanted = std::mem::take(&mut self.grammars.wanted);
        for grammar in &wanted {
            match self.linked(grammar)? {
                Linked::Ready(automaton) => active.push(Active { owner: grammar.owner.clone(), automaton }),
                Linked::Missing(url, fetching, mode) => {
                    self.grammars.wanted = wanted;
                    self.grammars.mode = mode;
                    let fetch = self.fetch_of(&Submission::plain(url.clone()), &fetching, "grammar")?;
                    self.send(Errand::Grammar { url }, fetch);
                    return Ok(());
                }
            }
        }
        self.listen_or_transfer(active)
    }

    fn linked(&mut self, wanted: &Wanted) -> Run<Linked> {
        if let Some(automaton) = wanted.source.laid_out.get() {
            return Ok(Linked::Ready(automaton.clone()));
        }
        let linked = self.link(wanted)?;
        if let Linked::Ready(automaton) = &linked {
            self.odometer.count_states(automaton.size())?;
            if wanted.source.is_constant() {
                wanted.source.laid_out.get_or_init(|| automaton.clone());
            }
        }
        Ok(linked)
    }

    fn link(&self, wanted: &Wanted) -> Run<Linked> {
        let library = &self.grammars.library;
        let grammar = match (&wanted.source.form, &wanted.url) {
            (GrammarForm::Inline(grammar), _) => grammar.clone(),
            (_, Some(url)) if url.scheme() == "builtin" => return Automaton::builtin(url.as_str()).map(Linked::Ready).map_err(refused),
            (_, Some(url)) => match (library.grammar(url), url.fragment()) {
                (None, _) => return Ok(Linked::Missing(plain(url), wanted.source.fetching.clone(), wanted.source.mode)),
                (Some(grammar), None | Some("")) => grammar.clone(),
                (Some(grammar), Some(_)) => Arc::new(rule_of(url, grammar.mode()).map_err(refused)?),
            },
            (_, None) => return Err(Thrown::bad_fetch("the grammar has no address")),
        };
        if let (Mode::Voice, Some(tag)) = (grammar.mode(), grammar.language()) {
            language::check(tag)?;
        }
        if let Some(reference) = library.missing(&grammar).into_iter().next() {
            return Ok(Linked::Missing(reference.uri, Fetching::default(), Some(grammar.mode())));
        }
        grammar.link(library).map(Arc::new).map(Linked::Ready).map_err(refused)
    }

    pub(super) fn handle_grammar(&mut self, url: &Url, resource: &Resource) -> Run {
        let surroundings = Surroundings {
            base: Some(resource.url.clone()),
            mode: self.grammars.mode.unwrap_or(Mode::Voice),
            language: self.current.document.lang.clone().or_else(|| Some("en-US".to_owned())),
        };
        let grammar = Grammar::parse(&resource.body, &surroundings).map_err(refused)?;
        self.grammars.library.insert(url, grammar);
        self.prepare()
    }

    /// Another document has its own grammars.
    pub(super) fn forget_grammars(&mut self) {
        self.grammars = Grammars::default();
    }

    /// All grammars in scope, in order of precedence: item, dialog, document, root (§3.1.4).
    fn in_scope(&self) -> Vec<(Owner, Arc<GrammarSource>)> {
        let mut found = Vec::new();
        let Some(run) = &self.current.dialog else { return found };
        if let Some(item) = run.item() {
            of_item(item, &mut found);
            if is_modal(item) {
                return found;
            }
            of_links(&item.surroundings.links, &mut found);
        }
        found.extend(run.dialog.grammars.iter().map(|source| (Owner::Dialog, source.clone())));
        of_links(&run.dialog.surroundings.links, &mut found);
        of_document(&self.current.document, false, &run.dialog, &mut found);
        if let Some(root) = &self.current.root {
            of_document(root, true, &run.dialog, &mut found);
        }
        found.extend(self.universals());
        found
    }

    /// The platform's own words, as far as the property `universals` turns them on (§6.3.6).
    fn universals(&self) -> impl Iterator<Item = (Owner, Arc<GrammarSource>)> {
        let properties = Properties::of(self.current.surroundings());
        let on = properties.value("universals").unwrap_or("none");
        let words = ["help", "cancel", "exit"].into_iter().filter(|word| on == "all" || on.split_whitespace().any(|own| own == *word));
        let made = |word| Some((Owner::Universal(word), Arc::new(GrammarSource::of_words(word, Accept::Exact, word, None).ok()?)));
        words.filter_map(made).collect::<Vec<_>>().into_iter()
    }
}

enum Linked {
    Ready(Arc<Automaton>),
    Missing(Url, Fetching, Option<Mode>),
}

type Found = Vec<(Owner, Arc<GrammarSource>)>;

fn of_item(item: &Item, found: &mut Found) {
    found.extend(item.grammars.iter().map(|source| (Owner::Item, source.clone())));
    if let Some(menu) = item.menu() {
        found.extend(menu.grammars.iter().map(|(choice, source)| (Owner::Choice(*choice), source.clone())));
    }
}

fn of_links(links: &[Arc<Link>], found: &mut Found) {
    for link in links {
        found.extend(link.grammars.iter().map(|source| (Owner::Link(link.clone()), source.clone())));
    }
}

/// The links of a document, and the grammars of those dialogs that are active in all of it.
fn of_document(document: &Document, in_root: bool, current: &Arc<Dialog>, found: &mut Found) {
    of_links(&document.surroundings.links, found);
    for (place, dialog) in document.dialogs.iter().enumerate().filter(|(_, dialog)| !Arc::ptr_eq(dialog, current)) {
        let elsewhere = |choice| Owner::Elsewhere { in_root, dialog: place, choice };
        let public = dialog.grammars.iter().filter(|source| source.is_public.unwrap_or(dialog.is_public));
        found.extend(public.map(|source| (elsewhere(None), source.clone())));
        for menu in dialog.items.iter().filter(|_| dialog.is_public).filter_map(|item| item.menu()) {
            found.extend(menu.grammars.iter().map(|(choice, source)| (elsewhere(Some(*choice)), source.clone())));
        }
    }
}

fn is_modal(item: &Item) -> bool {
    match &item.kind {
        ItemKind::Field(field) => field.modal,
        ItemKind::Record(record) => record.modal,
        ItemKind::Transfer(_) => true,
        ItemKind::Block(_) | ItemKind::Initial | ItemKind::Menu(_) | ItemKind::Subdialog(_) | ItemKind::Object => false,
    }
}

/// A grammar that stands for one rule of another.
fn rule_of(url: &Url, mode: Mode) -> Result<Grammar, GrammarError> {
    let mode = match mode {
        Mode::Dtmf => "dtmf",
        Mode::Voice => "voice",
    };
    let uri = quick_xml::escape::escape(url.as_str());
    let text = format!(
        "<grammar xmlns=\"http://www.w3.org/2001/06/grammar\" version=\"1.0\" xml:lang=\"en\" mode=\"{mode}\" root=\"r\" \
         tag-format=\"semantics/1.0\"><rule id=\"r\"><ruleref uri=\"{uri}\"/><tag>out = rules.latest();</tag></rule></grammar>"
    );
    Grammar::parse(text.as_bytes(), &Surroundings::default())
}

fn plain(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

fn refused(error: GrammarError) -> Thrown {
    let event = match &error {
        GrammarError::UnknownBuiltin(_) => "error.unsupported.builtin",
        GrammarError::Malformed { .. }
        | GrammarError::Unlinked { .. }
        | GrammarError::BuiltinParameters { .. }
        | GrammarError::TooLarge { .. } => "error.badfetch",
    };
    Thrown::with(event, error.to_string())
}
