//! Fetches for one call: our own pages in this process, all others over HTTP; and the sounds in its prompts.

use std::sync::Arc;
use std::time::Duration;

use super::fetch::HttpFetcher;
use super::pages::Pages;
use super::sound_shelf::SoundShelf;
use crate::audio::{Sound, read_wav};
use crate::browser::{AudioSource, Fetch, FetchFailure, Method, Resource};

/// Fetches for one call, page and sounds at the same time.
pub(super) struct CallFetcher {
    /// `None` for a call that was sent to somebody else's page: it sees nothing of the inside.
    pages: Option<Arc<dyn Pages>>,
    http: HttpFetcher,
    shelf: Arc<SoundShelf>,
}

impl CallFetcher {
    pub fn new(pages: Option<Arc<dyn Pages>>, http: HttpFetcher, shelf: Arc<SoundShelf>) -> Self {
        Self { pages, http, shelf }
    }

    pub async fn fetch(&self, request: &Fetch) -> Result<Resource, FetchFailure> {
        let Some(pages) = self.pages.as_ref().filter(|pages| pages.serves(&request.url)) else {
            return self.http.bring(request).await;
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use url::Url;

    use super::*;
    use crate::clock::Clock;
    use crate::line::{AddressGuard, HttpClients};

    #[tokio::test]
    async fn a_page_does_not_wait_for_a_sound() {
        let origin = serve().await;
        let http = HttpFetcher::with(HttpClients::new().unwrap(), AddressGuard::new(&origin, &[]), Clock::system());
        let fetcher = CallFetcher::new(None, http, Arc::default());
        let (url, timeout) = (origin.join("page").unwrap(), Duration::from_secs(20));
        let sound =
            AudioSource { url: origin.join("sound").unwrap().to_string(), timeout, maxage: None, maxstale: None, fallback: Vec::new() };
        let page = Fetch { id: 1, url, method: Method::Get, body: None, timeout, maxage: None, maxstale: None };

        let brought = tokio::select! {
            biased;
            _ = fetcher.sound(&sound) => panic!("the sound has no end"),
            brought = fetcher.fetch(&page) => brought.unwrap(),
        };

        assert_eq!(brought.body, b"here");
    }

    /// A server whose page comes at once, and whose sound never does.
    async fn serve() -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream));
            }
        });
        origin
    }

    async fn answer(mut stream: TcpStream) {
        let mut head = vec![0; 4096];
        let length = stream.read(&mut head).await.unwrap();
        if head[..length].starts_with(b"GET /page ") {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere").await.unwrap();
        }
        std::future::pending::<()>().await;
    }
}
