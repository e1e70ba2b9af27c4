//! How a rehearsed call ended, and what the platform got.

use std::fmt;

use super::transcript::Ends;

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallEnd {
    /// The caller hung up; nothing is returned then.
    pub by_caller: bool,
    /// What broke it off, where something did.
    pub fault: Option<String>,
    /// The returned names with their values.
    pub returned: Vec<(String, String)>,
}

impl CallEnd {
    /// The value returned under `name`; empty where there is none.
    pub fn value(&self, name: &str) -> &str {
        self.returned.iter().find(|(returned, _)| returned == name).map_or("", |(_, value)| value)
    }

    /// The ending in a transcript's words.
    pub fn ends(&self) -> Ends {
        let value = |name| Some(self.value(name).to_owned()).filter(|value| !value.is_empty());
        Ends {
            path: self.value("authPath").to_owned(),
            verdict: value("authStatus"),
            method: value("authMethod"),
            reason: value("authReason"),
        }
    }
}

impl fmt::Display for CallEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.fault, self.by_caller) {
            (Some(fault), _) => write!(f, "# the call broke off: {fault}"),
            (None, true) => f.write_str("# the call is over"),
            (None, false) => write!(f, "returns   {}", self.ends()),
        }
    }
}

impl Ends {
    /// Whether a call that ended so ended as this line tells; what the line leaves out may be anything.
    pub(super) fn fits(&self, came: &Ends) -> bool {
        let fits = |told: &Option<String>, came: &Option<String>| told.is_none() || told == came;
        self.path == came.path && fits(&self.verdict, &came.verdict) && fits(&self.method, &came.method) && fits(&self.reason, &came.reason)
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(verdict) = &self.verdict {
            write!(f, ": {verdict}")?;
        }
        if let Some(method) = &self.method {
            write!(f, " by {method}")?;
        }
        if let Some(reason) = &self.reason {
            write!(f, ", {reason}")?;
        }
        Ok(())
    }
}
