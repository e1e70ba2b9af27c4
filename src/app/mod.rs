//! The composition root: the one room that knows all others.

pub mod cli;

mod call;
mod cli_flow;
mod compose;
mod demo;
mod flow_check;
mod flow_diff;
mod flow_draw;
mod flow_files;
mod flow_fmt;
mod flows;
mod logging;
mod master_key;
mod serve;

pub use compose::{ComposeError, Composition, compose};
pub use flows::{FlowLibrary, FlowsError};
