//! Pages that were read before: calls that get the same bytes from the same address share one document.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use url::Url;

use super::document::Document;
use super::reading::DocumentError;

/// Most bytes of pages that are kept. Their documents take some times as much, and most pages are one call's own.
const MOST_BYTES: usize = 1 << 20;

static SHELF: LazyLock<Mutex<Shelf>> = LazyLock::new(|| Mutex::new(Shelf::default()));

#[derive(Default)]
struct Shelf {
    pages: HashMap<Url, Page>,
    bytes: usize,
}

struct Page {
    text: Vec<u8>,
    document: Arc<Document>,
}

/// Reads a page that came from `url`, or takes it from the shelf. What is on it changes nothing but the time that this takes.
pub(super) fn read(bytes: &[u8], url: &Url) -> Result<Arc<Document>, DocumentError> {
    if let Some(document) = shelf(|shelf| shelf.find(bytes, url)) {
        return Ok(document);
    }
    let document = Arc::new(Document::parse(bytes, url)?);
    shelf(|shelf| shelf.keep(bytes, url, &document));
    Ok(document)
}

fn shelf<R>(visit: impl FnOnce(&mut Shelf) -> R) -> R {
    visit(&mut SHELF.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Shelf {
    fn find(&self, bytes: &[u8], url: &Url) -> Option<Arc<Document>> {
        self.pages.get(url).filter(|page| page.text == bytes).map(|page| Arc::clone(&page.document))
    }

    /// A full shelf is emptied: what is in use comes back by itself.
    fn keep(&mut self, bytes: &[u8], url: &Url, document: &Arc<Document>) {
        if self.bytes + bytes.len() > MOST_BYTES {
            *self = Self::default();
        }
        if bytes.len() > MOST_BYTES {
            return;
        }
        self.bytes += bytes.len();
        let page = Page { text: bytes.to_vec(), document: Arc::clone(document) };
        if let Some(former) = self.pages.insert(url.clone(), page) {
            self.bytes -= former.text.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_shared_as_long_as_it_is_the_same() {
        let url = Url::parse("http://shelf.example/page").unwrap();
        let first = read(b"<vxml version='2.1'><form/></vxml>", &url).unwrap();

        assert!(Arc::ptr_eq(&first, &read(b"<vxml version='2.1'><form/></vxml>", &url).unwrap()));
        assert!(!Arc::ptr_eq(&first, &read(b"<vxml version='2.1'><menu/></vxml>", &url).unwrap()));
        assert!(read(b"<vxml", &url).is_err());
    }
}
