//! What the telephone is given by whoever puts the house together: its own pages, and what results look like to the next hop.

use async_trait::async_trait;
use serde_json::Value;
use url::Url;

use crate::browser::{Fetch, FetchFailure, Resource};

/// Pages that are served in this process.
#[async_trait]
pub trait Pages: Send + Sync {
    /// Where the process of this code begins, of the tenant whose domain this is; `None` when there is no such process.
    async fn entry(&self, domain: &str, code: &str) -> Option<Url>;

    /// Whether this address is one of ours.
    fn serves(&self, url: &Url) -> bool;

    /// Does one request.
    async fn fetch(&self, request: &Fetch) -> Result<Resource, FetchFailure>;
}

/// What a call has come to, as headers for who goes on with it. Only asked while all that the call has read is of our own desk:
/// pages of others say nothing in its name.
pub trait ResultHeaders: Send + Sync {
    /// Of what a page gave when it ended: an object of names and values. `next_hop` is the host that gets them.
    fn of_exit(&self, exit: &Value, next_hop: &str) -> Vec<(String, String)>;

    /// Of a page that broke off.
    fn of_failure(&self, next_hop: &str) -> Vec<(String, String)>;

    /// Of the application-to-application information of a transfer.
    fn of_transfer(&self, aai: &str, next_hop: &str) -> Vec<(String, String)>;
}
