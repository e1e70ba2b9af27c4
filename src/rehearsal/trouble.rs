//! Why a line of a transcript did not come true, before it is known where the line stands.

use std::error::Error;
use std::ops::Range;

use crate::finding::Finding;
use crate::flow::SettingFault;

/// What stops a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    rule: &'static str,
    what: String,
    pub hint: String,
}

impl Trouble {
    /// Something else happened than the line tells.
    pub fn difference(what: &str, came: impl Into<String>) -> Self {
        Self { rule: "difference", what: what.to_owned(), hint: came.into() }
    }

    /// The line asks for what there is not.
    pub fn unknown(what: String, hint: String) -> Self {
        Self { rule: "unknown-name", what, hint }
    }

    /// The bench itself failed.
    pub fn fault(error: &dyn Error) -> Self {
        Self { rule: "no-rehearsal", what: format!("this cannot be played: {error}"), hint: String::new() }
    }

    /// The trouble as a finding about the line that stands there.
    pub fn at(self, span: &Range<usize>) -> Finding {
        Finding::error(self.rule, span.clone(), self.what).hint(self.hint)
    }
}

impl From<SettingFault> for Trouble {
    fn from(fault: SettingFault) -> Self {
        Self::unknown(format!("{}: {}", fault.name, fault.what), fault.hint)
    }
}
