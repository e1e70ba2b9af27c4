//! Where something stands in a configuration, with its line as it may be shown.

use std::ops::Range;

use crate::finding::{Finding, Source};

/// Something wrong with the configuration, and the source that it is shown with. It holds no secret.
pub type Found = (Source, Finding);

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as it was named, or `environment`: every other line left blank, and `*` for what nobody may read.
    pub source: Source,
    /// The bytes of that source.
    pub span: Range<usize>,
}

impl Place {
    /// What is wrong here, and what to do.
    pub fn finding(self, what: impl Into<String>, hint: impl Into<String>) -> Found {
        (self.source, Finding::error("", self.span, what).hint(hint))
    }
}
