//! Every door leads here: claim the turn, load the call, advance and perform, save, answer.

mod answer;
mod board;
mod directory;
mod effects;
mod ending;
mod error;
mod facts;
mod idle;
mod metrics;
mod notes;
mod opening;
mod receipts;
mod recent;
mod record;
mod resume;
mod sending;
mod services;
mod watch;

pub use answer::{Answer, Goodbye, Page, TurnInput};
pub use board::Switchboard;
pub use directory::{Directory, Process, Services, Tenant};
pub use error::SwitchboardError;
pub use opening::{CallVariables, Entry};
pub use watch::Watch;
