//! Speech from a service over HTTP: text or SSML goes out, a WAV file comes back.

use std::time::Duration;

use async_trait::async_trait;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::Url;

use super::engine::{Engine, EngineError};
use super::settings::HttpSettings;
use super::speech::Words;
use crate::audio::{SPEECH_LEVEL, Sound, normalised, read_wav, trimmed};

/// Bytes that a service gives at most.
const MOST_BYTES: usize = 32 << 20;
const NAME: &str = "the speech service";

/// A service that speaks.
pub struct HttpEngine {
    settings: HttpSettings,
    headers: HeaderMap,
    client: Client,
    limit: Duration,
}

/// How a value has to be written where it is filled in.
#[derive(Clone, Copy)]
enum Writing {
    Raw,
    Url,
    Json,
    Xml,
}

impl HttpEngine {
    /// # Errors
    /// When a header has a name or value that HTTP does not take, or the machine's TLS is broken.
    pub fn new(settings: HttpSettings, limit: Duration) -> Result<Self, EngineError> {
        // A second call finds the provider installed; that is what it wants.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let unusable = |what: &str| EngineError::Unreachable { host: host(settings.url.expose()), what: what.to_owned() };
        let mut headers = HeaderMap::new();
        for (name, value) in &settings.headers {
            let name = HeaderName::try_from(name.as_str()).map_err(|_| unusable(&format!("{name} is no header's name")))?;
            let mut value =
                HeaderValue::try_from(value.expose()).map_err(|_| unusable(&format!("the value of {name} is none of a header")))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let client = Client::builder().redirect(Policy::none()).no_proxy().referer(false).user_agent("callward").build();
        let client = client.map_err(|error| unusable(&error.without_url().to_string()))?;
        Ok(Self { settings, headers, client, limit })
    }

    async fn ask(&self, words: &Words) -> Result<Vec<u8>, EngineError> {
        let host = host(self.settings.url.expose());
        let unreachable = |error: reqwest::Error| EngineError::Unreachable { host: host.clone(), what: error.without_url().to_string() };
        let url = self.filled(self.settings.url.expose(), words, Writing::Url);
        let request = match &self.settings.body {
            Some(body) => self.client.post(url).body(self.filled(body.expose(), words, self.writing())),
            None => self.client.get(url),
        };
        let response = request.headers(self.headers.clone()).send().await.map_err(unreachable)?;
        if !response.status().is_success() {
            return Err(EngineError::Refused { host, status: response.status().as_u16() });
        }
        body(response).await.map_err(unreachable)?.ok_or_else(|| EngineError::TooMuch { engine: NAME.to_owned(), most: MOST_BYTES })
    }

    /// By the type of the body.
    fn writing(&self) -> Writing {
        let media_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match media_type {
            json if json.contains("json") => Writing::Json,
            form if form.contains("form-urlencoded") => Writing::Url,
            xml if xml.contains("xml") => Writing::Xml,
            _ => Writing::Raw,
        }
    }

    fn filled(&self, template: &str, words: &Words, writing: Writing) -> String {
        let voice = self.settings.voices.find(&words.language).unwrap_or_default();
        let ssml = ssml(words);
        let values = [("text", words.text.as_str()), ("ssml", &ssml), ("language", &words.language), ("voice", voice)];
        let mut filled = String::with_capacity(template.len() + ssml.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let known = values.iter().find_map(|(name, value)| Some((name, value, after.strip_prefix(name)?.strip_prefix('}')?)));
            rest = match known {
                // SSML is markup already.
                Some((&"ssml", value, rest)) if matches!(writing, Writing::Xml) => append(&mut filled, value, rest),
                Some((_, value, rest)) => append(&mut filled, &written(value, writing), rest),
                None => append(&mut filled, "{", after),
            };
        }
        filled + rest
    }
}

#[async_trait]
impl Engine for HttpEngine {
    fn voice(&self, language: &str) -> Option<String> {
        let voice = self.settings.voices.find(language);
        let any = self.settings.voices.0.is_empty().then_some("");
        voice.or(any).map(|voice| format!("http {} {voice}", host(self.settings.url.expose())))
    }

