//! The composition root: the one room that knows all others.

pub mod cli;
