//! Executable content and prompts as a page wrote them (VoiceXML 2.0 §4.1, §5.3; 2.1 §5, §6).

use std::sync::Arc;

use super::method::{Enctype, Method};

/// The source of an ECMAScript expression.
pub(super) type Expression = Arc<str>;

/// A run of executable content.
pub(super) type Block = Arc<[Executable]>;

/// A text that is written down, or computed when it is needed.
#[derive(Debug, Clone)]
pub(super) enum Target {
    Literal(String),
    Computed(Expression),
}

/// The attributes that say how something is fetched (§6.1).
#[derive(Debug, Clone, Default)]
pub(super) struct Fetching {
    pub timeout: Option<String>,
    pub maxage: Option<String>,
    pub maxstale: Option<String>,
    pub audio: Option<String>,
}

/// One element of executable content (§5.3).
#[derive(Debug)]
pub(super) enum Executable {
    Var {
        name: String,
        expr: Option<Expression>,
    },
    /// Initialises the variable of a form item; only in a dialog's preamble.
    DeclareItem {
        index: usize,
        expr: Option<Expression>,
    },
    Assign {
        name: String,
        expr: Expression,
    },
    Clear {
        names: Option<Vec<String>>,
    },
    Script(Script),
    Data(DataSource),
    If(Vec<Branch>),
    Foreach {
        item: String,
        array: Expression,
        body: Block,
    },
    Prompt(Arc<Prompt>),
    Reprompt,
    Goto {
        destination: Destination,
        fetching: Fetching,
    },
    Submit(Submit),
    Exit {
        expr: Option<Expression>,
        names: Option<Vec<String>>,
    },
    Return(Return),
    Disconnect {
        names: Option<Vec<String>>,
    },
    Throw {
        event: Target,
        message: Option<Target>,
    },
    Log {
        label: Option<String>,
        expr: Option<Expression>,
        content: Vec<Piece>,
    },
}

/// Where a `<goto>` goes (§5.3.7).
#[derive(Debug)]
pub(super) enum Destination {
    Address(Target),
    Item(Target),
}

/// `<script>` (§5.3.12).
#[derive(Debug)]
pub(super) enum Script {
    Inline(Arc<str>),
    /// Only functions, by their names: they can be declared whenever something is computed.
    Functions {
        source: Arc<str>,
        names: Vec<String>,
    },
    External {
        target: Target,
        charset: Option<String>,
        fetching: Fetching,
    },
}

/// `<data>` (2.1 §5).
#[derive(Debug)]
pub(super) struct DataSource {
    pub name: Option<String>,
    pub target: Target,
    pub names: Option<Vec<String>>,
    pub method: Method,
    pub enctype: Enctype,
    pub fetching: Fetching,
}

/// A part of `<if>`: the condition (none for `<else>`) and what is done.
#[derive(Debug)]
pub(super) struct Branch {
    pub cond: Option<Expression>,
    pub body: Block,
}

/// `<submit>` (§5.3.8).
#[derive(Debug)]
pub(super) struct Submit {
    pub target: Target,
    pub names: Option<Vec<String>>,
    pub method: Method,
    pub enctype: Enctype,
    pub fetching: Fetching,
}

/// `<return>` (§5.3.10).
#[derive(Debug)]
pub(super) enum Return {
    Names(Vec<String>),
    Event { event: Target, message: Option<Target> },
}

/// `<prompt>` (§4.1).
#[derive(Debug)]
pub(super) struct Prompt {
    pub count: u32,
    pub cond: Option<Expression>,
    pub bargein: Option<bool>,
    pub bargeintype: Option<String>,
    pub timeout: Option<String>,
    pub lang: Option<String>,
    pub base: Option<String>,
    pub content: Vec<Piece>,
}

/// What a prompt is made of: text, VoiceXML's own elements and SSML (SSML 1.0).
#[derive(Debug)]
pub(super) enum Piece {
    Text(String),
    Value(Expression),
    Audio {
        source: Target,
        fetching: Fetching,
        fallback: Vec<Piece>,
    },
    Mark {
        name: Target,
    },
    Break {
        time: Option<String>,
        strength: Option<String>,
    },
    Enumerate {
        template: Option<Vec<Piece>>,
    },
    Foreach {
        item: String,
        array: Expression,
        body: Vec<Piece>,
    },
    /// An SSML element with what stands inside it.
    Markup {
        element: String,
        attributes: Vec<(String, String)>,
        content: Vec<Piece>,
    },
}
