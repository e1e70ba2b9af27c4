//! The inbox page: phones, mailboxes and apps of the customers, consents, switches of the services, and what to do next.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use jiff::Timestamp;

use super::authenticator::Shown;
use super::customer::{ContactMethod, Customer};
use super::message::{Channel, Message};
use super::next_steps::NextStep;
use super::switches::{POSITIONS, position};
use super::world::World;

/// Nothing but what the page brings along itself.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Answers `GET /`.
pub async fn page(State(world): State<World>, Extension(steps): Extension<Arc<[NextStep]>>) -> Response {
    match Page::of(&world, steps).render() {
        Ok(page) => ([(CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("the inbox page cannot be drawn: {error}\n")).into_response(),
    }
}

/// Answers `GET /inbox.css`.
pub async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../../templates/inbox.css")).into_response()
}

/// Answers `GET /inbox.js`.
pub async fn script() -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("../../templates/inbox.js")).into_response()
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Page {
    steps: Arc<[NextStep]>,
    people: Vec<Person>,
    /// Messages to numbers and addresses that are no customer's.
    elsewhere: Vec<Letter>,
    switches: Vec<Switch>,
    consents: Vec<(String, String)>,
}

struct Person {
    id: String,
    devices: Vec<Device>,
}

struct Device {
    kind: DeviceKind,
    /// Number or address; empty when the service keeps it to itself.
    target: String,
    refused: bool,
    newest: Option<Letter>,
    older: Vec<Letter>,
    app: Option<App>,
}

#[derive(PartialEq)]
enum DeviceKind {
    Phone,
    Mailbox,
    App,
}

struct App {
    code: String,
    seconds_left: u64,
    /// Unix time in milliseconds at which the app shows another code.
    until: i64,
}

struct Letter {
    number: u64,
    to: String,
    from: String,
    subject: String,
    text: String,
    code: String,
    at: String,
    clock: String,
}

struct Switch {
    name: String,
    title: String,
    position: &'static str,
}

impl Page {
    fn of(world: &World, steps: Arc<[NextStep]>) -> Self {
        let messages = world.inbox().messages();
        let customers = world.customers();
        let known = |message: &&Message| customers.iter().flat_map(|customer| &customer.methods).any(|method| is_for(message, method));
        let elsewhere = messages.iter().filter(|message| !known(message)).map(Letter::of).collect();
        let services = world.services().into_iter();
        let switches = services.map(|service| Switch {
            name: service.to_string(),
            title: service.title(),
            position: position(&world.manner(&service)),
        });
        Self {
            steps,
            people: customers.iter().map(|customer| Person::of(customer, &messages, world)).collect(),
            elsewhere,
            switches: switches.collect(),
            consents: world.consents(),
        }
    }
}

impl Person {
    fn of(customer: &Customer, messages: &[Message], world: &World) -> Self {
        let device = |method| Device::of(method, messages, || world.authenticator(&customer.id).map(|shown| App::of(&shown, world.now())));
        Self { id: customer.id.clone(), devices: customer.methods.iter().map(device).collect() }
    }
}

impl Device {
    fn of(method: &ContactMethod, messages: &[Message], app: impl Fn() -> Option<App>) -> Self {
        let (kind, app) = match method {
            ContactMethod::Sms(_) => (DeviceKind::Phone, None),
            ContactMethod::Email(_) => (DeviceKind::Mailbox, None),
            ContactMethod::Authenticator => (DeviceKind::App, app()),
        };
        let mut letters = messages.iter().filter(|message| is_for(message, method)).map(Letter::of);
        let target = method.target().unwrap_or_default().to_owned();
        let refused = target == Customer::REFUSED_NUMBER;
        Self { kind, target, refused, newest: letters.next(), older: letters.collect(), app }
    }
}

impl App {
    fn of(shown: &Shown, now: Timestamp) -> Self {
        let until = now.saturating_add(shown.remains).unwrap_or(now).as_millisecond();
        Self { code: shown.code.expose().to_owned(), seconds_left: shown.remains.as_secs(), until }
    }
}

impl Switch {
    fn stands_at(&self, position: &str) -> bool {
        self.position == position
    }
}

impl Letter {
    fn of(message: &Message) -> Self {
        Self {
            number: message.number,
            to: message.to.clone(),
            from: message.from.clone(),
            subject: message.subject.clone(),
            text: message.text.expose().to_owned(),
            code: message.code().map(|code| code.expose().to_owned()).unwrap_or_default(),
            at: message.at.to_string(),
            clock: message.at.strftime("%H:%M:%S").to_string(),
        }
    }
}

/// Numbers are the same with and without their plus sign (AMB-12).
fn is_for(message: &Message, method: &ContactMethod) -> bool {
    match (method, message.channel) {
        (ContactMethod::Sms(Some(number)), Channel::Sms) => number.trim_start_matches('+') == message.to.trim_start_matches('+'),
        (ContactMethod::Email(Some(address)), Channel::Email) => address.eq_ignore_ascii_case(&message.to),
        (ContactMethod::Sms(_) | ContactMethod::Email(_) | ContactMethod::Authenticator, _) => false,
    }
}

/// `045610` as a screen reader should say it: digit by digit.
fn spaced(code: &str) -> String {
    let digits: Vec<String> = code.chars().map(String::from).collect();
    digits.join(" ")
}

#[cfg(test)]
mod tests {
    use crate::demo::StandIns;
    use crate::demo::testing::{client, post, stand_ins};

    #[tokio::test]
    async fn the_page_shows_customers_messages_codes_and_consents() {
        let stand_ins = stand_ins().await;
        post(&stand_ins, "/sms", &[("to", "491701234521"), ("text", "045610 is <b>your</b> code")]).await.unwrap();
        stand_ins.world().set_consent("+4930901820", "CONSENTED");

        let page = fetch(&stand_ins, "/").await;

        for shown in ["1001", "ana@example.org", "+491701234533", "1004", "No verified way", "gateway refuses", "CONSENTED"] {
            assert!(page.contains(shown), "{shown} is missing");
        }
        assert!(page.contains("Code 0 4 5 6 1 0"));
        assert!(page.contains("045610 is &#60;b&#62;your&#60;/b&#62; code"));
        assert!(page.contains(stand_ins.world().authenticator("1003").unwrap().code.expose()));
    }

    #[tokio::test]
    async fn a_switch_works_without_a_script() {
        let stand_ins = stand_ins().await;

        let page = post(&stand_ins, "/switches/sms_gateway", &[("manner", "broken")]).await.unwrap();

        assert!(page.contains(r#"id="sms_gateway-broken" class="broken" name="manner" value="broken" aria-pressed="true""#));
        let refused = post(&stand_ins, "/sms", &[("to", "+491"), ("text", "hello")]).await;
        assert_eq!(refused.unwrap_err().status().unwrap(), 500);
    }

    #[tokio::test]
    async fn the_page_brings_its_own_style_and_script() {
        let stand_ins = stand_ins().await;

        assert!(fetch(&stand_ins, "/inbox.css").await.contains("prefers-color-scheme: dark"));
        assert!(fetch(&stand_ins, "/inbox.js").await.contains("EventSource"));
    }

    async fn fetch(stand_ins: &StandIns, path: &str) -> String {
        client().get(stand_ins.base_url() + path).send().await.unwrap().error_for_status().unwrap().text().await.unwrap()
    }
}
