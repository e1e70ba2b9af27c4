//! What all pages share: version, language, what they return, and what they do when the caller or we go away (VoiceXML 2.0 §1.5, §5.2).

use askama::Template;

use crate::flow::{Words, apology};

use super::prompt::Prompt;
use super::returned::Returned;

/// How the platform runs a dialog, and so how it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogKind {
    /// A main document: ends with `<exit>`.
    Main,
    /// A subdialog: ends with `<return>`.
    Subdialog,
}

/// The version of VoiceXML that a page is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// VoiceXML 2.0, for older platforms.
    V20,
    /// VoiceXML 2.1.
    #[default]
    V21,
}

impl DialogKind {
    /// The element that ends it.
    pub(super) fn leave(self) -> &'static str {
        match self {
            DialogKind::Main => "exit",
            DialogKind::Subdialog => "return",
        }
    }
}

impl Version {
    /// The version named so in settings; anything but `2.0` is 2.1.
    pub fn named(name: &str) -> Self {
        if name == "2.0" { Version::V20 } else { Version::V21 }
    }

    /// The name in `<vxml version>`.
    pub fn name(self) -> &'static str {
        match self {
            Version::V20 => "2.0",
            Version::V21 => "2.1",
        }
    }
}

/// The outermost part of a page (`page.vxml`).
pub(super) struct Frame<'a> {
    pub version: Version,
    pub kind: DialogKind,
    pub language: &'a str,
    /// The address of the turn, where a hang-up is told; `None` where there is no call.
    pub turn: Option<&'a str>,
    /// The sound that is heard while the next page takes longer than 2 s (§6.3.5).
    pub hold: Option<&'a str>,
    /// Where recordings are: what stands before their addresses.
    pub sounds: &'a str,
    /// What is returned, should an error end the dialog here.
    pub returned: &'a Returned,
    pub apology: Words,
}

impl<'a> Frame<'a> {
    pub fn new(version: Version, kind: DialogKind, language: &'a str, turn: Option<&'a str>, returned: &'a Returned) -> Self {
        Self { version, kind, language, turn, hold: None, sounds: "", returned, apology: apology(language) }
    }

    pub fn holding(self, hold: Option<&'a str>) -> Self {
        Self { hold, ..self }
    }

    pub fn sounding(self, sounds: &'a str) -> Self {
        Self { sounds, ..self }
    }

    pub fn apologize(&self) -> Prompt<'_> {
        Prompt::always(&self.apology, self.language, self.sounds)
    }
}

/// Fills a template into one string; writing into a string cannot fail.
pub(super) fn fill(template: &impl Template, capacity: usize) -> String {
    let mut page = String::with_capacity(capacity);
    let filled = template.render_into(&mut page);
    debug_assert!(filled.is_ok(), "a template refused to be written: {filled:?}");
    page
}
