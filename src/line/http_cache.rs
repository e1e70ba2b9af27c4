//! Copies of what was fetched, used again as HTTP and the page allow (RFC 9111, VoiceXML 2.0 §6.1.2).

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{AGE, CACHE_CONTROL, DATE, ETAG, EXPIRES, HeaderMap, HeaderName, LAST_MODIFIED, VARY};
use url::Url;

use crate::browser::{Fetch, Resource};

/// More bytes than this are not kept together.
const MOST_BYTES: usize = 16 << 20;
/// Bytes that a copy takes beside what it holds.
const OVERHEAD: usize = 512;

/// One stored answer.
pub(super) struct Copy {
    pub resource: Resource,
    /// For `If-None-Match`.
    pub etag: Option<String>,
    /// For `If-Modified-Since`.
    pub last_modified: Option<String>,
    stored: Timestamp,
    /// How old it was when it came.
    initial_age: Duration,
    lifetime: Duration,
    /// The server forbids to use it stale, whatever the page allows (RFC 9111 §5.2.2.2, §5.2.2.4).
    never_stale: bool,
    /// What it takes of the room.
    bytes: usize,
}

/// The copies of one call, or of all.
#[derive(Default)]
pub(super) struct HttpCache {
    copies: HashMap<Url, Copy>,
    bytes: usize,
}

impl HttpCache {
    /// The copy of `url`, fresh or not.
    pub fn copy(&self, url: &Url) -> Option<&Copy> {
        self.copies.get(url)
    }

    /// A copy of `url` that needs no question to its server.
    pub fn usable(&self, url: &Url, request: &Fetch, now: Timestamp) -> Option<Resource> {
        let copy = self.copy(url).filter(|copy| copy.is_usable(request.maxage, request.maxstale, now))?;
        Some(copy.resource.clone())
    }

    /// Keeps an answer to GET, unless its headers forbid it.
    pub fn store(&mut self, url: &Url, resource: &Resource, headers: &HeaderMap, now: Timestamp) {
        self.forget(url);
        if has_directive(headers, "no-store") || headers.contains_key(VARY) || !self.has_room(url, resource, headers) {
            return;
        }
        let bytes = size(url, resource, headers);
        self.bytes += bytes;
        let copy = Copy {
            resource: resource.clone(),
            etag: text(headers, ETAG.as_str()),
            last_modified: text(headers, LAST_MODIFIED.as_str()),
            stored: now,
            initial_age: seconds(text(headers, AGE.as_str()).as_deref()),
            lifetime: lifetime(headers, now),
            never_stale: is_never_stale(headers),
            bytes,
        };
        self.copies.insert(url.clone(), copy);
    }

    /// Whether there is room for this too.
    pub fn has_room(&self, url: &Url, resource: &Resource, headers: &HeaderMap) -> bool {
        self.bytes + size(url, resource, headers) <= MOST_BYTES
    }

    /// The server says that the copy of `url` is still good.
    pub fn refresh(&mut self, url: &Url, headers: &HeaderMap, now: Timestamp) -> Option<Resource> {
        let copy = self.copies.get_mut(url)?;
        copy.stored = now;
        copy.initial_age = seconds(text(headers, AGE.as_str()).as_deref());
        copy.lifetime = lifetime(headers, now);
        copy.never_stale = is_never_stale(headers);
        Some(copy.resource.clone())
    }

    /// Something was posted to `url`: its copy is worth nothing (RFC 9111 §4.4).
    pub fn forget(&mut self, url: &Url) {
        if let Some(copy) = self.copies.remove(url) {
            self.bytes = self.bytes.saturating_sub(copy.bytes);
        }
    }
}

impl Copy {
    /// Whether it may be used without asking: young enough for the page, and fresh or not too stale. A page that says `maxage="0"`
    /// wants the server asked, however fast it comes back.
    fn is_usable(&self, maxage: Option<u64>, maxstale: Option<u64>, now: Timestamp) -> bool {
        let resident = now.duration_since(self.stored).try_into().unwrap_or(Duration::ZERO);
        let age = self.initial_age + resident;
        let is_young = maxage.is_none_or(|maxage| maxage > 0 && age <= Duration::from_secs(maxage));
        let staleness = maxstale.filter(|_| !self.never_stale).unwrap_or(0);
        let limit = self.lifetime.saturating_add(Duration::from_secs(staleness));
        is_young && age < limit
    }
}

/// Bytes of a copy: short bodies may have long addresses and validators.
fn size(url: &Url, resource: &Resource, headers: &HeaderMap) -> usize {
    let validators: usize = [ETAG, LAST_MODIFIED].iter().filter_map(|name| Some(headers.get(name)?.len())).sum();
    OVERHEAD + url.as_str().len() + resource.url.as_str().len() + validators + resource.body.len()
}

/// Whether an answer can be used again without a question to its server.
pub(super) fn is_ever_fresh(headers: &HeaderMap, now: Timestamp) -> bool {
    !lifetime(headers, now).is_zero()
}

