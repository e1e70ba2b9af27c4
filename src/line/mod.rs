//! The telephone's doors: where its machines meet sockets, pipes and tasks.

mod address_guard;
mod caller;
mod conversation;
mod fetch;
mod handset;
mod handset_error;
mod http_cache;
mod reply;
mod session;
mod srgs;
mod terminal;
mod timeline;
mod trace;
mod vxml;

pub use address_guard::AddressGuard;
pub use caller::{Asked, Caller, Happening, Pace};
pub use fetch::{Fetching, HttpClients, HttpFetcher, HttpSetUpError};
pub use handset::Handset;
pub use handset_error::HandsetError;
pub use reply::{Reply, ReplyError};
pub use session::session_variables;
pub use srgs::{SrgsError, match_lines};
pub use terminal::{Show, Terminal, succeeded};
pub use timeline::spoken_time;
pub use vxml::{VxmlError, VxmlOptions, read_script, run_vxml};
