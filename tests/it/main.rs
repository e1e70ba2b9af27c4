//! Callward through the doors that people use: HTTP, the command line, and the plan of the house.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod endings;
mod faults;
mod house;
mod ivr;
mod limits;
mod log;
mod page;
mod schemas;
mod secrets;
