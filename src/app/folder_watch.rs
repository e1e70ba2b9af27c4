//! Notices that something has changed in a folder.

use std::path::Path;
use std::time::Duration;

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::timeout;

/// How long nothing more may change before a change counts: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(200);
/// How long a change waits for quiet at most.
const LONGEST: Duration = Duration::from_secs(3);

/// Watches a folder with everything in it, for as long as it lives.
pub struct FolderWatch {
    news: Receiver<()>,
    _watcher: RecommendedWatcher,
}

impl FolderWatch {
    /// Begins to watch. Files that are written in place, replaced by a rename, new or gone all count.
    pub fn start(folder: &Path) -> Result<Self, notify::Error> {
        let (tell, news) = channel(1);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // An error means that events were lost. Reading is no change: we read the files ourselves.
            if event.map_or(true, |event| !event.kind.is_access()) {
                // A full channel says already that something has changed.
                let _ = tell.try_send(());
            }
        })?;
        watcher.watch(folder, RecursiveMode::Recursive)?;
        Ok(Self { news, _watcher: watcher })
    }

    /// Waits until something has changed, and then has been quiet for a moment; `false` when nothing will come any more.
    pub async fn changed(&mut self) -> bool {
        let is_news = self.news.recv().await.is_some();
        let settled = async { while let Ok(Some(())) = timeout(QUIET, self.news.recv()).await {} };
        // Whoever writes all the time is read all the same.
        let _ = timeout(LONGEST, settled).await;
        is_news
    }
}
