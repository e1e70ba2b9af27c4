//! A VoiceXML browser as a machine: pages, keys and time go in; fetches, prompts and outcomes come out (VoiceXML 2.0, 2.1).
//!
//! ```text
//! fetch ──> initialise root, document, dialog ──> select ──> collect ──> process ──┐
//!   ^                                               ^                              │
//!   └── goto, submit, subdialog, return             └── handlers, filled <─────────┘
//! ```

mod access_control;
mod action;
mod collection;
mod collector;
mod content;
mod context;
mod declarations;
mod dispatch;
mod document;
mod errand;
mod event;
mod event_class;
mod fetch_audio;
mod fetching;
mod form;
mod grammar_shelf;
mod grammar_source;
mod grammars;
mod handlers;
mod interpreter;
mod language;
mod ledger;
mod ledger_entry;
mod listening;
mod literal;
mod meanwhile;
mod method;
mod navigation;
mod odometer;
mod outset;
mod perform;
mod plain;
mod plain_syntax;
mod playing;
mod process;
mod properties;
mod read_content;
mod read_document;
mod read_event;
mod read_grammar;
mod read_item;
mod read_menu;
mod read_prompt;
mod reading;
mod recognition;
mod recording;
mod recording_watch;
mod scopes;
mod session_variables;
mod shelf;
mod speaking;
mod speech;
mod standing;
mod style;
mod subdialog;
mod submission;
mod thrown;
mod time;
mod tracing;
mod transferring;
mod variable_name;
mod xml_json;

pub use action::{
    Action, AudioSource, Ending, Fetch, Listening, Matched, Phrase, Reason, RecordRequest, Sound, Spoken, Trace, TransferRequest,
};
pub use document::TransferKind;
pub use event::{Event, FetchFailure, Recording, RecordingEnd, Resource, TransferOutcome};
pub use event_class::event_class;
pub use interpreter::{Interpreter, Start};
pub use method::Method;
pub use reading::DocumentError;
pub use session_variables::SessionVariables;
pub use style::{Phoneme, Prosody, SayAs, Style, VoiceWish};
pub use time::designation as time_designation;
