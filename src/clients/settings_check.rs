//! What is wrong with a tenant's connections beyond their types, in words for whoever wrote them.

use std::fmt;

use regex::Regex;
use url::Url;

use super::settings::{
    ConsentSettings, EmailSettings, FallbackSettings, SmsSettings, SmtpSecurity, WebServiceSettings, WebServicesSettings, is_loopback,
};

/// Longest that a caller may wait for one service, in milliseconds.
const LONGEST_TIMEOUT_MS: u64 = 15_000;

/// One setting that cannot stand as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The setting's name below the tenant's table (`SMS.URL`).
    pub field: String,
    /// What is wrong and what to write instead; never a secret.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.what)
    }
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
        let mut findings = Vec::new();
        findings.extend(check_url("SMS.URL", self.url.expose(), self.allow_insecure));
        if !(1..=LONGEST_TIMEOUT_MS).contains(&self.timeout_ms) {
            let what = format!("is {} ms: a caller waits meanwhile, so write 1 to {LONGEST_TIMEOUT_MS}", self.timeout_ms);
            findings.push(Finding::new("SMS.Timeout", what));
        }
        findings.extend(check_pattern("SMS.Success", self.success.as_deref()));
        findings.extend(check_pattern("SMS.Failure", self.failure.as_deref()));
        findings
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

fn check_pattern(field: &str, pattern: Option<&str>) -> Option<Finding> {
    let fault = Regex::new(pattern?).err()?;
    Some(Finding::new(field, format!("is not a regular expression: {fault}")))
}
