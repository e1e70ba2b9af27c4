//! A tenant's connections as its configuration writes them: the vendors' own setting names, as nested tables.

use serde::Deserialize;

use super::address_guard::is_loopback;
use crate::secret::SecretText;

/// `Email`: the customer's mail server (requirements G10, G11).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailSettings {
    /// `Email.SMTP`.
    #[serde(rename = "SMTP")]
    pub smtp: SmtpSettings,
}

/// `Email.SMTP`: host, port, and how to talk to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct SmtpSettings {
    /// Host name or address of the server.
    pub host: String,
    /// Port of the server.
    pub port: u16,
    /// How the connection is protected; [`SmtpSettings::security`] knows the default.
    pub security: Option<SmtpSecurity>,
    /// Name to log in with; no login without it.
    pub username: Option<String>,
    /// Password to log in with.
    pub password: Option<SecretText>,
    /// Lets a password travel unprotected to another machine.
    #[serde(default, rename = "allow_insecure")]
    pub allow_insecure: bool,
}

/// How a connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// Not at all.
    None,
    /// TLS after `STARTTLS`, and nothing without it (RFC 3207).
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Tls,
}

/// `SMS`: the customer's SMS gateway, an HTTP service of any shape (requirements G12 to G17).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsSettings {
    /// How the gateway is asked.
    #[serde(rename = "Method", default)]
    pub method: SmsMethod,
    /// Where it is, with placeholders. A secret: gateways take keys in the query.
    #[serde(rename = "URL")]
    pub url: SecretText,
    /// `“Name:Value”, “Name:Value”`, with placeholders; may be blank.
    #[serde(rename = "RequestHeaders", default)]
    pub request_headers: SecretText,
    /// What the gateway needs, with placeholders; may be blank.
    #[serde(rename = "RequestBody", default)]
    pub request_body: SecretText,
    /// Milliseconds for connecting and answering together.
    #[serde(rename = "Timeout", default = "five_seconds")]
    pub timeout_ms: u64,
    /// Whether a recipient's number begins with `+`.
    #[serde(rename = "PlusSymbolBeforeRecipientNumber", default = "yes")]
    pub plus_before_recipient: bool,
    /// A regular expression that the answer has to match.
    #[serde(rename = "Success")]
    pub success: Option<String>,
    /// A regular expression that the answer must not match.
    #[serde(rename = "Failure")]
    pub failure: Option<String>,
    /// Country of national numbers (`DE`); without it they are refused.
    #[serde(default)]
    pub default_country: Option<String>,
    /// Lets the gateway be asked over plain `http` on another machine.
    #[serde(default)]
    pub allow_insecure: bool,
}

/// How an SMS gateway is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SmsMethod {
    /// `GET`.
    #[serde(alias = "get")]
    Get,
    /// `POST`.
    #[default]
    #[serde(alias = "post")]
    Post,
    /// `PUT`.
    #[serde(alias = "put")]
    Put,
}

/// `fallback`: second gateways, asked when the first ones fail.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FallbackSettings {
    /// A second mail server.
    #[serde(rename = "Email")]
    pub email: Option<EmailSettings>,
    /// A second SMS gateway.
    #[serde(rename = "SMS")]
    pub sms: Option<SmsSettings>,
}

/// `web_services`: the customer's XML services, for production calls and for test calls (requirement G39).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebServicesSettings {
    /// Used by production calls.
    #[serde(default)]
    pub production: WebServiceSettings,
    /// Used by test calls, and by no other.
    #[serde(default)]
    pub test: WebServiceSettings,
}

/// The three services of one kind of call; an empty URL is a service that there is not.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebServiceSettings {
    /// Which contact methods a customer has.
    pub check_verified_contact_methods: String,
    /// Sends a code (external mode only).
    pub send_authentication_code: String,
    /// Checks a code (external mode only).
    pub code_authentication: String,
    /// Headers sent along, written like `SMS.RequestHeaders`; may be blank.
    pub request_headers: SecretText,
    /// Name of the form field that carries the identity.
    pub identifier_parameter: String,
    /// Lets the services be asked over plain `http` on another machine.
    pub allow_insecure: bool,
}

/// `consent`: the consent service, by its two URLs or by Talkdesk's organisation and region (requirement T4).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentSettings {
    /// Where contacts lie: `{base_url}/{contact_id}/consent`.
    pub base_url: Option<String>,
    /// Where access tokens are given out.
    pub token_url: Option<String>,
    /// Talkdesk account name, instead of the URLs.
    pub org: Option<String>,
    /// Talkdesk region (`com`, `eu`, `ca`), instead of the URLs.
    pub region: Option<String>,
    /// OAuth client.
    pub client_id: String,
    /// OAuth client's secret.
    pub client_secret: SecretText,
    /// How the client shows its secret.
    #[serde(default)]
    pub client_auth: ClientAuthentication,
    /// Lets the service be asked over plain `http` on another machine.
    #[serde(default)]
    pub allow_insecure: bool,
}

