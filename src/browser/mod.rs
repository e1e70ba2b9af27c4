//! A VoiceXML browser as a machine: pages, keys and time go in; fetches, prompts and outcomes come out (VoiceXML 2.0, 2.1).
//!
//! ```text
//! fetch ──> initialise root, document, dialog ──> select ──> collect ──> process ──┐
//!   ^                                               ^                              │
//!   └── goto, submit, subdialog, return             └── handlers, filled <─────────┘
//! ```

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
mod fetching;
mod form;
mod grammar_shelf;
mod grammar_source;
mod grammars;
mod handlers;
mod interpreter;
mod listening;
mod method;
mod navigation;
mod odometer;
mod perform;
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
mod scopes;
mod speaking;
mod speech;
mod subdialog;
mod submission;
mod thrown;
mod time;
mod transferring;
mod xml_json;

pub use action::{Action, Ending, Fetch, Listening, Marked, Matched, Reason, RecordRequest, Sound, Spoken, Trace, TransferRequest};
pub use document::TransferKind;
pub use event::{Event, FetchFailure, Recording, RecordingEnd, Resource, TransferOutcome};
pub use interpreter::{Interpreter, Start};
pub use method::Method;
pub use reading::DocumentError;
