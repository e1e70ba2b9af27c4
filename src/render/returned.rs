//! What a dialog gives back, as pages declare and name it (VoiceXML 2.0 §5.3.9, §5.3.10).

use std::fmt::Write;
use std::sync::LazyLock;

use super::variable::{UNREACHABLE, Variable};

/// Variables that are returned, written out: most pages return the same ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Returned {
    /// A `<var>` for each, a line each.
    pub declarations: String,
    /// Their names for a `namelist`.
    pub names: String,
}

impl Returned {
    /// These variables.
    pub fn of(variables: &[Variable<'_>]) -> Self {
        let names: Vec<&str> = variables.iter().map(Variable::name).collect();
        let mut declarations = String::new();
        for variable in variables {
            // Neither a variable's name nor its literal holds markup.
            let written = writeln!(declarations, r#"<var name="{}" expr="'{}'"/>"#, variable.name(), variable.literal());
            debug_assert!(written.is_ok(), "a string takes everything");
        }
        Self { declarations, names: names.join(" ") }
    }

    /// What the caller's platform gets to see when a page cannot reach us.
    pub fn unreachable() -> &'static Self {
        static UNREACHED: LazyLock<Returned> = LazyLock::new(|| Returned::of(&UNREACHABLE));
        &UNREACHED
    }
}
