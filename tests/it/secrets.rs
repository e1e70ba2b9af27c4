//! Codes, keys, numbers and passwords are in no log, metric, record, row or page (DESIGN, "Secrets").

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callward::demo::{ContactMethod, Customer, Fault, Manner, Service};

use crate::caller::Caller;
use crate::house::{House, TWO_FACTOR};
use crate::log;
use crate::page::Page;
use crate::telephone_pages::call;

const EXTERNAL: &str = "/vxml/demo/external";
const CONSENT: &str = "/vxml/demo/consent";
const FRONT_DOOR: &str = "/vxml/demo/front-door";
const ACCOUNT: &str = "7700112233";
const NUMBER: &str = "+491705556667";
const ADDRESS: &str = "carla.gomez@example.org";
const CALLER: &str = "+493098765432";
const SMTP_PASSWORD: &str = "smtp-pass-word";
const CLIENT_SECRET: &str = "callward-demo";
const PLATFORM_PASSWORD: &str = "plat-pass-word";

/// Codes of ten digits: none is met by chance in a time, a duration or a digest.
const SETTINGS: &str = "number_of_digits = 10\nmaximum_attempts_at_verifying = 5";

const TABLES: &str = r#"
[tenants.demo.fallback]
SMS.URL = "{services}/sms?key=gateway-query-key&to={to}&text={text}"
SMS.Method = "GET"
[tenants.demo.platforms]
users = { ivr = "plat-pass-word" }
[tenants.demo.limits]
wrong_codes = 20
wrong_codes_per_day = 100
sends_per_destination = 20
sends_per_destination_per_day = 100
[[tenants.demo.processes]]
name = "External"
code = "external"
flow = "two-factor"
settings = { code_generation = "external", enter_code_max_digits = 10, maximum_attempts_at_verifying = 5 }
"#;

/// What must not be met, with what it is.
type Secrets = BTreeMap<String, &'static str>;

#[tokio::test]
async fn no_log_metric_row_record_or_page_shows_a_secret() {
    log::listen();
    let folder = tempfile::tempdir().unwrap();
    let house = house(folder.path()).await;
    let mut secrets = fixed_secrets();

    verify(&house, &mut secrets).await;
    go_wrong(&house, &mut secrets).await;
    fail_every_service(&house, &mut secrets).await;
    fail_consent(&house, &mut secrets).await;
    come_by_the_front_door(&house, &mut secrets).await;
    let live = house.begin(&variables("live")).await;
    note_address(&live, &mut secrets);
    note_messages(&house, &mut secrets);

    let metrics = house.client().get(house.url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("callward_turns_total"), "{metrics}");
    search("/metrics", metrics.as_bytes(), &secrets);
    for file in ["callward.db", "callward.db-wal"] {
        search(file, &std::fs::read(folder.path().join(file)).unwrap(), &secrets);
    }
    search_pages(&house, &secrets);
    let logged = log::text();
    assert!(logged.contains("TRACE") && logged.contains(" ends: verified, success, code_correct"), "{logged}");
    search("the log", logged.as_bytes(), &secrets);
}

