//! The composition root: the one room that knows all others.

pub mod cli;

mod beside;
mod call;
mod cli_flow;
mod compose;
mod demo;
mod flow_check;
mod flow_diff;
mod flow_draw;
mod flow_files;
mod flow_fmt;
mod flow_test;
mod flows;
mod logging;
mod master_key;
mod records;
mod serve;
mod tasks;

pub use compose::{ComposeError, Composition, compose};
pub use demo::demo_text;
pub use flows::{FlowLibrary, FlowsError};
