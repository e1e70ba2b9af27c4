//! The cookies of one call (RFC 6265), no more of them than a call needs.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use http::HeaderValue;
use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{HeaderMap, SET_COOKIE};
use url::Url;

/// Cookies that a call keeps: twice as many as RFC 6265 §6.1 wants of one host.
const MOST_COOKIES: usize = 100;
/// Bytes of one, with its attributes (RFC 6265 §6.1).
const MOST_BYTES: usize = 4096;

/// Cookies, and which there are.
#[derive(Default)]
pub(super) struct Cookies {
    jar: Jar,
    known: Mutex<HashSet<String>>,
}

impl Cookies {
    /// What goes with a request to `url`.
    pub fn of(&self, url: &Url) -> Option<HeaderValue> {
        self.jar.cookies(url)
    }

    /// Takes the cookies of an answer; those that are too long or too many are dropped.
    pub fn take(&self, url: &Url, headers: &HeaderMap) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = headers.get_all(SET_COOKIE).iter().filter(|line| has_room(&mut known, url, line)).peekable();
        if lines.peek().is_some() {
            self.jar.set_cookies(&mut lines, url);
        }
    }
}

fn has_room(known: &mut HashSet<String>, url: &Url, line: &HeaderValue) -> bool {
    let Ok(text) = line.to_str() else { return false };
    if text.len() > MOST_BYTES {
        return false;
    }
    let name = identity(url, text);
    known.contains(&name) || (known.len() < MOST_COOKIES && known.insert(name))
}

/// Name, domain and path: one cookie takes the place of another that has the same (RFC 6265 §5.3).
fn identity(url: &Url, line: &str) -> String {
    let mut parts = line.split(';').map(str::trim);
    let name = parts.next().and_then(|pair| pair.split('=').next()).unwrap_or_default();
    let (mut domain, mut path) = (url.host_str().unwrap_or_default(), url.path().rsplit_once('/').map_or("", |(path, _)| path));
    for (attribute, value) in parts.filter_map(|part| part.split_once('=')) {
        if attribute.eq_ignore_ascii_case("domain") {
            domain = value;
        } else if attribute.eq_ignore_ascii_case("path") {
            path = value;
        }
    }
    format!("{name};{domain};{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_keeps_so_many_cookies_and_their_newest_values() {
        let (cookies, url) = (Cookies::default(), Url::parse("http://example.com/a/b").unwrap());

        for number in 0..3 * MOST_COOKIES {
            cookies.take(&url, &headers(&format!("c{number}=old; Path=/")));
        }
        cookies.take(&url, &headers("c0=new; Path=/"));
        cookies.take(&url, &headers(&format!("c1={}; Path=/", "x".repeat(MOST_BYTES))));

        let kept = cookies.of(&url).unwrap();
        let kept: Vec<&str> = kept.to_str().unwrap().split("; ").collect();
        assert_eq!(kept.len(), MOST_COOKIES);
        assert!(kept.contains(&"c0=new") && kept.contains(&"c1=old"), "{kept:?}");
    }

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_str(cookie).unwrap())])
    }
}
