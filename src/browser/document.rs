//! The typed model of a VoiceXML document: what a page says, checked and ready to be interpreted (VoiceXML 2.0 §1.4–§2, 2.1).

use std::sync::Arc;

use url::Url;

use super::content::{Block, Executable, Expression, Fetching, Prompt, Target};
use super::grammar_source::GrammarSource;
use super::method::{Enctype, Method};

/// One `<vxml>` page.
#[derive(Debug)]
pub(super) struct Document {
    /// Where it came from, without fragment.
    pub url: Url,
    /// What relative addresses in it are relative to (`xml:base`, else the address).
    pub base: Url,
    /// Address of the application root document, where one is named.
    pub application: Option<Url>,
    /// `xml:lang`.
    pub lang: Option<String>,
    /// `<var>`, `<script>` and `<data>` in document order: what initialises the document.
    pub preamble: Block,
    /// What holds in the whole document.
    pub surroundings: Surroundings,
    /// Forms and menus in document order.
    pub dialogs: Vec<Arc<Dialog>>,
}

/// What an element makes hold for everything inside it.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// `<property>`.
    pub properties: Vec<Property>,
    /// `<catch>` and its shorthands.
    pub handlers: Vec<Arc<Handler>>,
    /// `<link>`.
    pub links: Vec<Arc<Link>>,
}

/// One `<property name value>`.
#[derive(Debug, Clone)]
pub(super) struct Property {
    pub name: String,
    pub value: String,
}

/// An event handler (§5.2.2): `<catch>`, `<error>`, `<help>`, `<noinput>`, `<nomatch>`.
#[derive(Debug)]
pub(super) struct Handler {
    /// Event names; an empty list catches all.
    pub events: Vec<String>,
    pub count: u32,
    pub cond: Option<Expression>,
    pub content: Block,
    pub line: u32,
}

/// A `<link>` (§2.5): its grammars are active wherever it is in scope.
#[derive(Debug)]
pub(super) struct Link {
    pub grammars: Vec<Arc<GrammarSource>>,
    pub outcome: Outcome,
}

/// What a link or a choice leads to.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// `next` or `expr`.
    Goto { target: Target, fetching: Fetching },
    /// `event` or `eventexpr`.
    Throw { event: Target, message: Option<Target> },
}

/// A form, or a menu seen as a form with one item.
#[derive(Debug)]
pub(super) struct Dialog {
    pub id: Option<String>,
    /// `scope="document"`: its grammars are active in the whole document (§3.1.3).
    pub is_public: bool,
    /// Variables, scripts, data and form item variables in document order: what initialises the dialog.
    pub preamble: Block,
    pub surroundings: Surroundings,
    pub grammars: Vec<Arc<GrammarSource>>,
    pub items: Vec<Arc<Item>>,
    /// Form-level `<filled>` and those of the items, in document order.
    pub filled: Vec<Arc<Filled>>,
}

/// A form item (§2.1.3).
#[derive(Debug)]
pub(super) struct Item {
    /// The name a page can use; nameless items have none.
    pub name: Option<String>,
    /// The key of its variable in the dialog's scope: the name, or one that no page can write.
    pub variable: String,
    pub cond: Option<Expression>,
    pub kind: ItemKind,
    pub prompts: Vec<Arc<Prompt>>,
    pub grammars: Vec<Arc<GrammarSource>>,
    pub surroundings: Surroundings,
    pub line: u32,
}

/// What sort of form item it is, with what only that sort has.
#[derive(Debug)]
pub(super) enum ItemKind {
    Block(Block),
    Initial,
    Field(Field),
    Menu(Menu),
    Subdialog(Subdialog),
    Object,
    Record(Record),
    Transfer(Transfer),
}

impl ItemKind {
    /// Input items take something from outside (§2.3); the others are control items.
    pub fn is_input(&self) -> bool {
        !matches!(self, Self::Block(_) | Self::Initial)
    }
}

