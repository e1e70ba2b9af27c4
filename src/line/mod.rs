//! The telephone's doors: where its machines meet sockets, pipes and tasks.

mod address_guard;
mod fetch;
mod handset;
mod http_cache;
mod reply;
mod session;
mod srgs;
mod timeline;
mod vxml;

pub use address_guard::AddressGuard;
pub use fetch::{Fetching, HttpFetcher, HttpSetUpError};
pub use handset::{Asked, Caller, Handset, HandsetError, Happening, Pace};
pub use reply::Reply;
pub use session::session_variables;
pub use srgs::{SrgsError, match_lines};
pub use timeline::spoken_time;
pub use vxml::{VxmlError, VxmlOptions, run_vxml};