    async fn render(&self, words: &Words) -> Result<Sound, EngineError> {
        let asked = tokio::time::timeout(self.limit, self.ask(words)).await;
        let bytes = asked.unwrap_or(Err(EngineError::Slow { engine: NAME.to_owned(), limit: self.limit }))?;
        let sound = read_wav(&bytes).map_err(|cause| EngineError::NoSound { engine: NAME.to_owned(), cause })?;
        Ok(normalised(&trimmed(&sound), SPEECH_LEVEL))
    }
}

fn append<'r>(filled: &mut String, value: &str, rest: &'r str) -> &'r str {
    filled.push_str(value);
    rest
}

fn written(value: &str, writing: Writing) -> String {
    match writing {
        Writing::Raw => value.to_owned(),
        Writing::Url => utf8_percent_encode(value, NON_ALPHANUMERIC).to_string(),
        Writing::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&quoted).to_owned()
        }
        Writing::Xml => escaped(value),
    }
}

/// A document of the words (SSML 1.0 §3.1.1).
fn ssml(words: &Words) -> String {
    let text = escaped(&words.text);
    let said = match &words.say_as {
        Some(say_as) if say_as.format.is_empty() => format!("<say-as interpret-as=\"{}\">{text}</say-as>", say_as.name()),
        Some(say_as) => format!("<say-as interpret-as=\"{}\" format=\"{}\">{text}</say-as>", say_as.name(), escaped(&say_as.format)),
        None => text,
    };
    let language = escaped(&words.language);
    format!("<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" xml:lang=\"{language}\">{said}</speak>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

async fn body(mut response: Response) -> reqwest::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}

/// The host alone: the rest of an address may be a secret.
fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "without a host".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use axum::Router;
    use axum::extract::Request;
    use axum::routing::any;
    use tokio::net::TcpListener;

    use super::*;
    use crate::audio::{WavEncoding, dtmf, write_wav};
    use crate::secret::SecretText;
    use crate::voice::settings::Voices;

    fn settings(url: &str, headers: &[(&str, &str)], body: Option<&str>) -> HttpSettings {
        let headers: BTreeMap<_, _> = headers.iter().map(|(name, value)| ((*name).to_owned(), SecretText::new(*value))).collect();
        HttpSettings { url: SecretText::new(url), headers, body: body.map(SecretText::new), voices: Voices::of(&[("en", "amy")]) }
    }

    fn engine(url: &str, headers: &[(&str, &str)], body: Option<&str>) -> HttpEngine {
        HttpEngine::new(settings(url, headers, body), Duration::from_secs(5)).unwrap()
    }

    #[test]
    fn each_place_is_written_as_its_surroundings_need_it() {
        let words = Words::plain("\"Yes\" & {voice}", "en-GB");
        let quoted = Words::plain("Say \"yes\"", "en-GB");
        let json = engine("http://a/", &[("Content-Type", "application/json")], None);
        let xml = engine("http://a/", &[("Content-Type", "application/ssml+xml")], None);

        assert_eq!(json.filled("{\"t\":\"{text}\",\"v\":\"{voice}\"}", &words, json.writing()), r#"{"t":"\"Yes\" & {voice}","v":"amy"}"#);
        assert_eq!(json.filled("{\"t\":\"{text}\"}", &quoted, json.writing()), r#"{"t":"Say \"yes\""}"#);
        assert_eq!(json.filled("http://a/?t={text}&x={x}", &words, Writing::Url), "http://a/?t=%22Yes%22%20%26%20%7Bvoice%7D&x={x}");
        assert!(xml.filled("{ssml}", &words, xml.writing()).ends_with("xml:lang=\"en-GB\">&quot;Yes&quot; &amp; {voice}</speak>"));
    }

    #[tokio::test]
    async fn a_service_is_asked_with_its_headers_and_its_sound_is_taken() {
        let answer = |request: Request| async move {
            match request.headers().get("x-key").is_some_and(|key| key == "hush") && request.uri().query() == Some("t=Hello") {
                true => Ok(write_wav(&dtmf('5'), WavEncoding::Pcm)),
                false => Err(axum::http::StatusCode::FORBIDDEN),
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/?t={{text}}", listener.local_addr().unwrap());
        let _server = tokio::spawn(async move { axum::serve(listener, Router::new().route("/", any(answer))).await });

        let heard = engine(&url, &[("X-Key", "hush")], None).render(&Words::plain("Hello", "en")).await.unwrap();
        let refused = engine(&url, &[], None).render(&Words::plain("Hello", "en")).await.unwrap_err();

        assert!(heard.duration() >= Duration::from_millis(90));
        assert_eq!(refused.to_string(), "the speech service 127.0.0.1 answered 403");
    }
}