/// `<field>` (§2.3.1).
#[derive(Debug)]
pub(super) struct Field {
    pub slot: Option<String>,
    pub modal: bool,
    /// `<option>` elements, for `<enumerate>`.
    pub options: Vec<Entry>,
}

/// `<menu>` (§2.2).
#[derive(Debug)]
pub(super) struct Menu {
    pub entries: Vec<Entry>,
    /// One for each entry.
    pub outcomes: Vec<Outcome>,
    /// Grammars written inside choices, each with the index of its choice.
    pub grammars: Vec<(usize, Arc<GrammarSource>)>,
}

/// What `<enumerate>` tells of a choice or an option.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub words: String,
    pub dtmf: Option<String>,
}

/// `<subdialog>` (§2.3.4).
#[derive(Debug)]
pub(super) struct Subdialog {
    pub target: Target,
    pub namelist: Option<Vec<String>>,
    pub method: Method,
    pub enctype: Enctype,
    pub parameters: Vec<Parameter>,
    pub fetching: Fetching,
}

/// `<param>` (§6.4).
#[derive(Debug)]
pub(super) struct Parameter {
    pub name: String,
    pub value: Target,
}

/// `<record>` (§2.3.6).
#[derive(Debug)]
pub(super) struct Record {
    pub beep: bool,
    pub maxtime: Option<String>,
    pub finalsilence: Option<String>,
    pub dtmfterm: bool,
    pub modal: bool,
    pub media_type: Option<String>,
}

/// `<transfer>` (§2.3.7, 2.1 §9).
#[derive(Debug)]
pub(super) struct Transfer {
    pub dest: Target,
    pub kind: TransferKind,
    pub connecttimeout: Option<String>,
    pub maxtime: Option<String>,
    pub aai: Option<Target>,
    /// `transferaudio`.
    pub audio: Option<String>,
}

/// How a call is transferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferKind {
    /// The browser stays in the call and comes back when the far end is gone.
    Bridge,
    /// The call is given away at once.
    Blind,
    /// The call is given away once the far end has answered.
    Consultation,
}

impl TransferKind {
    /// The word of the `type` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bridge => "bridge",
            Self::Blind => "blind",
            Self::Consultation => "consultation",
        }
    }
}

/// `<filled>` (§2.4).
#[derive(Debug)]
pub(super) struct Filled {
    /// The item it stands in; none where it stands in the form.
    pub item: Option<usize>,
    /// `mode="any"`; `all` otherwise.
    pub any: bool,
    pub namelist: Option<Vec<String>>,
    pub content: Block,
}

impl Item {
    /// Its choices, where it is a menu.
    pub fn menu(&self) -> Option<&Menu> {
        let ItemKind::Menu(menu) = &self.kind else { return None };
        Some(menu)
    }
}

impl Dialog {
    /// The item called `name`.
    pub fn item(&self, name: &str) -> Option<usize> {
        self.items.iter().position(|item| item.name.as_deref() == Some(name))
    }
}

impl Document {
    /// The document that a session is in before its first one has come: it has nothing in it.
    pub fn blank(url: &Url) -> Self {
        Self {
            url: url.clone(),
            base: url.clone(),
            application: None,
            lang: None,
            preamble: Arc::from([]),
            surroundings: Surroundings::default(),
            dialogs: Vec::new(),
        }
    }

    /// The dialog called `id`, or the first one when no name is given.
    pub fn dialog(&self, id: Option<&str>) -> Option<&Arc<Dialog>> {
        match id {
            Some(id) => self.dialogs.iter().find(|dialog| dialog.id.as_deref() == Some(id)),
            None => self.dialogs.first(),
        }
    }

    /// Address of the application root: another document's, or its own.
    pub fn root_url(&self) -> &Url {
        self.application.as_ref().unwrap_or(&self.url)
    }
}

/// An item variable's place among what initialises a dialog.
pub(super) fn declaration(index: usize, expr: Option<Expression>) -> Executable {
    Executable::DeclareItem { index, expr }
}
