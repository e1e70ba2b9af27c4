//! The customer's XML web services (G22–G28), and any other service that answers in their form.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use quick_xml::escape::escape;
use url::form_urlencoded;

use super::appointments::{self, Answer};
use super::customer::{ContactMethod, Customer};
use super::inbox::Delivery;
use super::manner::Lie;
use super::message::Channel;
use super::service::Service;
use super::world::{Asked, World};
use crate::secret::{Digits, SecretText};

const SUCCESS: &str = "success";
const NOT_FOUND: &str = "not found";
const INCORRECT_CODE: &str = "incorrect code";
const ERROR: &str = "error";

/// Fields that say who asks, not what.
const ABOUT_THE_CALL: [&str; 2] = ["callId", "tenant"];

/// Answers `POST /{service}`.
pub async fn answer(State(world): State<World>, Path(name): Path<String>, lie: Option<Extension<Lie>>, form: Bytes) -> Response {
    let request = Request::read(&world, &form);
    let service = Service::named(&name);
    world.note(Asked { service: service.clone(), fields: request.fields.clone() });
    let status = match lie {
        Some(Extension(Lie(words))) => words,
        None => request.true_status(&world, &service).to_owned(),
    };
    let rest = request.rest(&service, &status);
    let root = element_name(&name);
    let document = format!("<{root}>\n    <status>{}</status>\n{rest}</{root}>\n", escape(status.as_str()));
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], document).into_response()
}

struct Request {
    fields: Vec<(String, SecretText)>,
    customer: Option<Customer>,
}

impl Request {
    fn read(world: &World, form: &[u8]) -> Self {
        let fields: Vec<(String, SecretText)> =
            form_urlencoded::parse(form).map(|(name, value)| (name.into_owned(), SecretText::new(value))).collect();
        let customer = fields.iter().filter(|(name, _)| is_identity(name)).find_map(|(_, value)| world.customer(value.expose()));
        Self { fields, customer }
    }

    fn true_status(&self, world: &World, service: &Service) -> &'static str {
        if matches!(service, Service::Other(_)) && !self.asks_about_somebody() {
            return self.own_status(service);
        }
        let Some(customer) = &self.customer else { return NOT_FOUND };
        match service {
            Service::SendAuthenticationCode => self.send_code(world, customer),
            Service::CodeAuthentication => self.check_code(world, customer),
            Service::Other(_) => self.own_status(service),
            Service::CheckVerifiedContactMethods => SUCCESS,
            Service::SmsGateway | Service::MailServer | Service::ConsentRead | Service::ConsentSet | Service::Token => ERROR,
        }
    }

    /// What stands below the status of a successful answer.
    fn rest(&self, service: &Service, status: &str) -> String {
        if !status.eq_ignore_ascii_case(SUCCESS) {
            return String::new();
        }
        match service {
            Service::CheckVerifiedContactMethods => self.customer.as_ref().map(methods).unwrap_or_default(),
            Service::Other(_) => self.calendar(service).map_or_else(|| self.echo(), |answer| elements(&answer.fields)),
            Service::SendAuthenticationCode | Service::CodeAuthentication => String::new(),
            Service::SmsGateway | Service::MailServer | Service::ConsentRead | Service::ConsentSet | Service::Token => String::new(),
        }
    }

    fn send_code(&self, world: &World, customer: &Customer) -> &'static str {
        let selected = self.field("TwoFactorAuthSelectedMethod");
        let Some(method) = customer.methods.iter().find(|method| method.name().eq_ignore_ascii_case(selected)) else { return NOT_FOUND };
        let (channel, target) = match method {
            ContactMethod::Authenticator => return SUCCESS,
            ContactMethod::Sms(Some(number)) => (Channel::Sms, number),
            ContactMethod::Email(Some(address)) => (Channel::Email, address),
            ContactMethod::Sms(None) | ContactMethod::Email(None) => return ERROR,
        };
        let code = world.make_code(&customer.id);
        world.deliver(own_message(channel, target, &code));
        SUCCESS
    }

    fn check_code(&self, world: &World, customer: &Customer) -> &'static str {
        let digits = Digits::new(self.field("authCode_nbest1"));
        if world.accepts_code(&customer.id, &digits) { SUCCESS } else { INCORRECT_CODE }
    }

    /// What a service of a flow's own answers.
    fn own_status(&self, service: &Service) -> &'static str {
        self.calendar(service).map_or(SUCCESS, |answer| answer.status)
    }

    fn asks_about_somebody(&self) -> bool {
        self.fields.iter().any(|(name, value)| is_identity(name) && !value.expose().is_empty())
    }

    fn calendar(&self, service: &Service) -> Option<Answer> {
        appointments::answer(service, |name| self.field(name))
    }

    /// The fields of the request as elements, so that a flow has something to keep.
    fn echo(&self) -> String {
        let about = self.fields.iter().filter(|(name, _)| !ABOUT_THE_CALL.contains(&name.as_str()));
        about.map(|(name, value)| format!("    <{0}>{1}</{0}>\n", element_name(name), escape(value.expose()))).collect()
    }

    fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.expose())
    }
}