/// How an OAuth client shows its secret (RFC 6749 §2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuthentication {
    /// By HTTP Basic.
    #[default]
    Basic,
    /// In the form of the token request.
    Body,
}

impl SmtpSettings {
    /// How the connection is protected: as set, else not at all to this machine and by STARTTLS to any other.
    pub fn security(&self) -> SmtpSecurity {
        match self.security {
            Some(security) => security,
            None if is_loopback(&self.host) => SmtpSecurity::None,
            None => SmtpSecurity::StartTls,
        }
    }
}

impl ConsentSettings {
    /// Where contacts lie, without a slash at the end; `None` when neither URL nor region says so.
    pub fn base_url(&self) -> Option<String> {
        let written = self.base_url.as_ref().map(|url| url.trim_end_matches('/').to_owned());
        written.or_else(|| self.region.as_ref().map(|region| format!("https://api.talkdeskapp.{region}/voicebiometrics/contacts")))
    }

    /// Where tokens are given out; `None` when neither URL nor organisation and region say so.
    pub fn token_url(&self) -> Option<String> {
        let by_account = || Some(format!("https://{}.mytalkdesk.{}/oauth/token", self.org.as_ref()?, self.region.as_ref()?));
        self.token_url.clone().or_else(by_account)
    }
}

impl Default for WebServiceSettings {
    fn default() -> Self {
        Self {
            check_verified_contact_methods: String::new(),
            send_authentication_code: String::new(),
            code_authentication: String::new(),
            request_headers: SecretText::default(),
            identifier_parameter: "accountNumber".to_owned(),
            allow_insecure: false,
        }
    }
}

fn five_seconds() -> u64 {
    5000
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Tenant {
        #[serde(rename = "Email")]
        email: EmailSettings,
        #[serde(rename = "SMS")]
        sms: SmsSettings,
        fallback: Option<FallbackSettings>,
        web_services: WebServicesSettings,
        consent: ConsentSettings,
    }

    const TENANT: &str = r#"
        Email.SMTP.Host = "127.0.0.1"
        Email.SMTP.Port = 1025
        SMS.Method = "POST"
        SMS.URL = "http://127.0.0.1:9000/sms"
        SMS.RequestHeaders = '“Authorization:Bearer x”, “X-Tenant:acme”'
        SMS.RequestBody = '{"to":"{to}","from":"{from}","text":"{text}"}'
        SMS.Timeout = 5000
        SMS.PlusSymbolBeforeRecipientNumber = true
        [fallback]
        Email.SMTP.Host = "mail.example.org"
        Email.SMTP.Port = 587
        Email.SMTP.Security = "starttls"
        Email.SMTP.Username = "callward"
        Email.SMTP.Password = "hush"
        [web_services.production]
        check_verified_contact_methods = "http://127.0.0.1:9000/checkVerifiedContactMethods"
        request_headers = '"Authorization:Bearer hush"'
        [consent]
        org = "acme"
        region = "eu"
        client_id = "callward"
        client_secret = "hush"
        client_auth = "body"
    "#;

    #[test]
    fn a_tenant_is_read_with_the_vendors_own_names() {
        let tenant: Tenant = toml::from_str(TENANT).unwrap();

        assert_eq!(tenant.email.smtp.security(), SmtpSecurity::None);
        assert_eq!(tenant.sms.method, SmsMethod::Post);
        assert_eq!(tenant.fallback.unwrap().email.unwrap().smtp.security(), SmtpSecurity::StartTls);
        assert_eq!(tenant.web_services.production.identifier_parameter, "accountNumber");
        assert_eq!(tenant.web_services.test.check_verified_contact_methods, "");
        assert_eq!(tenant.consent.client_auth, ClientAuthentication::Body);
        assert_eq!(tenant.consent.token_url().unwrap(), "https://acme.mytalkdesk.eu/oauth/token");
        assert_eq!(tenant.consent.base_url().unwrap(), "https://api.talkdeskapp.eu/voicebiometrics/contacts");
    }

    #[test]
    fn an_unknown_key_or_method_is_an_error_that_names_it() {
        let misspelt = toml::from_str::<SmsSettings>("URL = 'https://a'\nTimeOut = 1").unwrap_err();
        let patch = toml::from_str::<SmsSettings>("URL = 'https://a'\nMethod = 'PATCH'").unwrap_err();

        assert!(misspelt.message().contains("unknown field `TimeOut`"), "{misspelt}");
        assert!(patch.message().contains("unknown variant `PATCH`"), "{patch}");
    }

    #[test]
    fn no_secret_shows_in_debug() {
        let tenant: Tenant = toml::from_str(TENANT).unwrap();

        let shown = format!("{:?} {:?} {:?} {:?}", tenant.sms, tenant.fallback, tenant.web_services, tenant.consent);

        assert!(!shown.contains("hush") && !shown.contains("Bearer") && !shown.contains("{to}"), "{shown}");
    }
}
