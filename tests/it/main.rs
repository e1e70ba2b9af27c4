//! Tests of what crosses rooms: one binary, one link.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get is its failure")]

mod browser;
mod browser_call;
mod browser_hostile;
mod conformance_vxml;
mod fetch;
mod vxml_run;
