//! Calls the customer's XML web services: form-encoded POST, XML back (requirements G22 to G28, AMB-24).

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap};
use url::Url;

use super::http::HttpClient;
use super::http_error::HttpError;
use super::request_headers;
use super::settings::WebServiceSettings;
use super::settings_check::Finding;
use super::web_service_answer::{self, AnswerError, ContactMethod, ServiceAnswer, ServiceStatus, VerifiedContacts};
use crate::secret::Digits;

/// The services of one tenant, for production calls or for test calls.
pub struct WebServices {
    http: HttpClient,
    settings: WebServiceSettings,
    headers: HeaderMap,
}

/// On whose behalf a service is asked, and how long the caller can wait.
#[derive(Clone, Copy)]
pub struct ServiceCall<'a> {
    /// The caller's account number.
    pub identity: &'a str,
    /// The platform's id of the call, else ours.
    pub call_id: &'a str,
    /// The tenant.
    pub tenant: &'a str,
    /// For connecting and answering together.
    pub timeout: Duration,
}

/// A service that did not answer as it has to: never a success, never a wrong code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// No URL is set for this service and this kind of call.
    #[error("no URL is set for {0}: write it under web_services")]
    NotConfigured(&'static str),
    /// What is set for its URL is none.
    #[error("what is set for {0} is not a URL")]
    BadUrl(&'static str),
    /// Timeout, no connection, or a status that is not 2xx.
    #[error("the web service failed")]
    Http(#[from] HttpError),
    /// An answer that is not what it has to be.
    #[error("the web service's answer cannot be used")]
    Answer(#[from] AnswerError),
}

impl WebServices {
    /// The services that `settings` name; `Err` says what in them cannot stand.
    pub fn new(http: HttpClient, settings: WebServiceSettings) -> Result<Self, Finding> {
        if let Some(finding) = settings.check().into_iter().next() {
            return Err(finding);
        }
        let headers = request_headers::header_map(settings.request_headers.expose());
        let headers = headers.map_err(|error| Finding::new("request_headers", error.to_string()))?;
        Ok(Self { http, settings, headers })
    }

    /// Asks for the customer's contact methods. With `not found` or a path there are none.
    pub async fn check_verified_contact_methods(&self, call: ServiceCall<'_>) -> Result<(ServiceStatus, VerifiedContacts), ServiceError> {
        let url = service_url("check_verified_contact_methods", &self.settings.check_verified_contact_methods)?;
        let body = self.post(url, call, &[]).await?;
        Ok(web_service_answer::read_contacts(&body)?)
    }

    /// Whether there is a service that sends codes; without one there is nothing to send (AMB-5).
    pub fn sends_codes(&self) -> bool {
        !self.settings.send_authentication_code.is_empty()
    }

    /// Has a code sent by the method that the caller chose (external mode only).
    pub async fn send_authentication_code(&self, call: ServiceCall<'_>, method: ContactMethod) -> Result<ServiceStatus, ServiceError> {
        let url = service_url("send_authentication_code", &self.settings.send_authentication_code)?;
        let body = self.post(url, call, &[("TwoFactorAuthSelectedMethod", method.parameter())]).await?;
        Ok(web_service_answer::read_answer(&body, Some("sendAuthenticationCode"))?.status)
    }

    /// Has a code checked that the caller entered (external mode only).
    pub async fn code_authentication(&self, call: ServiceCall<'_>, code: &Digits) -> Result<ServiceStatus, ServiceError> {
        let url = service_url("code_authentication", &self.settings.code_authentication)?;
        let body = self.post(url, call, &[("authCode_nbest1", code.expose())]).await?;
        Ok(web_service_answer::read_answer(&body, Some("codeAuthentication"))?.status)
    }

    /// Asks a service that a flow names, with the flow's own fields beside the usual ones.
    pub async fn call(&self, url: &str, call: ServiceCall<'_>, fields: &[(&str, &str)]) -> Result<ServiceAnswer, ServiceError> {
        let body = self.post(service_url("the flow's web service", url)?, call, fields).await?;
        Ok(web_service_answer::read_answer(&body, None)?)
    }

    async fn post(&self, url: Url, call: ServiceCall<'_>, fields: &[(&str, &str)]) -> Result<Vec<u8>, HttpError> {
        let identifier = self.settings.identifier_parameter.as_str();
        let mut form = vec![(identifier, call.identity), ("callId", call.call_id), ("tenant", call.tenant)];
        form.extend_from_slice(fields);
        let headers = self.headers_for(&url);
        let request = self.http.request(Method::POST, url).header(ACCEPT, "application/xml, text/xml").headers(headers);
        self.http.send(request.form(&form), call.timeout).await?.success()
    }

    /// The tenant's headers are secrets between it and its services: a URL that a flow names gets them only at the same host.
    fn headers_for(&self, url: &Url) -> HeaderMap {
        let settings = &self.settings;
        let services = [&settings.check_verified_contact_methods, &settings.send_authentication_code, &settings.code_authentication];
        let known = services.into_iter().filter_map(|service| Url::parse(service).ok()).any(|service| service.origin() == url.origin());
        if known { self.headers.clone() } else { HeaderMap::new() }
    }
}

fn service_url(service: &'static str, written: &str) -> Result<Url, ServiceError> {
    if written.is_empty() {
        return Err(ServiceError::NotConfigured(service));
    }
    Url::parse(written).map_err(|_| ServiceError::BadUrl(service))
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;

    use super::*;
    use crate::clients::http_error::HttpFault;
    use crate::clients::stand_in::{StandIn, answer};

    const SUCCESS: &str = "<codeAuthentication><status>success</status></codeAuthentication>";
    const CALL: ServiceCall<'_> = ServiceCall { identity: "10 01", call_id: "c-1", tenant: "acme", timeout: Duration::from_secs(5) };

    fn services(url: &str) -> WebServices {
        let urls = ["check_verified_contact_methods", "send_authentication_code", "code_authentication"];
        let urls = urls.map(|name| format!("{name} = '{url}'")).join("\n");
        let settings = toml::from_str(&format!("{urls}\nrequest_headers = '“Authorization:Bearer x”'")).unwrap();
        WebServices::new(HttpClient::trusting(RootCertStore::empty(), false).unwrap(), settings).unwrap()
    }

    async fn check_code(url: &str) -> Result<ServiceStatus, ServiceError> {
        let call = ServiceCall { timeout: Duration::from_millis(500), ..CALL };
        services(url).code_authentication(call, &Digits::new("012345")).await
    }

    #[tokio::test]
    async fn a_code_goes_out_in_its_form_field_and_nowhere_else() {
        let server = StandIn::answering([answer(200, SUCCESS)]).await;

        let status = services(&server.url("/check")).code_authentication(CALL, &Digits::new("012345")).await;

        assert_eq!(status, Ok(ServiceStatus::Success));
        let request = server.requests().concat();
        let (head, form) = request.split_once("\r\n\r\n").unwrap();
        assert_eq!(form, "accountNumber=10+01&callId=c-1&tenant=acme&authCode_nbest1=012345");
        assert!(head.starts_with("POST /check HTTP/1.1\r\n") && head.contains("authorization: Bearer x"), "{head}");
        assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
        assert!(!head.contains("012345"));
    }

    #[tokio::test]
    async fn the_chosen_method_is_named_as_the_services_spell_it() {
        let sent = "<sendAuthenticationCode><status>success</status></sendAuthenticationCode>";
        let server = StandIn::answering([answer(200, sent)]).await;
        let services = services(&server.url("/"));

        services.send_authentication_code(CALL, ContactMethod::Sms).await.unwrap();
        services.send_authentication_code(CALL, ContactMethod::Email).await.unwrap();

        let requests = server.requests();
        assert!(requests[0].ends_with("TwoFactorAuthSelectedMethod=SMS"), "{requests:?}");
        assert!(requests[1].ends_with("TwoFactorAuthSelectedMethod=Email"), "{requests:?}");
    }

    #[tokio::test]
    async fn contact_methods_come_with_their_values() {
        let methods = "<methods><method name='SMS' value='+491701234521'/></methods>";
        let found = format!("<checkVerifiedContactMethods><status>success</status>{methods}</checkVerifiedContactMethods>");
        let server = StandIn::answering([answer(200, &found)]).await;

        let (status, contacts) = services(&server.url("/")).check_verified_contact_methods(CALL).await.unwrap();

        assert_eq!(status, ServiceStatus::Success);
        assert_eq!(contacts.contacts[0].value.as_deref(), Some("+491701234521"));
    }

    #[tokio::test]
    async fn an_answer_that_is_late_broken_or_lying_is_never_a_success() {
        let lies = [
            answer(500, SUCCESS),
            answer(302, SUCCESS),
            answer(200, ""),
            answer(200, "success"),
            answer(200, "{\"status\":\"success\"}"),
            answer(200, &SUCCESS[..SUCCESS.len() - 1]),
            answer(200, &SUCCESS.replace("codeAuth", "sendAuth")),
            answer(200, &format!("{SUCCESS}{SUCCESS}")),
            "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n".to_owned() + SUCCESS,
            "HTTP/1.1 garbage\r\n\r\n".to_owned(),
            "SSH-2.0-OpenSSH\r\n".to_owned(),
            String::new(),
        ];
        for lie in lies {
            let server = StandIn::answering([lie.clone()]).await;
            assert!(check_code(&server.url("/")).await.is_err(), "{lie}");
        }

        let stalled = StandIn::stalling(&answer(200, SUCCESS)[..60]).await;
        let error = check_code(&stalled.url("/")).await.unwrap_err();
        assert!(matches!(&error, ServiceError::Http(http) if matches!(http.fault, HttpFault::Timeout(_))), "{error:?}");
    }

    #[tokio::test]
    async fn a_service_without_a_url_is_not_called() {
        let services =
            WebServices::new(HttpClient::trusting(RootCertStore::empty(), false).unwrap(), WebServiceSettings::default()).unwrap();

        assert!(!services.sends_codes());
        let error = services.check_verified_contact_methods(CALL).await.unwrap_err();
        assert_eq!(error, ServiceError::NotConfigured("check_verified_contact_methods"));
    }

    #[tokio::test]
    async fn a_flows_service_on_another_host_gets_no_headers_of_the_tenant() {
        let (known, other) = (StandIn::silent().await, StandIn::answering([answer(200, "<a><status>success</status></a>")]).await);

        services(&known.url("/")).call(&other.url("/"), CALL, &[]).await.unwrap();

        assert!(!other.requests().concat().contains("Bearer"));
    }

    #[tokio::test]
    async fn a_flows_own_service_gets_the_flows_fields_and_gives_its_own() {
        let server = StandIn::answering([answer(200, "<lookup><status>Gold Card</status><limit>500</limit></lookup>")]).await;

        let answered = services(&server.url("/")).call(&server.url("/lookup"), CALL, &[("product", "card&co")]).await.unwrap();

        assert_eq!((answered.status.path().as_str(), answered.fields["limit"].as_str()), ("gold_card", "500"));
        assert!(server.requests().concat().ends_with("&tenant=acme&product=card%26co"));
    }
}
