//! The operator's configuration: one TOML file and the environment, read into values that can be trusted, or into findings.

mod connections;
mod document;
mod environment;
#[cfg(test)]
mod example;
#[cfg(test)]
mod from_outside;
mod http;
mod item;
mod limits;
mod load;
mod place;
mod platforms;
mod process;
mod reading;
#[cfg(test)]
mod renderings;
mod section;
mod sip;
mod source;
mod speech;
mod storage;
mod tenant;
#[cfg(test)]
mod unknown_keys;

pub use connections::Connections;
pub use http::{Http, Tls};
pub use load::{Config, ConfigError, Findings};
pub use place::{Found, Place};
pub use platforms::Platforms;
pub use process::{Placed, Process};
pub use sip::{Login, Sip};
pub use storage::Storage;
pub use tenant::Tenant;
