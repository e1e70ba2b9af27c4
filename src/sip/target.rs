//! Which dialog a call asks for: a process code, or the address of a page (RFC 5552 §2).

use percent_encoding::percent_decode_str;

use super::uri::Uri;

/// The user part that asks for a page by its address.
const DIALOG_USER: &str = "dialog";

/// Which addresses of pages callers may choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedPages(Vec<String>);

/// What a call asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `sip:{process_code}@host`: the process with this code, of the tenant whose domain this is.
    Process {
        /// The code, escapes resolved.
        code: String,
        /// The host that was called, in lower case.
        domain: String,
    },
    /// `sip:dialog@host;voicexml=URL`.
    Page(PageRequest),
}

/// A page that the caller names, and how to fetch it (RFC 5552 §2.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// Its address.
    pub url: String,
    /// Seconds that a copy may be old.
    pub max_age: Option<u64>,
    /// Seconds that a copy may be over its time.
    pub max_stale: Option<u64>,
    /// Whether it is fetched by POST.
    pub post: bool,
    /// The body of that POST, escapes resolved: form-encoded.
    pub post_body: Option<String>,
    /// JSON for `session.connection.ccxml`, escapes resolved.
    pub ccxml: Option<String>,
    /// Application-to-application information for `session.connection.aai`, escapes resolved.
    pub aai: Option<String>,
}

/// Why a call does not say where it wants to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No user part, or an empty one: 404.
    #[error("the called address names no process")]
    Nobody,
    /// The page is not one that callers may choose: 403.
    #[error("the called address names a page that is not on the allow-list")]
    NotAllowed,
    /// A parameter twice, or a value that is none: 400.
    #[error("the called address has a parameter that cannot be read")]
    Malformed,
}

impl TargetError {
    /// The status that refuses the call.
    pub fn status(self) -> u16 {
        match self {
            Self::Nobody => 404,
            Self::NotAllowed => 403,
            Self::Malformed => 400,
        }
    }
}

impl AllowedPages {
    /// The beginnings of allowed addresses. Each needs scheme and host; without a path it allows the whole host.
    pub fn new(beginnings: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(beginnings.into_iter().map(Into::into).map(with_path).collect())
    }

    /// Whether `url` begins with one of them, in whole parts of its path. Addresses that could mean another one after
    /// they are resolved (`..`, user names, backslashes) are not allowed at all.
    pub fn allow(&self, url: &str) -> bool {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        let doubtful = url.contains(|character: char| character.is_control() || character.is_whitespace())
            || decoded.contains(['\\', '@', '%'])
            || decoded.split('/').any(|part| matches!(part, "." | ".."));
        let path = with_path(path.to_owned());
        !doubtful && self.0.iter().any(|allowed| begins(&path, allowed))
    }
}

impl Target {
    /// Reads the address that was called.
    pub fn of(uri: &Uri, pages: &AllowedPages) -> Result<Self, TargetError> {
        // A user's own parameters ("1001;phone-context=…", RFC 3261 §19.1.6) are no part of the code.
        let user = uri.user.as_deref().and_then(|user| user.split(';').next()).filter(|user| !user.is_empty());
        let code = percent_decode_str(user.ok_or(TargetError::Nobody)?).decode_utf8().map_err(|_| TargetError::Malformed)?;
        if code != DIALOG_USER || !uri.params.has("voicexml") {
            return Ok(Self::Process { code: code.into_owned(), domain: uri.host.to_string().to_ascii_lowercase() });
        }
        let page = PageRequest::read(uri)?;
        if pages.allow(&page.url) { Ok(Self::Page(page)) } else { Err(TargetError::NotAllowed) }
    }
}

impl PageRequest {
    fn read(uri: &Uri) -> Result<Self, TargetError> {
        let mut page = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in uri.params.iter() {
            let name = name.to_ascii_lowercase();
            let value = percent_decode_str(value.unwrap_or_default()).decode_utf8().map_err(|_| TargetError::Malformed)?;
            if seen.contains(&name) {
                return Err(TargetError::Malformed);
            }
            page.take(&name, value.into_owned())?;
            seen.push(name);
        }
        Ok(page)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), TargetError> {
        let seconds = |value: &str| value.parse().map(Some).map_err(|_| TargetError::Malformed);
        match name {
            "voicexml" => self.url = value,
            "maxage" => self.max_age = seconds(&value)?,
            "maxstale" => self.max_stale = seconds(&value)?,
            "method" => self.post = is_post(&value)?,
            "postbody" => self.post_body = Some(value),
            "ccxml" => self.ccxml = Some(value),
            "aai" => self.aai = Some(value),
            _ => {}
        }
        Ok(())
    }
}

