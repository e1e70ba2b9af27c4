//! Callward finds out who is calling: a VoiceXML/IVR telephony gateway server. The plan of the house is in `ARCHITECTURE.md`.

pub mod app;
pub mod browser;
pub mod clock;
pub mod grammar;
pub mod line;
pub mod script;
pub mod secret;
pub mod xml;
