//! Callward through the doors that people use: HTTP, the command line, the browser, and the plan of the house. One binary, one link.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get is its failure")]

mod access;
mod bare_calls;
mod bare_telephone;
mod baresip;
mod baresip_calls;
mod browser;
mod browser_caching;
mod browser_call;
mod browser_hostile;
mod browser_live;
mod browser_table;
mod caller;
mod captured_keys;
mod command_line;
mod conformance_vxml;
mod endings;
mod faults;
mod fetch;
mod flow_docs;
mod foreign_flows;
mod gateway;
mod hostile;
mod hostile_clients;
mod house;
mod ivr;
mod killed;
mod limits;
mod log;
mod lost_nodes;
mod media;
mod other_flows;
mod page;
mod peer_programs;
mod plan;
#[path = "../../src/store/postgres_cluster.rs"]
mod postgres_cluster;
mod receipts;
mod recognition;
mod recordings;
mod schemas;
mod secrets;
mod serving;
mod sip_torture;
mod sipp_calls;
mod skip;
mod softphone;
mod telephone;
mod telephone_house;
mod telephone_pages;
mod telephone_transfers;
mod two_nodes;
mod versions;
mod vxml_run;
mod wire;
