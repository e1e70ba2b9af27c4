//! Callward through the doors that people use: HTTP, the command line, the browser, and the plan of the house. One binary, one link.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get is its failure")]

mod access;
mod browser;
mod browser_caching;
mod browser_call;
mod browser_hostile;
mod browser_live;
mod browser_table;
mod caller;
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
mod plan;
#[path = "../../src/store/postgres_cluster.rs"]
mod postgres_cluster;
mod receipts;
mod recordings;
mod schemas;
mod secrets;
mod serving;
mod sip_door;
mod sip_peers;
mod sip_torture;
mod skip;
mod telephone;
mod telephone_house;
mod telephone_pages;
mod two_nodes;
mod versions;
mod vxml_run;
mod wire;
