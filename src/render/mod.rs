//! VoiceXML pages and SRGS grammars from what the flow wants to say and hear (VoiceXML 2.1, SRGS 1.0); pure, the files in `templates` and `grammars` hold the markup.

mod ecmascript;
mod end_page;
mod entry_page;
mod escape;
mod frame;
mod grammar_name;
mod hang_up_page;
mod hold_page;
mod key_set;
mod pressed;
mod prompt;
mod returned;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod schema;
mod transfer_page;
mod turn_page;
mod variable;

pub use end_page::EndPage;
pub use entry_page::EntryPage;
pub use escape::Xml;
pub use frame::{DialogKind, Version};
pub use grammar_name::{GrammarName, Grammars};
pub use hang_up_page::HangUpPage;
pub use key_set::KeySet;
pub use turn_page::TurnPage;
pub use variable::Variable;
