//! The answer to a hang-up: nobody hears it, so it only exits (VoiceXML 2.0 §1.5.4).

use askama::Template;

use super::frame::{Version, fill};

/// A page that exits.
#[derive(Debug, Clone, Copy, Template)]
#[template(path = "hang_up.vxml")]
pub struct HangUpPage {
    /// The version of VoiceXML.
    pub version: Version,
}

impl HangUpPage {
    /// The document.
    pub fn render(&self) -> String {
        fill(self, 256)
    }
}
