//! Callward through the doors that people use: HTTP, the command line, the browser, and the plan of the house. One binary, one link.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod browser;
mod browser_call;
mod browser_hostile;
mod conformance_vxml;
mod endings;
mod faults;
mod fetch;
mod house;
mod ivr;
mod limits;
mod log;
mod page;
mod schemas;
mod secrets;
mod vxml_run;
