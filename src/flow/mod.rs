//! The flow language: what a flow file says, and the engine that walks a call through it.
//!
//! One call, one [`State`]; `advance` takes it from input to input:
//!
//! ```text
//!            Began                       Performed(outcome)
//!   Start ───────────┐              ┌──────────────────────── Effect
//!                    ▼              ▼                            ▲
//!              enter a step ─► outcome ─► target ─► next step ───┤ Perform
//!                    ▲                        │                  │
//!   Caller ──────────┘ Heard, Silence,        └─► exit ─► End    │
//!      ▲               NoMatch                                   │
//!      └──────────────────────── Speak ◄─────────────────────────┘
//! ```

mod amount;
mod book;
mod branch;
mod check;
mod check_code;
mod check_digit;
mod check_names;
mod check_words;
mod choose_method;
mod collect;
mod consent_read;
mod consent_set;
mod document;
mod effect;
mod ending;
mod engine;
mod expression;
mod expression_file;
mod facts;
mod file;
mod find_methods;
mod grammar_file;
mod input;
mod keys;
mod leave;
mod leaving;
mod listening;
mod menu;
mod method;
mod node;
mod prompts;
mod reaching;
mod reading;
mod reads;
mod recording;
mod require;
mod rule;
mod run;
#[cfg(test)]
mod sample;
mod say;
mod scalars;
mod schema;
mod schema_fields;
mod send_code;
mod set;
mod setting;
mod setting_file;
mod spoken;
mod stage;
mod state;
mod step;
mod subflow;
mod target;
mod targets;
mod template;
mod trail;
mod transfer;
mod turn;
mod varying;
mod version;
mod wait;
mod ways;
mod web_service;
mod words;
mod yes_no;

pub use amount::Amount;
pub use book::{Book, BookError, Chapter};
pub use branch::{Branch, Case};
pub use collect::{Collect, Collected, DigitRange};
pub use document::{Exit, Flow, FlowInput, InputKind, Needs};
pub use effect::{ConsentStatus, Effect, Outcome};
pub use ending::{Farewell, Verdict};
pub use engine::advance;
pub use expression::Expression;
pub use facts::{AnswerFacts, CallFacts, CodeFacts, ConsentFacts, Facts, Knowledge, MethodFacts, VerificationFacts};
pub use grammar_file::{GrammarFile, Grammars};
pub use input::{Advance, Input, Step};
pub use keys::{BoundKey, Keys};
pub use listening::Listening;
pub use menu::{Choice, Menu};
pub use method::{Method, Strength};
pub use prompts::{Prompt, Prompts};
pub use reaching::Reaching;
pub use reading::Located;
pub use recording::{Recording, Recordings};
pub use rule::{CodeGeneration, RULES, RuleDefinition, RuleKind, Rules};
pub use scalars::scalars;
pub use schema::schema;
pub use setting::{Overrides, ServiceUrls, Setting, SettingFault, SettingKind, Settings};
pub use spoken::Spoken;
pub use state::{Evidence, Frame, Held, State, Waiting};
pub use step::{Kind, Step as FlowStep};
pub use subflow::CallFlow;
pub use target::{Go, Target};
pub use template::{Part, Template};
pub use trail::{Passed, Waypoint};
pub use turn::{Act, Hold, KeyMeaning, Listen, Takes, Transfer, TransferKind, Transferred, Turn};
pub use varying::Varying;
pub use wait::Wait;
pub use ways::{By, Place, Way};
pub use words::{Piece, Words, apology};
