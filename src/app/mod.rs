//! The composition root: the one room that knows all others.

pub mod cli;

mod beside;
mod call;
mod call_request;
mod call_sip;
mod cli_flow;
mod cli_prompts;
mod compose;
mod demo;
mod flow_check;
mod flow_diff;
mod flow_draw;
mod flow_files;
mod flow_fmt;
mod flow_publish;
mod flow_rollback;
mod flow_test;
mod flow_versions;
mod flows;
mod folder_watch;
mod following;
mod logging;
mod master_key;
mod preparation;
mod prompts;
mod prompts_render;
mod records;
mod release_desk;
mod serve;
mod tasks;
mod telephone;
mod voices;
mod wanted;

pub use compose::{ComposeError, Composition, compose};
pub use demo::demo_text;
pub use flows::{FlowLibrary, FlowsError};
pub use folder_watch::FolderWatch;
pub use following::reread;
pub use telephone::{OpenTelephone, TelephoneError, open_telephone};
pub use voices::speaker;
