//! SIP: messages, sessions and who may start them, without sockets and clocks (RFC 3261).
//!
//! A call, as [`UserAgent`] sees it:
//!
//! ```text
//!  INVITE comes ──> Incoming ── Accept ──> Established ── BYE comes ─────────────────────────> Over
//!                      │                   │  ^     │                                            ^
//!                      │ Refuse, CANCEL    │  └─ 2xx│to ours                                     │
//!                      │                   │        │ HangUp, session expired, nobody answers    │
//!  Dial ──> Outgoing ──┼───────────────────┘        └──> Leaving ── BYE answered or given up ────┤
//!              │       └───────────────────────────────────────────────────────────────────────> │
//!              └── refused, cancelled, nobody there ─────────────────────────────────────────────┘
//!
//!  in Established:  Idle ── Offer ──> Ours ── 2xx, refused ──> Idle     Ours ── 491 ──> Waiting ──> Ours
//!                   Idle ── re-INVITE or UPDATE comes ──> Theirs ── Accept, Refuse, CANCEL ──> Idle
//! ```

mod acceptance;
mod action;
mod admission;
mod answer;
mod answering;
mod body;
mod body_part;
mod call;
mod call_news;
mod calling;
mod client_invite;
mod client_non_invite;
mod client_transactions;
mod codec;
mod crypto;
mod dialog;
mod digest;
mod digest_client;
mod digest_fields;
mod digest_server;
mod direction;
mod dtmf_info;
mod ending;
mod errand;
mod event;
mod exchange;
mod fields;
mod framing;
mod hanging_up;
mod header_name;
mod headers;
mod host;
mod incoming;
mod informing;
mod infos;
mod inspection;
mod inviting;
mod ladder;
mod malformed;
mod media_line;
mod media_settings;
mod message;
mod method;
mod name_addr;
mod negotiated;
mod negotiation;
mod negotiation_error;
#[cfg(test)]
mod network;
#[cfg(test)]
mod network_acceptance;
#[cfg(test)]
mod network_admission;
#[cfg(test)]
mod network_calls;
#[cfg(test)]
mod network_changes;
#[cfg(test)]
mod network_strangers;
#[cfg(test)]
mod network_trouble;
mod nonce_book;
mod offering;
mod outgoing;
mod params;
mod peer;
mod post;
mod proven;
mod prover;
mod qop;
mod rate;
mod reader;
mod referring;
mod refreshing;
mod refusal;
mod registration;
mod reliable;
mod replaces;
mod requested;
mod retrying;
#[cfg(test)]
mod round_trips;
mod scheme;
mod sdp;
mod sequence;
mod server_invite;
mod server_non_invite;
mod server_transactions;
mod session_refresh;
mod session_timer;
mod status;
mod tally;
mod target;
mod timer_queue;
mod timing;
mod token;
mod transfer;
mod transport;
mod uri;
mod uri_parts;
mod user_agent;
mod via;

pub use action::{Action, Invitation};
pub use admission::Admission;
pub use body::Body;
pub use body_part::{SessionPart, session_part};
pub use call_news::{CallNews, SessionNews};
pub use codec::{CLOCK_RATE, Codec, Encoding, Format};
pub use crypto::{Crypto, CryptoLine, SrtpKey, SrtpSuite};
pub use digest::{Algorithm, Challenge, Credentials, Own};
pub use digest_client::{DigestClient, Unprovable};
pub use digest_server::{DigestServer, Proof};
pub use direction::Direction;
pub use dtmf_info::{DTMF, DTMF_RELAY, InfoKey, carries_keys};
pub use ending::{Cause, Ending, Side};
pub use event::{Account, CallId, Dial, Event, Order, Refused, Register, RegistrationId, Seeker};
pub use fields::SubscriptionState;
pub use framing::{Frame, Framing, FramingError};
pub use headers::{BadHeader, Headers};
pub use host::Host;
pub use ladder::ladder_line;
pub use malformed::Malformed;
pub use media_line::{MediaLine, Protocol, RtcpPlace};
pub use media_settings::{MediaSettings, Srtp};
pub use message::{Message, Request, Response};
pub use method::Method;
pub use name_addr::{Contact, NameAddr};
pub use negotiated::Negotiated;
pub use negotiation::Negotiation;
pub use negotiation_error::NegotiationError;
pub use params::Params;
pub use peer::{Peer, TransportProtocol};
pub use post::Settings;
pub use qop::Qop;
pub use rate::{RateLimit, RateSettings};
pub use refusal::{ParseError, Refusal};
pub use replaces::Replaces;
pub use scheme::Scheme;
pub use sdp::Sdp;
pub use sequence::{CSeq, RAck};
pub use session_refresh::SessionLimits;
pub use session_timer::{Refresher, SessionExpires};
pub use status::reason_phrase;
pub use tally::Tally;
pub use target::{AllowedPages, PageRequest, Target, TargetError};
pub use transport::Transport;
pub use uri::Uri;
pub use user_agent::UserAgent;
pub use via::{BRANCH_COOKIE, Via};
