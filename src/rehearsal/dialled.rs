//! What a caller dials, and what the platform says of the call.

/// What is dialled.
#[derive(Debug, Clone)]
pub(super) struct Dialled {
    /// Code of the process.
    pub process: String,
    /// Call variables; a later one of the same name counts.
    pub variables: Vec<(String, String)>,
}

impl Dialled {
    /// The variable of that name; empty where there is none.
    pub fn variable(&self, name: &str) -> &str {
        self.variables.iter().rev().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}