/// `get` or `post`, in any case.
fn is_post(method: &str) -> Result<bool, TargetError> {
    match method.to_ascii_lowercase().as_str() {
        "get" => Ok(false),
        "post" => Ok(true),
        _ => Err(TargetError::Malformed),
    }
}

/// Scheme and host in lower case, and at least the path `/`.
fn with_path(url: String) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    format!("{}://{}/{path}", scheme.to_ascii_lowercase(), host.to_ascii_lowercase())
}

fn begins(url: &str, allowed: &str) -> bool {
    url.strip_prefix(allowed).is_some_and(|rest| rest.is_empty() || allowed.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(uri: &str) -> Result<Target, TargetError> {
        Target::of(&uri.parse().unwrap(), &AllowedPages::new(["https://pages.example.com/public", "http://127.0.0.1:8080"]))
    }

    fn page(uri: &str) -> PageRequest {
        match target(uri) {
            Ok(Target::Page(page)) => page,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_user_is_the_code_of_a_process_with_its_escapes_resolved() {
        let process = |code: &str| Ok(Target::Process { code: code.to_owned(), domain: "bank.example.com".to_owned() });

        assert_eq!(target("sip:two-factor@Bank.example.com:5060;user=phone"), process("two-factor"));
        assert_eq!(target("sip:caf%C3%A9%2Fpin@bank.example.com"), process("café/pin"));
        assert_eq!(target("sip:a%3Bb@bank.example.com"), process("a;b"));
        assert_eq!(target("sip:%FF@bank.example.com"), Err(TargetError::Malformed));
        assert_eq!(target("sip:800;phone-context=+49@bank.example.com"), process("800"));
        assert_eq!(target("sip:dialog@bank.example.com"), process("dialog"));
        assert_eq!(target("sip:bank.example.com"), Err(TargetError::Nobody));
    }

    #[test]
    fn a_page_is_read_with_all_that_belongs_to_it() {
        let page = page(
            "sip:dialog@host;voicexml=https://pages.example.com/public/a.vxml%3Fx%3D1;maxage=60;maxstale=0;method=POST;\
             postbody=a%3Db%26c%3Dd;ccxml=%7B%22x%22%3A1%7D;aai=hello%20you;transport=tcp",
        );

        assert_eq!(page.url, "https://pages.example.com/public/a.vxml?x=1");
        assert_eq!((page.max_age, page.max_stale, page.post), (Some(60), Some(0), true));
        assert_eq!(page.post_body.as_deref(), Some("a=b&c=d"));
        assert_eq!((page.ccxml.as_deref(), page.aai.as_deref()), (Some("{\"x\":1}"), Some("hello you")));
    }

    #[test]
    fn pages_beside_the_list_are_refused() {
        for url in [
            "https://pages.example.com/private/a.vxml",
            "https://pages.example.com/publicity",
            "http://pages.example.com/public/a",
            "https://pages.example.com.evil.org/public/a",
            "https://pages.example.com/public/../private",
            "https://pages.example.com/public/%252e%252e/private",
            "http://127.0.0.1:8080%40evil.org/",
            "http://127.0.0.1:80801/",
            "file:///etc/passwd",
            "",
        ] {
            assert_eq!(target(&format!("sip:dialog@host;voicexml={url}")), Err(TargetError::NotAllowed), "{url}");
        }
        assert_eq!(page("sip:dialog@host;voicexml=HTTP://127.0.0.1:8080").url, "HTTP://127.0.0.1:8080");
    }

    #[test]
    fn parameters_twice_or_without_sense_are_refused() {
        for params in ["voicexml=http://127.0.0.1:8080/;maxage=x", "voicexml=http://127.0.0.1:8080/;method=put", "voicexml=a;VoiceXML=b"] {
            assert_eq!(target(&format!("sip:dialog@host;{params}")), Err(TargetError::Malformed), "{params}");
        }
    }
}
