//! The stand-ins: real servers on loopback in the place of the customer's services, for `callward demo` and for tests.

mod appointments;
mod authenticator;
mod codes;
mod consent_api;
mod consents;
mod customer;
mod http_server;
mod inbox;
mod inbox_feed;
mod inbox_page;
mod mail;
mod manner;
mod message;
mod next_steps;
mod routes;
mod service;
mod sms_gateway;
mod smtp_dialogue;
mod smtp_server;
mod socket;
mod stand_ins;
mod switches;
#[cfg(test)]
mod testing;
mod token_endpoint;
mod tokens;
mod web_services;
mod world;

pub use authenticator::Shown;
pub use consents::Written;
pub use customer::{ContactMethod, Customer, CustomerTable, UnknownMethod};
pub use inbox::{Delivery, Inbox};
pub use manner::{Fault, Manner};
pub use message::{Channel, Message, OpenMessage};
pub use next_steps::NextStep;
pub use service::Service;
pub use stand_ins::{Options, StandIns, StartError};
pub use tokens::Client;
pub use world::{Asked, World};
