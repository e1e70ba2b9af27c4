//! What is wrong with a tenant's connections beyond their types, in words for whoever wrote them.

use regex::Regex;
use serde::de::IgnoredAny;
use url::Url;

use super::address_guard::is_loopback;
use super::phone_number::parse_country;
use super::request_headers;
use super::settings::{
    ConsentSettings, EmailSettings, FallbackSettings, SmsSettings, SmtpSecurity, WebServiceSettings, WebServicesSettings,
};
use super::sms_request::SmsRequest;
use super::template::{Escaping, Placeholders, fill};
use crate::xml;

/// Longest that a caller may wait for one service, in milliseconds.
const LONGEST_TIMEOUT_MS: u64 = 15_000;

/// One setting that cannot stand as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {what}")]
pub struct Finding {
    /// The setting's name below the tenant's table (`SMS.URL`).
    pub field: String,
    /// What is wrong and what to write instead; never a secret.
    pub what: String,
}

impl Finding {
    pub(super) fn new(field: &str, what: impl Into<String>) -> Self {
        Self { field: field.to_owned(), what: what.into() }
    }

    /// The same finding with its table's name before the field.
    pub fn within(self, table: &str) -> Self {
        Self { field: format!("{table}.{}", self.field), what: self.what }
    }
}

impl EmailSettings {
    /// What is wrong with `Email`.
    pub fn check(&self) -> Vec<Finding> {
        let smtp = &self.smtp;
        let mut findings = Vec::new();
        if smtp.host.trim().is_empty() {
            findings.push(Finding::new("Email.SMTP.Host", "is empty: write the mail server's host name"));
        }
        if smtp.username.is_some() != smtp.password.is_some() {
            findings.push(Finding::new("Email.SMTP.Username", "needs Email.SMTP.Password, and the other way round"));
        }
        let naked = smtp.security() == SmtpSecurity::None && !is_loopback(&smtp.host);
        if naked && smtp.username.is_some() && !smtp.allow_insecure {
            let what = "the password would travel unprotected: use starttls or tls, or allow_insecure = true beside it";
            findings.push(Finding::new("Email.SMTP.Security", what));
        }
        findings
    }
}

impl SmsSettings {
    /// What is wrong with `SMS`.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = self.check_url();
        if !(1..=LONGEST_TIMEOUT_MS).contains(&self.timeout_ms) {
            let what = format!("is {} ms: a caller waits meanwhile, so write 1 to {LONGEST_TIMEOUT_MS}", self.timeout_ms);
            findings.push(Finding::new("SMS.Timeout", what));
        }
        findings.extend(check_pattern("SMS.Success", self.success.as_deref()));
        findings.extend(check_pattern("SMS.Failure", self.failure.as_deref()));
        let country = self.default_country.as_deref().map(parse_country).and_then(Result::err);
        findings.extend(country.map(|error| Finding::new("SMS.default_country", error.to_string())));
        findings.extend(self.check_request());
        findings
    }

    /// The URL with placeholders in path and query; in the host they would let a message choose its gateway.
    fn check_url(&self) -> Vec<Finding> {
        let host = |sample: &str| Url::parse(&self.sample_url(sample)).ok()?.host_str().map(str::to_owned);
        if host("1") != host("2") {
            return vec![Finding::new("SMS.URL", "has a placeholder in its host: they may stand in path and query")];
        }
        check_url("SMS.URL", &self.sample_url("1"), self.allow_insecure).into_iter().collect()
    }

    fn sample_url(&self, sample: &str) -> String {
        fill(self.url.expose(), Placeholders { to: sample, from: sample, text: sample, code: sample, message_id: sample }, Escaping::Url)
    }

    fn check_request(&self) -> Option<Finding> {
        let request = match SmsRequest::read(self) {
            Ok(request) => request,
            Err(error) => return Some(Finding::new("SMS.RequestHeaders", error.to_string())),
        };
        if request.says_nothing() {
            return Some(Finding::new("SMS.RequestBody", "carries no {text} or {code}, and SMS.URL does not either"));
        }
        let to = if self.plus_before_recipient { "+491701234521" } else { "491701234521" };
        let sample = Placeholders { to, from: "Callward", text: "Your code is 012345.", code: "012345", message_id: "m-1" };
        let (body, escaping) = request.sample_body(sample)?;
        check_body(&body, escaping)
    }
}

