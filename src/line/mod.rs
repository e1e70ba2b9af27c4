//! The telephone's doors: where its machines meet sockets, pipes and tasks.

mod address_guard;
mod caller;
mod fetch;
mod handset;
mod http_cache;
mod media;
mod media_call;
mod media_news;
mod media_order;
mod media_speech;
mod media_thread;
mod pacing;
mod ports;
mod reply;
mod session;
mod srgs;
mod terminal;
mod timeline;
mod trace;
mod vxml;
mod wheel;

pub use address_guard::AddressGuard;
pub use caller::{Asked, Caller, Happening, Pace};
pub use fetch::{Fetching, HttpClients, HttpFetcher, HttpSetUpError};
pub use handset::{Handset, HandsetError};
pub use media::{Media, MediaError, MediaSettings, MediaStream};
pub use media_news::{Heard, MediaNews};
pub use media_order::{KeyRelay, MediaRemote};
pub use ports::PortError;
pub use reply::Reply;
pub use session::session_variables;
pub use srgs::{SrgsError, match_lines};
pub use terminal::{Show, Terminal, succeeded};
pub use timeline::spoken_time;
pub use vxml::{VxmlError, VxmlOptions, run_vxml};
