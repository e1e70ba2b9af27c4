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
mod foreign_flows;
mod house;
mod ivr;
mod limits;
mod log;
mod lost_nodes;
mod page;
mod receipts;
mod schemas;
mod secrets;
mod vxml_run;
