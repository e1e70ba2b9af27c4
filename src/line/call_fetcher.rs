//! Fetches for one call: our own pages in this process, all others over HTTP; and the sounds in its prompts.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::fetch::{Fetching, HttpFetcher};
use super::pages::Pages;
use super::sound_shelf::SoundShelf;
use crate::audio::{Sound, read_wav};
use crate::browser::{AudioSource, Fetch, FetchFailure, Method, Resource};

/// Fetches for one call, page and sounds at the same time.
pub(super) struct CallFetcher {
    /// `None` for a call that was sent to somebody else's page: it sees nothing of the inside.
    pages: Option<Arc<dyn Pages>>,
    http: Mutex<HttpFetcher>,
    shelf: Arc<SoundShelf>,
}

impl CallFetcher {
    pub fn new(pages: Option<Arc<dyn Pages>>, http: HttpFetcher, shelf: Arc<SoundShelf>) -> Self {
        Self { pages, http: Mutex::new(http), shelf }
    }

    pub async fn fetch(&self, request: &Fetch) -> Result<Resource, FetchFailure> {
        let Some(pages) = self.pages.as_ref().filter(|pages| pages.serves(&request.url)) else {
            return self.http.lock().await.fetch(request).await;
        };
        let patience = request.timeout.max(Duration::from_millis(1));
        tokio::time::timeout(patience, pages.fetch(request)).await.unwrap_or(Err(FetchFailure::TimedOut))
    }

    /// Whether this is an address of our own desk, and the call may go there.
    pub fn is_own(&self, url: &url::Url) -> bool {
        self.pages.as_ref().is_some_and(|pages| pages.serves(url))
    }

    /// The sound at an address; `None` when it cannot be had, or is none.
    pub async fn sound(&self, source: &AudioSource) -> Option<Sound> {
        let url = url::Url::parse(&source.url).ok()?;
        let is_own = self.is_own(&url);
        if let Some(sound) = is_own.then(|| self.shelf.find(&source.url)).flatten() {
            return Some(sound);
        }
        let AudioSource { timeout, maxage, maxstale, .. } = *source;
        let request = Fetch { id: 0, url, method: Method::Get, body: None, timeout, maxage, maxstale };
        let sound = self.fetch(&request).await.ok().and_then(|resource| read_wav(&resource.body).ok())?;
        if is_own {
            self.shelf.put(&source.url, &sound);
        }
        Some(sound)
    }
}