impl FallbackSettings {
    /// What is wrong with the second gateways.
    pub fn check(&self) -> Vec<Finding> {
        let email = self.email.iter().flat_map(EmailSettings::check);
        let sms = self.sms.iter().flat_map(SmsSettings::check);
        email.chain(sms).map(|finding| finding.within("fallback")).collect()
    }
}

impl WebServicesSettings {
    /// What is wrong with the services of either kind of call.
    pub fn check(&self) -> Vec<Finding> {
        let production = self.production.check().into_iter().map(|finding| finding.within("web_services.production"));
        let test = self.test.check().into_iter().map(|finding| finding.within("web_services.test"));
        production.chain(test).collect()
    }
}

impl WebServiceSettings {
    /// What is wrong with these three services; empty URLs are not.
    pub fn check(&self) -> Vec<Finding> {
        let services = [
            ("check_verified_contact_methods", &self.check_verified_contact_methods),
            ("send_authentication_code", &self.send_authentication_code),
            ("code_authentication", &self.code_authentication),
        ];
        let written = services.into_iter().filter(|(_, url)| !url.is_empty());
        let mut findings: Vec<Finding> = written.filter_map(|(field, url)| check_url(field, url, self.allow_insecure)).collect();
        if let Err(error) = request_headers::header_map(self.request_headers.expose()) {
            findings.push(Finding::new("request_headers", error.to_string()));
        }
        if self.identifier_parameter.trim().is_empty() {
            findings.push(Finding::new("identifier_parameter", "is empty: name the form field that carries the identity"));
        }
        findings
    }
}

impl ConsentSettings {
    /// What is wrong with `consent`.
    pub fn check(&self) -> Vec<Finding> {
        let urls = [("consent.base_url", self.base_url()), ("consent.token_url", self.token_url())];
        let finding = |(field, url): (&str, Option<String>)| match url {
            Some(url) => check_url(field, &url, self.allow_insecure),
            None => Some(Finding::new(field, "is missing: write it, or org and region in its place")),
        };
        urls.into_iter().filter_map(finding).collect()
    }
}

fn check_url(field: &str, written: &str, allow_insecure: bool) -> Option<Finding> {
    let Ok(url) = Url::parse(written) else {
        return Some(Finding::new(field, "is not a URL: write https://host/path"));
    };
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "https" => None,
        "http" if allow_insecure || is_loopback(host) => None,
        "http" => Some(Finding::new(field, format!("is plain http to {host}: use https, or allow_insecure = true beside it"))),
        scheme => Some(Finding::new(field, format!("begins with {scheme}: only https and http are spoken"))),
    }
}

/// Whether a body with its placeholders filled is the JSON or XML that it says it is.
fn check_body(body: &str, escaping: Escaping) -> Option<Finding> {
    match escaping {
        Escaping::Json => {
            let error = serde_json::from_str::<IgnoredAny>(body).err()?;
            let what = "is not JSON once its placeholders are filled: quotes are straight, and stand around placeholders too";
            Some(Finding::new("SMS.RequestBody", format!("{what} (line {}, column {})", error.line(), error.column())))
        }
        Escaping::Xml => {
            let error = xml::parse(body.as_bytes()).err()?;
            Some(Finding::new("SMS.RequestBody", format!("is not XML once its placeholders are filled ({})", error.at)))
        }
        Escaping::Form | Escaping::Url | Escaping::Header | Escaping::Plain => None,
    }
}

