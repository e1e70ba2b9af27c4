//! SIP: messages, sessions and who may start them, without sockets and clocks (RFC 3261).

mod fields;
mod header_name;
mod headers;
mod host;
mod inspection;
mod malformed;
mod message;
mod method;
mod name_addr;
mod params;
mod reader;
mod refusal;
mod replaces;
mod sequence;
mod session_timer;
mod status;
mod token;
mod transport;
mod uri;
mod via;

pub use fields::SubscriptionState;
pub use headers::{BadHeader, Headers};
pub use host::Host;
pub use malformed::Malformed;
pub use message::{Message, Request, Response};
pub use method::Method;
pub use name_addr::{Contact, NameAddr};
pub use params::Params;
pub use refusal::{ParseError, Refusal};
pub use replaces::Replaces;
pub use sequence::{CSeq, RAck};
pub use session_timer::{Refresher, SessionExpires};
pub use status::reason_phrase;
pub use transport::Transport;
pub use uri::{Scheme, Uri};
pub use via::{BRANCH_COOKIE, Via};
