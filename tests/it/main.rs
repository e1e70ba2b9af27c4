//! Tests of what crosses rooms: one binary, one link.

mod browser;
mod browser_call;
