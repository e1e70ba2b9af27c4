//! The telephone's doors: where its machines meet sockets, pipes and tasks.

mod srgs;

pub use srgs::{SrgsError, match_lines};