fn elements(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("    <{name}>{}</{name}>\n", escape(*value))).collect()
}

/// The identifier's name is the tenant's choice (AMB-24): any field may be it that is not known to be another.
fn is_identity(name: &str) -> bool {
    !ABOUT_THE_CALL.contains(&name) && name != "TwoFactorAuthSelectedMethod" && !name.starts_with("authCode_")
}

fn methods(customer: &Customer) -> String {
    let lines: String = customer.methods.iter().map(method_line).collect();
    format!("    <methods>\n{lines}    </methods>\n")
}

fn method_line(method: &ContactMethod) -> String {
    let value = method.target().map(|target| format!(" value=\"{}\"", escape(target))).unwrap_or_default();
    format!("        <method name=\"{}\"{value}/>\n", method.name())
}

/// The message in which the customer's own service sends its code.
fn own_message(channel: Channel, to: &str, code: &Digits) -> Delivery {
    let text = SecretText::new(format!("{} is your security code from Example Bank. We never ask for it in a message.", code.expose()));
    let (from, subject) = match channel {
        Channel::Sms => ("Example", ""),
        Channel::Email => ("codes@bank.example", "Your security code"),
    };
    Delivery { channel, to: to.to_owned(), from: from.to_owned(), subject: subject.to_owned(), text }
}

