//! The canonical form of a flow file: how it is laid out, with every comment, every word and the order kept.

mod format;
mod tree;
mod write;

pub use format::{FormatError, format};
