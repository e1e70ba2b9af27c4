//! The page of a transfer: says its words, puts the caller through, and tells the engine how it went (VoiceXML 2.0 §2.3.7).

use askama::Template;
use url::form_urlencoded;

use crate::flow::{Transfer, TransferKind, Words};

use super::frame::Frame;
use super::prompt::Prompt;

/// What fills the page.
#[derive(Template)]
#[template(path = "transfer.vxml")]
pub(super) struct TransferTemplate<'a> {
    pub frame: Frame<'a>,
    pub submit: &'a str,
    pub said: &'a [Words],
    pub transfer: &'a Transfer,
}

impl TransferTemplate<'_> {
    fn prompts(&self) -> impl Iterator<Item = Prompt<'_>> {
        self.said.iter().map(|words| Prompt::always(words, self.frame.language, self.frame.sounds))
    }

    /// The results so far, for who goes on with the call: a form in the application-to-application information (§2.3.7.2).
    fn aai(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.transfer.results).finish()
    }

    fn bridges(&self) -> bool {
        match self.transfer.kind {
            TransferKind::Bridge => true,
            TransferKind::Blind => false,
        }
    }
}
