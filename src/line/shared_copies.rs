//! Copies of pages that all calls share: those whose server says that they are for everybody (RFC 9111 §3.5, §5.2.2.7).

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use reqwest::header::{HeaderMap, SET_COOKIE};
use url::Url;

use super::http_cache::{HttpCache, is_ever_fresh, is_private};
use crate::browser::{Fetch, Resource};

/// Copies for requests without cookies. Clones are the same copies.
#[derive(Clone, Default)]
pub(super) struct SharedCopies(Arc<Mutex<HttpCache>>);

impl SharedCopies {
    /// A copy of `url` that needs no question to its server.
    pub fn usable(&self, url: &Url, request: &Fetch, now: Timestamp) -> Option<Resource> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).usable(url, request, now)
    }

    /// Keeps an answer to GET, unless it is for one caller or worth nothing without its server. When there is no room, all that was kept makes room.
    pub fn store(&self, url: &Url, resource: &Resource, headers: &HeaderMap, now: Timestamp) {
        let mut copies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_private(headers) || headers.contains_key(SET_COOKIE) || !is_ever_fresh(headers, now) {
            return copies.forget(url);
        }
        if !copies.has_room(url, resource, headers) {
            *copies = HttpCache::default();
        }
        copies.store(url, resource, headers, now);
    }

    /// Something was posted to `url`: its copy is worth nothing (RFC 9111 §4.4).
    pub fn forget(&self, url: &Url) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).forget(url);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::HeaderValue;

    use super::*;
    use crate::browser::Method;

    fn found(headers: &[(&'static str, &'static str)], maxage: Option<u64>) -> bool {
        let url = Url::parse("http://example.com/a").unwrap();
        let headers: HeaderMap = headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect();
        let resource = Resource { url: url.clone(), media_type: None, body: vec![1] };
        let fetch = Fetch { id: 1, url: url.clone(), method: Method::Get, body: None, timeout: Duration::ZERO, maxage, maxstale: None };
        let (copies, now) = (SharedCopies::default(), Timestamp::from_second(1_000_000).unwrap());
        copies.store(&url, &resource, &headers, now);
        copies.clone().usable(&url, &fetch, now).is_some()
    }

    #[test]
    fn what_is_for_one_caller_is_not_shared() {
        assert!(found(&[("cache-control", "max-age=60")], None));
        assert!(!found(&[("cache-control", "max-age=60")], Some(0)));
        assert!(!found(&[("cache-control", "private, max-age=60")], None));
        assert!(!found(&[("cache-control", "max-age=60"), ("set-cookie", "a=b")], None));
        assert!(!found(&[], None));
    }
}
