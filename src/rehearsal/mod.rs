//! The offline bench: plays `.call` transcripts against flows, in virtual time, and tells where a call went another way.

mod bench;
mod call_end;
mod consents;
mod coverage;
mod dialled;
mod discretion;
mod earlier;
mod expectation;
mod gateways;
mod handset;
mod house;
mod logbook;
mod moment;
mod offline;
mod outcome;
mod over_http;
mod page;
mod pattern;
mod player;
mod pressed;
mod read_given;
mod read_line;
mod reading;
mod rest;
mod services;
mod spoken;
mod telephone;
mod transcript;
#[cfg(test)]
mod transcripts;
mod trouble;
mod world;

pub use call_end::CallEnd;
pub use coverage::Coverage;
pub use house::Flows;
pub use moment::{Heard, Moment};
pub use outcome::CaseOutcome;
pub use pattern::{Bindings, Pattern};
pub use player::rehearse;
pub use telephone::Door;
pub use transcript::{Answer, Case, Consent, Ends, Given, Hears, Keys, Line, Manner, Never, Receives, Tells, Transcript};
