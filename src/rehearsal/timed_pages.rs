//! Our own pages, as long as they take in the rehearsed world: what a page does outside moves the world's clock, and its caller waits.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep};
use url::Url;

use crate::browser::{Fetch, FetchFailure, Resource};
use crate::clock::Clock;
use crate::line::Pages;
use crate::passage::OwnPages;

use super::engaged::Engaged;

/// Pages that keep the time of the line and of the world together.
pub(super) struct TimedPages {
    pub own: OwnPages,
    pub clock: Clock,
    pub engaged: Arc<Engaged>,
}

#[async_trait]
impl Pages for TimedPages {
    async fn entry(&self, domain: &str, code: &str) -> Option<Url> {
        self.own.entry(domain, code).await
    }

    fn serves(&self, url: &Url) -> bool {
        self.own.serves(url)
    }

    async fn fetch(&self, request: &Fetch) -> Result<Resource, FetchFailure> {
        self.engaged.begin();
        let fetched = self.fetch_in_time(request).await;
        self.engaged.end(Instant::now().into_std());
        fetched
    }
}

impl TimedPages {
    async fn fetch_in_time(&self, request: &Fetch) -> Result<Resource, FetchFailure> {
        let asked_at = self.clock.now();
        let resource = self.own.fetch(request).await?;
        let took = Duration::try_from(self.clock.now().duration_since(asked_at)).unwrap_or_default();
        sleep(took.min(request.timeout)).await;
        if took > request.timeout { Err(FetchFailure::TimedOut) } else { Ok(resource) }
    }
}
