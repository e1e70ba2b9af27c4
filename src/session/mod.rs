//! A call from turn to turn: its address, what is remembered of it, and what it returns in the end.

mod address;
mod body;
mod journal;
mod results;
mod row;

pub use address::{AddressError, CallAddress};
pub use body::{Call, CallBody, Ended, Live, Unreadable};
pub use journal::{Event, Journal};
pub use results::Results;
pub use row::{OpenRow, Row};
