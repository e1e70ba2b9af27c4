//! The request that one message is to an SMS gateway: URL, headers and body as the operator's templates say.

use reqwest::header::{CONTENT_TYPE, HeaderName};
use reqwest::{Method, RequestBuilder};
use url::{Url, form_urlencoded};

use super::http::HttpClient;
use super::request_headers::{self, RequestHeader, RequestHeadersError};
use super::settings::{SmsMethod, SmsSettings};
use super::template::{self, Escaping, Placeholders, fill};
use crate::secret::SecretText;

const JSON: &str = "application/json";
const XML: &str = "application/xml";
const FORM: &str = "application/x-www-form-urlencoded";

/// The templates of one gateway, read once.
pub(super) struct SmsRequest {
    method: Method,
    url: SecretText,
    headers: Vec<RequestHeader>,
    body: Body,
}

enum Body {
    /// As written; the content type is named where no header names it.
    Template { template: SecretText, escaping: Escaping, content_type: Option<&'static str> },
    /// `to`, `from` and `text` as a form: nothing was written, and the method has a body.
    Form,
    /// The same in the query: nothing was written, and the method has no body.
    Query,
    /// Nothing: the URL says it all.
    Empty,
}

/// A message that does not fit into the gateway's templates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SmsRequestError {
    /// The URL is none once it is filled.
    #[error("SMS.URL is not a URL once its placeholders are filled")]
    Url,
    /// A header's value holds what HTTP does not allow.
    #[error("the header {0} of SMS.RequestHeaders cannot be written once its placeholders are filled")]
    Header(HeaderName),
}

impl SmsRequest {
    /// Reads the templates.
    pub(super) fn read(settings: &SmsSettings) -> Result<Self, RequestHeadersError> {
        let headers = request_headers::parse(settings.request_headers.expose())?;
        let body = Body::read(settings, &headers);
        Ok(Self { method: method(settings.method), url: settings.url.clone(), headers, body })
    }

    /// Whether nothing in URL or body carries the message.
    pub(super) fn says_nothing(&self) -> bool {
        match &self.body {
            Body::Form | Body::Query => false,
            Body::Template { template, .. } => !template::carries_text(template.expose()) && !template::carries_text(self.url.expose()),
            Body::Empty => !template::carries_text(self.url.expose()),
        }
    }

    /// The body that `message` would have, with the format that it is escaped for.
    pub(super) fn sample_body(&self, message: Placeholders<'_>) -> Option<(String, Escaping)> {
        match &self.body {
            Body::Template { template, escaping, .. } => Some((fill(template.expose(), message, *escaping), *escaping)),
            Body::Form | Body::Query | Body::Empty => None,
        }
    }

    /// Fills the templates with `message`.
    pub(super) fn fill(&self, http: &HttpClient, message: Placeholders<'_>) -> Result<RequestBuilder, SmsRequestError> {
        let mut url = Url::parse(&fill(self.url.expose(), message, Escaping::Url)).map_err(|_| SmsRequestError::Url)?;
        if matches!(self.body, Body::Query) {
            url.query_pairs_mut().extend_pairs(fields(message));
        }
        let mut request = http.request(self.method.clone(), url);
        for header in &self.headers {
            let value = request_headers::sensitive_value(&fill(header.value.expose(), message, Escaping::Header));
            request = request.header(&header.name, value.ok_or_else(|| SmsRequestError::Header(header.name.clone()))?);
        }
        Ok(self.body.write(request, message))
    }
}

impl Body {
    fn read(settings: &SmsSettings, headers: &[RequestHeader]) -> Self {
        let template = settings.request_body.expose();
        if template.trim().is_empty() {
            return match settings.method {
                _ if template::carries_text(settings.url.expose()) => Self::Empty,
                SmsMethod::Get => Self::Query,
                SmsMethod::Post | SmsMethod::Put => Self::Form,
            };
        }
        let written = headers.iter().find(|header| header.name == CONTENT_TYPE);
        let (escaping, content_type) = match written {
            Some(header) => (escaping_for(header.value.expose()), None),
            None => sniff(template),
        };
        Self::Template { template: settings.request_body.clone(), escaping, content_type }
    }

    fn write(&self, request: RequestBuilder, message: Placeholders<'_>) -> RequestBuilder {
        match self {
            Self::Template { template, escaping, content_type } => {
                let request = request.body(fill(template.expose(), message, *escaping));
                match content_type {
                    Some(kind) => request.header(CONTENT_TYPE, *kind),
                    None => request,
                }
            }
            Self::Form => {
                let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields(message)).finish();
                request.header(CONTENT_TYPE, FORM).body(form)
            }
            Self::Query | Self::Empty => request,
        }
    }
}

fn fields(message: Placeholders<'_>) -> [(&'static str, &str); 3] {
    [("to", message.to), ("from", message.from), ("text", message.text)]
}

