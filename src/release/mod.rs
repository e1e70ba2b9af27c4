//! What is live for new calls, and where the flow versions of calls in progress come from.
//!
//! ```text
//!   flow files ─┐                    ┌─► live: new calls begin on it
//!               ├─► choose ─► Shelf ─┤
//!   releases ───┘      (bound with   └─► older ones: calls in progress stay on theirs
//!   in the store       the settings)              ▲
//!                                                 └── read from the store, once, where this node has it not
//! ```

mod binding;
mod choice;
mod counts;
mod edition;
mod files;
mod releases;
mod search;
mod shelf;
mod warnings;

pub use binding::{Binding, Misfit};
pub use edition::Edition;
pub use files::{Damaged, Flows, flows_of};
pub use releases::{Found, Releases, Wrong};
pub use search::{SearchError, find_version, live_version, short};
pub use shelf::Shelf;
pub use warnings::Warnings;