#[tokio::test]
async fn a_password_that_is_wrong_is_not_shown_either() {
    log::listen();
    let house = House::plan().table("[tenants.demo.platforms]\nusers = { ivr = \"right\" }").start().await;
    let attempt = "wrong-attempt-at-it";

    let refused = house.client().get(house.url(TWO_FACTOR)).basic_auth("ivr", Some(attempt)).send().await.unwrap();

    assert_eq!(refused.status().as_u16(), 401);
    let secrets = Secrets::from([(attempt.to_owned(), "password"), (STANDARD.encode(format!("ivr:{attempt}")), "password")]);
    search("the log", log::text().as_bytes(), &secrets);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_of_others_does_with_keys_is_not_in_the_log() {
    log::listen();
    let (caller, keys) = (Caller::new().await, "7391482605");
    for does in [
        "<throw eventexpr=\"'error.wrong.' + pin\" messageexpr=\"'pin ' + pin + ' is wrong'\"/>",
        "<script>throw new Error('pin ' + pin)</script>",
        "<log label=\"pin\" expr=\"pin\"/><goto expr=\"'#' + pin\"/>",
    ] {
        let form = format!(
            "<form><field name=\"pin\" type=\"digits?length=10\"><prompt>Your number.</prompt><filled>{does}</filled></field></form>"
        );
        let mut on = call(&caller, &form).await;
        on.line.answered().await;
        on.line.hears_at_once().await;

        on.line.press(keys);

        on.line.ended().await;
    }

    let logged = log::text();
    assert!(logged.contains("a page of others broke off"), "{logged}");
    search("the log", logged.as_bytes(), &Secrets::from([(keys.to_owned(), "keys pressed")]));
}

async fn house(folder: &Path) -> House {
    let plan = House::plan().store(&format!("sqlite://{}", folder.join("callward.db").display())).setting(SETTINGS).table(TABLES);
    let plan = plan.set("tenants.demo.SMS.RequestHeaders", "“Authorization:Bearer sms-header-key”, “X-Key:sms-header-key”");
    let plan = plan.set("tenants.demo.Email.SMTP.Username", "mailer").set("tenants.demo.Email.SMTP.Password", SMTP_PASSWORD);
    let house = plan.authorization(&format!("Basic {}", STANDARD.encode(format!("ivr:{PLATFORM_PASSWORD}")))).start().await;
    let methods = [ContactMethod::Email(Some(ADDRESS.to_owned())), ContactMethod::Sms(Some(NUMBER.to_owned()))];
    house.stand_ins.world().put_customer(Customer::new(ACCOUNT, methods));
    house
}

fn fixed_secrets() -> Secrets {
    Secrets::from([
        (ACCOUNT.to_owned(), "account number"),
        (NUMBER[3..].to_owned(), "telephone number"),
        ("carla.gomez".to_owned(), "mail address"),
        (CALLER[3..].to_owned(), "caller's number"),
        (SMTP_PASSWORD.to_owned(), "password of the mail server"),
        (STANDARD.encode(format!("\0mailer\0{SMTP_PASSWORD}")), "password of the mail server"),
        ("sms-header-key".to_owned(), "key of the SMS gateway"),
        ("gateway-query-key".to_owned(), "key of the SMS gateway"),
        (CLIENT_SECRET.to_owned(), "secret of the consent API"),
        (STANDARD.encode(format!("callward:{CLIENT_SECRET}")), "secret of the consent API"),
        (PLATFORM_PASSWORD.to_owned(), "password of the platform"),
        (STANDARD.encode(format!("ivr:{PLATFORM_PASSWORD}")), "password of the platform"),
    ])
}

/// Verified by text message and by mail, with codes of ours and of the customer's.
async fn verify(house: &House, secrets: &mut Secrets) {
    for (path, key) in [(TWO_FACTOR, "1"), (TWO_FACTOR, "2"), (EXTERNAL, "1"), (EXTERNAL, "2")] {
        let menu = house.begin_at(path, &variables("verified")[..4]).await;
        let code = house.press(&menu, key).await;
        let sent = newest_code(house);
        let end = house.press(&code, &sent).await;
        assert_eq!(end.verdict(), ["verified", "success", "code_correct"]);
        note_address(&menu, secrets);
        note_messages(house, secrets);
    }
}

/// Wrong codes, garbled ones, a second message, silence, hang-up, an agent, a code too late.
async fn go_wrong(house: &House, secrets: &mut Secrets) {
    for path in [TWO_FACTOR, EXTERNAL] {
        let menu = house.begin_at(path, &variables("wrong")).await;
        note_address(&menu, secrets);
        let mut page = house.press(&menu, "2").await;
        house.pass(30);
        page = house.press(&page, "8#").await;
        for keys in ["4455667788", "4455667799", "44 556677 00x"] {
            page = house.press(&page, keys).await;
            secrets.extend([(keys.to_owned(), "keys pressed")]);
        }
        house.hang_up(&page).await;
    }
    for outcome in ["no_input", "no_match"] {
        let menu = house.begin(&variables("silent")).await;
        house.give_up(&menu, outcome).await;
    }
    let code = house.press(&house.begin(&variables("late")).await, "2").await;
    let sent = newest_code(house);
    house.pass(301);
    house.press(&code, &sent).await;
    note_messages(house, secrets);
}

/// Every service fails in every way.
async fn fail_every_service(house: &House, secrets: &mut Secrets) {
    let roads = [
        (TWO_FACTOR, Service::CheckVerifiedContactMethods, "2"),
        (TWO_FACTOR, Service::SmsGateway, "2"),
        (TWO_FACTOR, Service::MailServer, "1"),
        (EXTERNAL, Service::SendAuthenticationCode, "2"),
        (EXTERNAL, Service::CodeAuthentication, "2"),
    ];
    for (path, service, first_key) in roads {
        for manner in manners() {
            house.stand_ins.world().set_manner(service.clone(), manner);
            fail(house, path, first_key, secrets).await;
            house.stand_ins.world().set_manner(service.clone(), Manner::Good);
        }
    }
}

async fn fail(house: &House, path: &str, first_key: &str, secrets: &mut Secrets) {
    // Past every cool-down and quota of the failures before.
    house.pass(24 * 3600);
    let mut page = house.begin_at(path, &variables("failing")).await;
    note_address(&page, secrets);
    for keys in [first_key, "1", "4455667788"] {
        if !page.is_end() {
            page = house.press(&page, keys).await;
        }
    }
    note_messages(house, secrets);
}

/// The consent of a contact is read and set by an address with its number in it.
async fn fail_consent(house: &House, secrets: &mut Secrets) {
    for service in [Service::ConsentRead, Service::ConsentSet, Service::Token] {
        for manner in manners() {
            house.stand_ins.world().set_consent(NUMBER, "NO_CONSENT");
            house.stand_ins.world().revoke_tokens();
            house.stand_ins.world().set_manner(service.clone(), manner);
            let page = house.begin_at(CONSENT, &variables("consent")).await;
            note_address(&page, secrets);
            if !page.is_end() {
                house.press(&page, "1").await;
            }
            house.stand_ins.world().set_manner(service.clone(), Manner::Good);
        }
    }
}

/// The caller keys the account number in.
async fn come_by_the_front_door(house: &House, secrets: &mut Secrets) {
    house.pass(24 * 3600);
    let mut page = house.begin_at(FRONT_DOOR, &[("from", CALLER)]).await;
    note_address(&page, secrets);
    for keys in ["1", ACCOUNT, "2"] {
        page = house.press(&page, keys).await;
    }
    let sent = newest_code(house);
    page = house.press(&page, &sent).await;
    page = house.press(&page, "1").await;
    let end = house.give_up(&page, "ended").await;
    assert_eq!(end.returned()["authStatus"], "verified");
}

/// All the ways in which a service fails; a liar says what was meant for nobody else.
fn manners() -> impl Iterator<Item = Manner> {
    let words = format!("550 {ADDRESS} {NUMBER} {ACCOUNT} 4455667788");
    let faults = [Fault::ServerError, Fault::Closed, Fault::Cut, Fault::Empty].map(Manner::Broken);
    faults.into_iter().chain([Manner::Down, Manner::Lying(vec![words])])
}

fn variables(call_id: &'static str) -> [(&'static str, &'static str); 5] {
    [("identity", ACCOUNT), ("from", CALLER), ("phone", NUMBER), ("email", ADDRESS), ("call_id", call_id)]
}

fn newest_code(house: &House) -> String {
    house.stand_ins.inbox().messages().iter().find_map(|message| message.code()).unwrap().expose().to_owned()
}

/// Every code that was ever sent.
fn note_messages(house: &House, secrets: &mut Secrets) {
    let codes = house.stand_ins.inbox().messages().into_iter().filter_map(|message| message.code());
    // Codes of the customer's own are short; they would be met by chance.
    secrets.extend(codes.filter(|code| code.count() == 10).map(|code| (code.expose().to_owned(), "code")));
}

/// The address of the call that a page belongs to: who knows it speaks for the call.
fn note_address(page: &Page, secrets: &mut Secrets) {
    secrets.insert(page.url.path_segments().unwrap().nth(3).unwrap().to_owned(), "call address");
}

/// Pages carry their own call's address, and an entry page what the platform itself put in; nothing else.
fn search_pages(house: &House, secrets: &Secrets) {
    let secrets: Secrets = secrets.clone().into_iter().filter(|(_, what)| *what != "call address").collect();
    for page in house.pages().iter().filter(|page| !page.contains("<form id=\"entry\">")) {
        search("a page", page.as_bytes(), &secrets);
    }
}

fn search(place: &str, bytes: &[u8], secrets: &Secrets) {
    let text = String::from_utf8_lossy(bytes);
    let found = secrets.iter().filter_map(|(secret, what)| Some((what, secret, text.find(secret.as_str())?)));
    let found: Vec<String> = found.map(|(what, secret, at)| format!("{what} {secret}: {}", line_at(&text, at))).collect();
    assert!(found.is_empty(), "{place} shows\n{}", found.join("\n"));
}

fn line_at(text: &str, at: usize) -> String {
    let (before, after) = text.split_at(at);
    let line = before.rsplit('\n').next().unwrap_or_default().to_owned() + after.split('\n').next().unwrap_or_default();
    line.chars().take(600).collect()
}
