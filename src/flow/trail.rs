//! The way a call went through its flows: for coverage, and for whoever wants to know why a call is where it is.

/// Something that a call passed in a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passed {
    /// The flow's name.
    pub flow: String,
    /// What was passed there.
    pub place: Waypoint,
}

/// A place in a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waypoint {
    /// A step was entered.
    Step(String),
    /// A target was taken: the byte of the flow's file at which it begins.
    Target(usize),
    /// The flow was left by this exit.
    Exit(String),
}
