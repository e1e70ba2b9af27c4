//! A tenant's connections, read into the clients' own settings and checked by the clients' own rules.

use super::section::Section;
use crate::clients::{
    ClientAuthentication, ConsentSettings, EmailSettings, FallbackSettings, Finding, SmsMethod, SmsSettings, SmtpSecurity, SmtpSettings,
    WebServiceSettings, WebServicesSettings,
};

/// Longest time an SMS gateway may be given, in milliseconds.
const LONGEST_TIMEOUT_MS: u64 = 15_000;

/// Everything of the customer's that is called for one tenant.
#[derive(Debug, Clone)]
pub struct Connections {
    /// The mail server.
    pub email: Option<EmailSettings>,
    /// The SMS gateway.
    pub sms: Option<SmsSettings>,
    /// Second gateways.
    pub fallback: FallbackSettings,
    /// The XML web services.
    pub web_services: WebServicesSettings,
    /// The consent service.
    pub consent: Option<ConsentSettings>,
}

impl Connections {
    /// Reads the connections of `tenant`; `country` is the one of national numbers.
    pub(super) fn read(tenant: &Section<'_>, country: Option<&str>) -> Self {
        let fallback = tenant.section("fallback");
        let services = tenant.section("web_services");
        let connections = Self {
            email: email(tenant),
            sms: sms(tenant, country),
            fallback: FallbackSettings { email: email(&fallback), sms: sms(&fallback, country) },
            web_services: WebServicesSettings { production: web_service(&services, "production"), test: web_service(&services, "test") },
            consent: consent(tenant),
        };
        for finding in connections.check() {
            complain(tenant, &finding);
        }
        connections
    }

    fn check(&self) -> Vec<Finding> {
        let mut findings = self.fallback.check();
        findings.extend(self.email.iter().flat_map(EmailSettings::check));
        findings.extend(self.sms.iter().flat_map(SmsSettings::check));
        findings.extend(self.web_services.check());
        findings.extend(self.consent.iter().flat_map(ConsentSettings::check));
        findings
    }
}

fn complain(tenant: &Section<'_>, Finding { field, what }: &Finding) {
    let (message, help) = what.split_once(": ").unwrap_or((what, "callward.example.toml shows how it is written"));
    tenant.complain_at(field, format!("`{}` {message}", tenant.full_name(field)), help);
}

fn email(tenant: &Section<'_>) -> Option<EmailSettings> {
    let email = tenant.section("Email");
    let section = email.section("SMTP");
    if !email.is_present() {
        return None;
    }
    let securities = [("none", SmtpSecurity::None), ("starttls", SmtpSecurity::StartTls), ("tls", SmtpSecurity::Tls)];
    let (host, port) = (section.needed("Host"), section.needed("Port"));
    let smtp = SmtpSettings {
        security: section.choice("Security", &securities),
        username: section.text("Username"),
        password: section.secret("Password"),
        allow_insecure: section.switch("allow_insecure", false),
        port: port.and_then(|port| port.number(1..=u16::MAX)).unwrap_or_default(),
        host: host?.text()?,
    };
    Some(EmailSettings { smtp })
}

fn sms(tenant: &Section<'_>, country: Option<&str>) -> Option<SmsSettings> {
    let section = tenant.section("SMS");
    if !section.is_present() {
        return None;
    }
    let methods = [("POST", SmsMethod::Post), ("GET", SmsMethod::Get), ("PUT", SmsMethod::Put)];
    let url = section.needed("URL");
    Some(SmsSettings {
        method: section.choice("Method", &methods).unwrap_or_default(),
        request_headers: section.secret("RequestHeaders").unwrap_or_default(),
        request_body: section.secret("RequestBody").unwrap_or_default(),
        timeout_ms: section.number("Timeout", 5000, 1..=LONGEST_TIMEOUT_MS),
        plus_before_recipient: section.switch("PlusSymbolBeforeRecipientNumber", true),
        success: section.text("Success"),
        failure: section.text("Failure"),
        default_country: country.map(str::to_owned),
        allow_insecure: section.switch("allow_insecure", false),
        url: url?.secret()?,
    })
}

fn web_service(services: &Section<'_>, calls: &str) -> WebServiceSettings {
    let section = services.section(calls);
    let default = WebServiceSettings::default();
    WebServiceSettings {
        check_verified_contact_methods: section.text("check_verified_contact_methods").unwrap_or_default(),
        send_authentication_code: section.text("send_authentication_code").unwrap_or_default(),
        code_authentication: section.text("code_authentication").unwrap_or_default(),
        request_headers: section.secret("request_headers").unwrap_or_default(),
        identifier_parameter: section.text("identifier_parameter").unwrap_or(default.identifier_parameter),
        allow_insecure: section.switch("allow_insecure", default.allow_insecure),
    }
}

fn consent(tenant: &Section<'_>) -> Option<ConsentSettings> {
    let section = tenant.section("consent");
    if !section.is_present() {
        return None;
    }
    let authentications = [("basic", ClientAuthentication::Basic), ("body", ClientAuthentication::Body)];
    let (id, secret) = (section.needed("client_id"), section.needed("client_secret"));
    Some(ConsentSettings {
        base_url: section.text("base_url"),
        token_url: section.text("token_url"),
        org: section.text("org"),
        region: section.text("region"),
        client_auth: section.choice("client_auth", &authentications).unwrap_or_default(),
        allow_insecure: section.switch("allow_insecure", false),
        client_secret: secret.and_then(|secret| secret.secret()).unwrap_or_default(),
        client_id: id?.text()?,
    })
}
