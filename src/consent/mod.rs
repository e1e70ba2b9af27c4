//! Consent to voice recognition: where it is read and written.

mod book;

pub use book::{ConsentBook, ConsentFault};