fn check_pattern(field: &str, pattern: Option<&str>) -> Option<Finding> {
    let fault = Regex::new(pattern?).err()?;
    Some(Finding::new(field, format!("is not a regular expression: {fault}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sms(settings: &str) -> Vec<String> {
        let settings: SmsSettings = toml::from_str(settings).unwrap();
        settings.check().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn settings_that_can_stand_have_no_findings() {
        assert_eq!(sms("URL = 'https://sms.example.org/{to}'"), [""; 0]);
        assert_eq!(sms("URL = 'http://127.0.0.1:9000/sms'\nRequestBody = '{\"t\":\"{text}\"}'"), [""; 0]);
        assert_eq!(sms("URL = 'http://sms.example.org'\nallow_insecure = true\nMethod = 'GET'"), [""; 0]);
    }

    #[test]
    fn each_sms_setting_that_cannot_stand_is_named_with_its_remedy() {
        let only = |settings: &str| {
            let findings = sms(settings);
            assert_eq!(findings.len(), 1, "{findings:?}");
            findings.concat()
        };

        assert!(only("URL = 'http://sms.example.org/?key=hush'").starts_with("SMS.URL: is plain http to sms.example.org: use https"));
        assert!(only("URL = 'sms'").starts_with("SMS.URL: is not a URL"));
        assert!(only("URL = 'https://{to}.example.org/'").starts_with("SMS.URL: has a placeholder in its host"));
        assert!(only("URL = 'https://a/'\nTimeout = 60000").starts_with("SMS.Timeout: is 60000 ms"));
        assert!(only("URL = 'https://a/'\nRequestBody = 'to={to}'").starts_with("SMS.RequestBody: carries no {text}"));
        assert!(only("URL = 'https://a/'\nRequestBody = '{“t”:“{text}”}'").starts_with("SMS.RequestBody: is not JSON"));
        assert!(only("URL = 'https://a/'\nRequestBody = '{\"code\":{code}}'").starts_with("SMS.RequestBody: is not JSON"));
        assert!(only("URL = 'https://a/'\nRequestBody = '<t>{text}'").starts_with("SMS.RequestBody: is not XML"));
        assert!(only("URL = 'https://a/'\nRequestHeaders = 'Host:b'").starts_with("SMS.RequestHeaders: header 1 is host"));
        assert!(only("URL = 'https://a/'\nSuccess = '('").starts_with("SMS.Success: is not a regular expression"));
        assert!(only("URL = 'https://a/'\ndefault_country = 'Germany'").starts_with("SMS.default_country:"));
    }

    #[test]
    fn a_password_does_not_travel_unprotected_unless_allowed() {
        let check = |more: &str| {
            let written = format!("SMTP.Host='mail.example.org'\nSMTP.Port=25\nSMTP.Security='none'\nSMTP.Username='u'\n{more}");
            toml::from_str::<EmailSettings>(&written).unwrap().check()
        };

        assert_eq!(check("SMTP.Password='p'")[0].field, "Email.SMTP.Security");
        assert_eq!(check("SMTP.Password='p'\nSMTP.allow_insecure=true"), []);
        assert_eq!(check("SMTP.allow_insecure=true")[0].field, "Email.SMTP.Username");
    }

    #[test]
    fn findings_in_tables_carry_the_names_of_their_tables() {
        let services: WebServicesSettings =
            toml::from_str("test.code_authentication = 'http://a/'\nproduction.request_headers = 'x'").unwrap();
        let consent: ConsentSettings = toml::from_str("client_id='c'\nclient_secret='s'\nregion='eu'").unwrap();

        let fields: Vec<String> = services.check().into_iter().map(|finding| finding.field).collect();

        assert_eq!(fields, ["web_services.production.request_headers", "web_services.test.code_authentication"]);
        assert_eq!(consent.check()[0].field, "consent.token_url");
    }
}
