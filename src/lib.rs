//! Callward finds out who is calling: a VoiceXML/IVR telephony gateway server. The plan of the house is in `ARCHITECTURE.md`.

pub mod clients;
pub mod clock;
pub mod config;
pub mod finding;
pub mod flow;
pub mod render;
pub mod secret;
pub mod store;
pub mod xml;
