//! Callward finds out who is calling: a VoiceXML/IVR telephony gateway server. The plan of the house is in `ARCHITECTURE.md`.

pub mod address;
pub mod app;
pub mod browser;
pub mod clients;
pub mod clock;
pub mod config;
pub mod consent;
pub mod demo;
pub mod diagram;
pub mod finding;
pub mod flow;
pub mod formatter;
pub mod grammar;
pub mod line;
pub mod lint;
pub mod rehearsal;
pub mod render;
pub mod revision;
pub mod script;
pub mod secret;
pub mod session;
pub mod store;
pub mod switchboard;
pub mod verify;
pub mod web;
pub mod xml;
