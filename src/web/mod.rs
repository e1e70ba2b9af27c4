//! The HTTP door for IVR platforms: reads what they post, asks the switchboard, renders the page.

mod access;
mod base;
mod door;
mod finishing;
mod flood;
mod form;
mod gateway;
mod grammars;
mod ivr;
mod keys;
mod metrics;
mod networks;
mod operations;
mod page;
mod receipts;
mod router;
mod server;
mod sounds;
mod waiting;

pub use access::{Access, Peer};
pub use base::Base;
pub use door::{Answered, Door};
pub use flood::Allowance;
pub use form::Posted;
pub use gateway::Gateway;
pub use keys::published_keys;
pub use networks::{Network, Networks, NotANetwork};
pub use operations::sum_up_metrics;
pub use server::{ServeError, Server};