/// A name that may stand in a tag, whatever stood in the address.
fn element_name(name: &str) -> String {
    let name: String = name.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
    if name.starts_with(|letter: char| letter.is_ascii_alphabetic()) { name } else { format!("_{name}") }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;
    use crate::demo::manner::{Fault, Manner};
    use crate::demo::testing::{post, stand_ins};

    const METHODS: &str = "/checkVerifiedContactMethods";

    #[tokio::test]
    async fn contact_methods_are_answered_as_genesys_writes_them() {
        let stand_ins = stand_ins().await;

        let known = post(&stand_ins, METHODS, &[("accountNumber", "1001"), ("callId", "c"), ("tenant", "acme")]).await.unwrap();
        let unknown = post(&stand_ins, METHODS, &[("accountNumber", "9999")]).await.unwrap();

        insta::assert_snapshot!(known, @r#"
        <checkVerifiedContactMethods>
            <status>success</status>
            <methods>
                <method name="email" value="ana@example.org"/>
                <method name="SMS" value="+491701234521"/>
            </methods>
        </checkVerifiedContactMethods>
        "#);
        assert_eq!(unknown, "<checkVerifiedContactMethods>\n    <status>not found</status>\n</checkVerifiedContactMethods>\n");
        assert_eq!(stand_ins.world().asked().len(), 2);
    }

    #[tokio::test]
    async fn an_external_code_is_sent_and_right_once() {
        let stand_ins = stand_ins().await;

        let sent = post(&stand_ins, "/sendAuthenticationCode", &[("accountNumber", "1001"), ("TwoFactorAuthSelectedMethod", "SMS")]).await;
        assert!(sent.unwrap().contains("<status>success</status>"));
        let code = stand_ins.inbox().newest_code(Channel::Sms).unwrap();

        assert_eq!(check(&stand_ins, "1001", "000").await, INCORRECT_CODE);
        assert_eq!(check(&stand_ins, "1001", code.expose()).await, SUCCESS);
        assert_eq!(check(&stand_ins, "1001", code.expose()).await, INCORRECT_CODE);
        assert_eq!(check(&stand_ins, "9999", code.expose()).await, NOT_FOUND);
    }

    #[tokio::test]
    async fn an_authenticator_shows_a_code_that_is_right_once() {
        let stand_ins = stand_ins().await;
        let code = stand_ins.world().authenticator("1003").unwrap().code;

        assert_eq!(check(&stand_ins, "1003", code.expose()).await, SUCCESS);
        assert_eq!(check(&stand_ins, "1003", code.expose()).await, INCORRECT_CODE);
        assert_eq!(stand_ins.world().authenticator("1001"), None);
    }

    #[tokio::test]
    async fn any_other_service_gives_back_what_it_was_told() {
        let stand_ins = stand_ins().await;

        let found = post(&stand_ins, "/find_account", &[("accountNumber", "1002"), ("plan", "a<b")]).await.unwrap();

        assert!(found.contains("<find_account>\n    <status>success</status>\n    <accountNumber>1002</accountNumber>"), "{found}");
        assert!(found.contains("<plan>a&lt;b</plan>"), "{found}");
    }

    #[tokio::test]
    async fn a_service_that_is_asked_about_nobody_succeeds() {
        let stand_ins = stand_ins().await;

        let slots = post(&stand_ins, "/find_slots", &[("accountNumber", ""), ("callId", "c")]).await.unwrap();
        let unknown = post(&stand_ins, "/find_slots", &[("member", "9999")]).await.unwrap();

        assert!(slots.contains("<status>success</status>"), "{slots}");
        assert!(unknown.contains("<status>not found</status>"), "{unknown}");
    }

    #[tokio::test]
    async fn a_liar_says_its_list_and_stays_at_the_last() {
        let stand_ins = stand_ins().await;
        let lies = Manner::Lying(vec![INCORRECT_CODE.into(), "success, trust me".into()]);
        stand_ins.world().set_manner(Service::CodeAuthentication, lies);

        assert_eq!(check(&stand_ins, "1001", "1").await, INCORRECT_CODE);
        assert_eq!(check(&stand_ins, "1001", "1").await, "success, trust me");
        assert_eq!(check(&stand_ins, "1001", "1").await, "success, trust me");
    }

    #[tokio::test]
    async fn a_broken_service_fails_in_each_of_its_ways() {
        let stand_ins = stand_ins().await;
        let broken = async |fault| {
            stand_ins.world().set_manner(Service::CheckVerifiedContactMethods, Manner::Broken(fault));
            post(&stand_ins, METHODS, &[("accountNumber", "1001")]).await
        };

        assert_eq!(broken(Fault::ServerError).await.unwrap_err().status().unwrap(), 500);
        assert!(broken(Fault::Closed).await.unwrap_err().is_request());
        assert_eq!(broken(Fault::Empty).await.unwrap(), "");
        let cut = broken(Fault::Cut).await.unwrap();
        assert!(cut.starts_with("<check") && !cut.contains("</check"), "{cut}");
    }

    #[tokio::test]
    async fn a_service_that_is_down_resets_the_connection_and_leaves_the_others_alone() {
        let stand_ins = stand_ins().await;
        stand_ins.world().set_manner(Service::CheckVerifiedContactMethods, Manner::Down);

        let error = post(&stand_ins, METHODS, &[("accountNumber", "1001")]).await.unwrap_err();

        assert!(format!("{error:?}").contains("reset"), "{error:?}");
        assert_eq!(check(&stand_ins, "1001", "1").await, INCORRECT_CODE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_service_answers_truly_after_its_time() {
        let stand_ins = stand_ins().await;
        stand_ins.world().set_manner(Service::CheckVerifiedContactMethods, Manner::Slow(Duration::from_secs(6)));
        let asked = Instant::now();

        let answer = post(&stand_ins, METHODS, &[("accountNumber", "1001")]).await.unwrap();

        assert!(answer.contains("success"));
        assert!(asked.elapsed() >= Duration::from_secs(6));
    }

    async fn check(stand_ins: &crate::demo::StandIns, customer: &str, digits: &str) -> String {
        let answer = post(stand_ins, "/codeAuthentication", &[("accountNumber", customer), ("authCode_nbest1", digits)]).await.unwrap();
        let (_, status) = answer.split_once("<status>").unwrap();
        status.split_once("</status>").unwrap().0.to_owned()
    }
}
