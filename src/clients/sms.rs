//! Hands text messages to the customer's SMS gateway (requirements G12 to G17, AMB-11, AMB-12).

use std::time::Duration;

use regex::Regex;

use super::http::{HttpAnswer, HttpClient};
use super::http_error::{HttpError, HttpFault};
use super::phone_number::{PhoneNumber, PhoneNumberError};
use super::settings::SmsSettings;
use super::settings_check::Finding;
use super::sms_request::{SmsRequest, SmsRequestError};
use super::template::Placeholders;
use crate::secret::{Digits, SecretText};

/// One SMS gateway.
pub struct SmsGateway {
    http: HttpClient,
    request: SmsRequest,
    timeout: Duration,
    plus_before_recipient: bool,
    default_country: Option<String>,
    success: Option<Regex>,
    failure: Option<Regex>,
}

/// One text message.
#[derive(Clone, Copy)]
pub struct SmsMessage<'a> {
    /// The recipient's number, as the customer's systems know it.
    pub to: &'a str,
    /// The sender's number or name.
    pub from: &'a str,
    /// The whole text.
    pub text: &'a SecretText,
    /// The code in it, where there is one.
    pub code: Option<&'a Digits>,
    /// Our own id of the message.
    pub message_id: &'a str,
}

/// A message that the gateway did not accept, as far as we know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SmsError {
    /// No answer within `SMS.Timeout`; the message may have gone out.
    #[error("the SMS gateway did not answer in time (gateway_timeout)")]
    GatewayTimeout(#[source] HttpError),
    /// No connection; the message did not go out.
    #[error("the SMS gateway cannot be reached")]
    Unreachable(#[source] HttpError),
    /// The connection broke, or the answer was too large; the message may have gone out.
    #[error("the SMS gateway did not answer properly")]
    BadAnswer(#[source] HttpError),
    /// The gateway said no.
    #[error("the SMS gateway refused the message: {0}")]
    Refused(Refusal),
    /// Nobody can have this number.
    #[error("the recipient cannot be sent a message")]
    BadRecipient(#[source] PhoneNumberError),
    /// The templates do not take this message.
    #[error("the message does not fit the gateway's settings")]
    BadRequest(#[source] SmsRequestError),
}

/// How a gateway says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// By a status that is not 2xx.
    #[error("status {0}")]
    Status(u16),
    /// By a body that `SMS.Failure` matches.
    #[error("its answer matches SMS.Failure")]
    Failure,
    /// By a body that `SMS.Success` does not match.
    #[error("its answer does not match SMS.Success")]
    NoSuccess,
}

impl SmsGateway {
    /// The gateway that `settings` describe; `Err` says what in them cannot stand.
    pub fn new(http: HttpClient, settings: &SmsSettings) -> Result<Self, Finding> {
        if let Some(finding) = settings.check().into_iter().next() {
            return Err(finding);
        }
        Ok(Self {
            http,
            request: SmsRequest::read(settings).map_err(|error| Finding::new("SMS.RequestHeaders", error.to_string()))?,
            timeout: Duration::from_millis(settings.timeout_ms),
            plus_before_recipient: settings.plus_before_recipient,
            default_country: settings.default_country.clone(),
            success: pattern("SMS.Success", settings.success.as_deref())?,
            failure: pattern("SMS.Failure", settings.failure.as_deref())?,
        })
    }

    /// Hands `message` over; `Ok` is the gateway's word that it took it.
    pub async fn send(&self, message: SmsMessage<'_>) -> Result<(), SmsError> {
        let number = PhoneNumber::parse(message.to, self.default_country.as_deref()).map_err(SmsError::BadRecipient)?;
        let placeholders = Placeholders {
            to: &number.with_plus(self.plus_before_recipient),
            from: message.from,
            text: message.text.expose(),
            code: message.code.map(Digits::expose).unwrap_or_default(),
            message_id: message.message_id,
        };
        let request = self.request.fill(&self.http, placeholders).map_err(SmsError::BadRequest)?;
        let answer = self.http.send(request, self.timeout).await.map_err(SmsError::from)?;
        self.judge(&answer).map_err(SmsError::Refused)
    }

    fn judge(&self, answer: &HttpAnswer) -> Result<(), Refusal> {
        if !answer.status.is_success() {
            return Err(Refusal::Status(answer.status.as_u16()));
        }
        let body = String::from_utf8_lossy(&answer.body);
        if self.failure.as_ref().is_some_and(|failure| failure.is_match(&body)) {
            return Err(Refusal::Failure);
        }
        if self.success.as_ref().is_some_and(|success| !success.is_match(&body)) {
            return Err(Refusal::NoSuccess);
        }
        Ok(())
    }
}

impl From<HttpError> for SmsError {
    fn from(error: HttpError) -> Self {
        match error.fault {
            HttpFault::Timeout(_) => Self::GatewayTimeout(error),
            HttpFault::Unreachable(_) | HttpFault::Tls(_) | HttpFault::Forbidden(_) | HttpFault::Unsendable => Self::Unreachable(error),
            HttpFault::BrokenOff | HttpFault::TooLarge | HttpFault::Status(_) => Self::BadAnswer(error),
        }
    }
}

fn pattern(field: &str, written: Option<&str>) -> Result<Option<Regex>, Finding> {
    written.map(Regex::new).transpose().map_err(|error| Finding::new(field, error.to_string()))
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;

    use super::*;
    use crate::clients::stand_in::{StandIn, answer};

    const BODY: &str = r#"RequestBody = '{"to":"{to}","text":"{text}","id":"{message_id}"}'"#;

    fn gateway(url: &str, more: &str) -> SmsGateway {
        let settings = format!("URL = '{url}'\n{BODY}\n{more}");
        SmsGateway::new(HttpClient::trusting(RootCertStore::empty(), false).unwrap(), &toml::from_str(&settings).unwrap()).unwrap()
    }

    async fn send(gateway: &SmsGateway, to: &str) -> Result<(), SmsError> {
        let (text, code) = (SecretText::new("Your code is 012345."), Digits::new("012345"));
        gateway.send(SmsMessage { to, from: "Bank", text: &text, code: Some(&code), message_id: "m-1" }).await
    }

    #[tokio::test]
    async fn an_accepted_message_carries_number_text_and_id() {
        let server = StandIn::answering([answer(202, "queued")]).await;

        send(&gateway(&server.url("/sms"), "RequestHeaders = '“Authorization:Bearer x”'"), "0049 170 1234521").await.unwrap();

        let request = server.requests().concat();
        assert!(request.starts_with("POST /sms HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("authorization: Bearer x\r\n") && request.contains("content-type: application/json\r\n"), "{request}");
        assert!(request.ends_with(r#"{"to":"+491701234521","text":"Your code is 012345.","id":"m-1"}"#), "{request}");
    }

    #[tokio::test]
    async fn the_plus_sign_is_left_out_when_it_is_not_wanted() {
        let server = StandIn::answering([answer(200, "")]).await;
        let more = "PlusSymbolBeforeRecipientNumber = false\ndefault_country = 'DE'";

        send(&gateway(&server.url("/"), more), "0170 1234521").await.unwrap();

        assert!(server.requests().concat().contains(r#""to":"491701234521""#));
    }

    #[tokio::test]
    async fn a_gateway_refuses_by_status_or_by_what_it_says() {
        let answers = [answer(500, ""), answer(302, ""), answer(200, "ERR 7"), answer(200, "queue"), answer(200, "OK: 1")];
        let server = StandIn::answering(answers).await;
        let gateway = gateway(&server.url("/"), "Success = '^OK'\nFailure = '(?i)err'");

        assert_eq!(send(&gateway, "+491701234521").await, Err(SmsError::Refused(Refusal::Status(500))));
        assert_eq!(send(&gateway, "+491701234521").await, Err(SmsError::Refused(Refusal::Status(302))));
        assert_eq!(send(&gateway, "+491701234521").await, Err(SmsError::Refused(Refusal::Failure)));
        assert_eq!(send(&gateway, "+491701234521").await, Err(SmsError::Refused(Refusal::NoSuccess)));
        assert_eq!(send(&gateway, "+491701234521").await, Ok(()));
    }

    #[tokio::test]
    async fn silence_is_a_gateway_timeout_and_nobody_is_unreachable() {
        let silent = StandIn::silent().await;

        let timeout = send(&gateway(&silent.url("/"), "Timeout = 30"), "+491701234521").await.unwrap_err();
        let unreachable = send(&gateway(&StandIn::nobody().await, ""), "+491701234521").await.unwrap_err();

        assert!(matches!(timeout, SmsError::GatewayTimeout(_)), "{timeout:?}");
        assert!(matches!(unreachable, SmsError::Unreachable(_)), "{unreachable:?}");
    }

    #[tokio::test]
    async fn a_number_that_is_none_never_reaches_the_gateway_or_the_error() {
        let server = StandIn::answering([answer(200, "")]).await;

        let error = send(&gateway(&server.url("/"), ""), "0170 1234521").await.unwrap_err();

        assert_eq!(error, SmsError::BadRecipient(PhoneNumberError::National));
        assert!(!format!("{error:?}").contains("1234521"));
        assert!(server.requests().is_empty());
    }
}