fn method(method: SmsMethod) -> Method {
    match method {
        SmsMethod::Get => Method::GET,
        SmsMethod::Post => Method::POST,
        SmsMethod::Put => Method::PUT,
    }
}

fn escaping_for(content_type: &str) -> Escaping {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        FORM => Escaping::Form,
        _ if kind.ends_with("/json") || kind.ends_with("+json") => Escaping::Json,
        _ if kind.ends_with("/xml") || kind.ends_with("+xml") => Escaping::Xml,
        _ => Escaping::Plain,
    }
}

/// What a body is by its first character (AMB-11). The brace of a placeholder is not JSON's.
fn sniff(template: &str) -> (Escaping, Option<&'static str>) {
    let start = template.trim_start();
    match start.chars().next() {
        Some('{') if template::begins_with_placeholder(start) => (Escaping::Form, Some(FORM)),
        Some('{' | '[') => (Escaping::Json, Some(JSON)),
        Some('<') => (Escaping::Xml, Some(XML)),
        _ => (Escaping::Form, Some(FORM)),
    }
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;

    use super::*;

    const MESSAGE: Placeholders<'_> =
        Placeholders { to: "+491701234521", from: "Bank", text: "Code \"12\" & <3>", code: "12", message_id: "m-1" };

    fn filled(settings: &str) -> reqwest::Request {
        let request = SmsRequest::read(&toml::from_str(settings).unwrap()).unwrap();
        request.fill(&HttpClient::trusting(RootCertStore::empty(), false).unwrap(), MESSAGE).unwrap().build().unwrap()
    }

    fn content_type_and_body(settings: &str) -> (String, String) {
        let request = filled(settings);
        let content_type = request.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
        let body = request.body().and_then(|body| body.as_bytes()).unwrap_or_default();
        (content_type.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
    }

    fn pair(content_type: &str, body: &str) -> (String, String) {
        (content_type.to_owned(), body.to_owned())
    }

    #[test]
    fn the_first_character_of_a_body_decides_what_it_is() {
        let sent = |body: &str| content_type_and_body(&format!("URL = 'https://a/'\nRequestBody = '{body}'"));

        assert_eq!(sent(r#" {"t":"{text}"}"#), pair(JSON, r#" {"t":"Code \"12\" & <3>"}"#));
        assert_eq!(sent(r#"["{text}"]"#), pair(JSON, r#"["Code \"12\" & <3>"]"#));
        assert_eq!(sent("<t>{text}</t>"), pair(XML, "<t>Code &quot;12&quot; &amp; &lt;3&gt;</t>"));
        assert_eq!(sent("n={to}&t={text}"), pair(FORM, "n=%2B491701234521&t=Code+%2212%22+%26+%3C3%3E"));
        assert_eq!(sent("{to}={text}"), pair(FORM, "%2B491701234521=Code+%2212%22+%26+%3C3%3E"));
    }

    #[test]
    fn a_content_type_header_decides_before_the_first_character() {
        let sent = |kind: &str| {
            let settings = format!("URL = 'https://a/'\nRequestHeaders = '“Content-Type:{kind}”'\nRequestBody = '{{text}}'");
            content_type_and_body(&settings)
        };

        assert_eq!(sent("application/vnd.acme+json; charset=utf-8").1, r#"Code \"12\" & <3>"#);
        assert_eq!(sent("text/xml").1, "Code &quot;12&quot; &amp; &lt;3&gt;");
        assert_eq!(sent("Application/X-WWW-Form-Urlencoded").1, "Code+%2212%22+%26+%3C3%3E");
        assert_eq!(sent("text/plain"), pair("text/plain", "Code \"12\" & <3>"));
    }

    #[test]
    fn a_blank_body_is_a_form_or_a_query_or_nothing_beside_a_url_that_says_it() {
        let form = "to=%2B491701234521&from=Bank&text=Code+%2212%22+%26+%3C3%3E";

        assert_eq!(content_type_and_body("URL = 'https://a/'\nRequestBody = '  '"), pair(FORM, form));
        assert_eq!(content_type_and_body("URL = 'https://a/'\nMethod = 'PUT'"), pair(FORM, form));
        let by_query = filled("URL = 'https://a/?key=k'\nMethod = 'GET'");
        assert_eq!(by_query.url().as_str(), format!("https://a/?key=k&{form}"));
        let by_url = filled("URL = 'https://a/{to}?t={text}&id={message_id}'\nMethod = 'GET'");
        assert_eq!(by_url.url().as_str(), "https://a/%2B491701234521?t=Code%20%2212%22%20%26%20%3C3%3E&id=m-1");
        assert_eq!(content_type_and_body("URL = 'https://a/?t={text}'"), pair("", ""));
    }

    #[test]
    fn headers_are_filled_and_hidden() {
        let request = filled("URL = 'https://a/'\nRequestHeaders = '“X-To:{to}”, “X-Text:{text}”'");

        assert_eq!(request.headers()["x-to"], "+491701234521");
        assert!(!format!("{request:?}").contains("Code"), "{request:?}");
    }
}
