//! What a prompt sounds like: recordings by their longest phrases, synthesisers for the rest, and a cache before them.
//!
//! ```text
//! Speech ──> Speaker ──> Recorded (phrase book) ──unsaid──> Synthesised (cache ─> Engine) ──unsaid──> …
//!                                                            by_command.rs  by_http.rs
//! ```

mod by_command;
mod by_http;
mod cache;
mod engine;
mod english;
mod index;
mod languages;
mod numerals;
mod phrase_book;
mod recorded;
mod say_as;
mod settings;
mod spanish;
mod speaker;
mod speech;
mod synthesised;
mod tokens;
mod voice_trait;

pub use by_command::CommandEngine;
pub use by_http::HttpEngine;
pub use cache::SpeechCache;
pub use engine::{Engine, EngineError};
pub use index::{Entry, INDEX, Index, IndexError};
pub use phrase_book::PhraseBook;
pub use recorded::{Recorded, RecordingsError};
pub use say_as::{SayAs, SayAsKind};
pub use settings::{EngineKind, HttpSettings, SpeechSettings, Voices};
pub use speaker::{Said, Speak, Speaker};
pub use speech::{Span, Speech, Words};
pub use synthesised::Synthesised;
pub use voice_trait::{Part, Voice};