/// How long an answer is fresh, by the server's own clock where it tells the time (RFC 9111 §4.2.1); without a word of it, not at all.
fn lifetime(headers: &HeaderMap, now: Timestamp) -> Duration {
    if has_directive(headers, "no-cache") {
        return Duration::ZERO;
    }
    if let Some(maxage) = directive(headers, "max-age") {
        return seconds(Some(&maxage));
    }
    let moment = |name: HeaderName| jiff::fmt::rfc2822::parse(&text(headers, name.as_str())?).ok().map(|date| date.timestamp());
    let began = moment(DATE).unwrap_or(now);
    moment(EXPIRES).and_then(|expires| expires.duration_since(began).try_into().ok()).unwrap_or(Duration::ZERO)
}

/// Whether the answer is for one caller alone.
pub(super) fn is_private(headers: &HeaderMap) -> bool {
    has_directive(headers, "private")
}

fn is_never_stale(headers: &HeaderMap) -> bool {
    ["no-cache", "must-revalidate"].into_iter().any(|name| has_directive(headers, name))
}

fn seconds(text: Option<&str>) -> Duration {
    Duration::from_secs(text.and_then(|text| text.trim().parse().ok()).unwrap_or(0).min(1 << 31))
}

fn has_directive(headers: &HeaderMap, name: &str) -> bool {
    directives(headers).any(|(own, _)| own == name)
}

fn directive(headers: &HeaderMap, name: &str) -> Option<String> {
    directives(headers).find(|(own, _)| own == name).map(|(_, value)| value)
}

fn directives(headers: &HeaderMap) -> impl Iterator<Item = (String, String)> {
    let lines = headers.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    let parts: Vec<String> = lines.flat_map(|line| line.split(',')).map(|part| part.trim().to_ascii_lowercase()).collect();
    parts.into_iter().map(|part| match part.split_once('=') {
        Some((name, value)) => (name.trim().to_owned(), value.trim().trim_matches('"').to_owned()),
        None => (part, String::new()),
    })
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn usable(headers: &[(&'static str, &'static str)], after: i64, maxage: Option<u64>, maxstale: Option<u64>) -> Option<bool> {
        let url = Url::parse("http://example.com/a").unwrap();
        let headers: HeaderMap = headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect();
        let resource = Resource { url: url.clone(), media_type: None, body: vec![1] };
        let start = Timestamp::from_second(1_000_000).unwrap();
        let mut cache = HttpCache::default();
        cache.store(&url, &resource, &headers, start);
        let now = Timestamp::from_second(1_000_000 + after).unwrap();
        cache.copy(&url).map(|copy| copy.is_usable(maxage, maxstale, now))
    }

    #[test]
    fn a_copy_is_used_while_it_is_fresh() {
        let hour = ("cache-control", "private, max-age=3600");

        assert_eq!(usable(&[hour], 3599, None, None), Some(true));
        assert_eq!(usable(&[hour], 3600, None, None), Some(false));
        assert_eq!(usable(&[hour, ("age", "3000")], 601, None, None), Some(false));
        assert_eq!(usable(&[("expires", "Mon, 12 Jan 1970 13:47:40 GMT")], 59, None, None), Some(true));
        let later = ("expires", "Thu, 01 Jan 2026 00:01:00 GMT");
        assert_eq!(usable(&[("date", "Thu, 01 Jan 2026 00:00:00 GMT"), later], 59, None, None), Some(true));
        assert_eq!(usable(&[("date", "Thu, 01 Jan 2026 00:00:00 GMT"), later], 60, None, None), Some(false));
        assert_eq!(usable(&[], 0, None, None), Some(false));
        assert_eq!(usable(&[("cache-control", "max-age=60, no-cache")], 0, None, None), Some(false));
    }

    #[test]
    fn the_page_may_want_a_younger_copy_or_take_a_stale_one() {
        let hour = ("cache-control", "max-age=3600");

        assert_eq!(usable(&[hour], 11, Some(10), None), Some(false));
        assert_eq!(usable(&[hour], 0, Some(0), None), Some(false));
        assert_eq!(usable(&[("cache-control", "max-age=60, must-revalidate")], 61, None, Some(200)), Some(false));
        assert_eq!(usable(&[hour], 3700, None, Some(200)), Some(true));
        assert_eq!(usable(&[hour], 3900, None, Some(200)), Some(false));
    }

    #[test]
    fn addresses_and_validators_take_room_too() {
        let (mut cache, now) = (HttpCache::default(), Timestamp::UNIX_EPOCH);
        let headers = HeaderMap::from_iter([(ETAG, HeaderValue::from_str(&"e".repeat(8 << 10)).unwrap())]);

        for number in 0..10_000 {
            let url = Url::parse(&format!("http://example.com/{number}?{}", "q".repeat(4 << 10))).unwrap();
            cache.store(&url, &Resource { url: url.clone(), media_type: None, body: vec![1] }, &headers, now);
        }

        assert!(cache.copies.len() < 1_100, "{}", cache.copies.len());
    }

    #[test]
    fn what_must_not_be_stored_is_not_stored() {
        assert_eq!(usable(&[("cache-control", "no-store, max-age=60")], 0, None, None), None);
        assert_eq!(usable(&[("cache-control", "max-age=60"), ("vary", "cookie")], 0, None, None), None);
    }
}
