//! Whoever wants to know which way calls go.

use crate::flow::Passed;

/// Somebody who is told what a call passes in its flows, in order.
pub trait Watch: Send + Sync {
    /// A call passed these.
    fn passed(&self, passed: Vec<Passed>);
}
