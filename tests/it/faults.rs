//! Whatever a platform can cause is answered with a page that a caller can hear (DESIGN, "HTTP, for IVR platforms").

use std::time::Duration;

use callward::demo::{Fault, Manner, Service};
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::house::{House, TWO_FACTOR};
use crate::ivr::RETURNED;
use crate::page::Page;

const NO_SUCH_PROCESS: [&str; 3] = ["unavailable", "error", "no_such_process"];
const CALL_ENDED: [&str; 3] = ["unavailable", "error", "call_ended"];

#[tokio::test]
async fn garbled_forms_get_the_page_again() {
    let house = House::usual().await;
    let code = house.at_the_code().await;
    let again = |body: Vec<u8>| house.page(house.client().post(code.submit()).body(body));

    for garbled in ["", "keys=", "keys=12ab", "keys=%ff%00", "{\"keys\":\"1\"}", "outcome=verified", "=&&&==&", "keys=%"] {
        assert_same(&again(garbled.as_bytes().to_vec()).await, &code);
    }
    assert_same(&again(vec![0xff; 100]).await, &code);
    assert_same(&again(vec![b'1'; 70_000]).await, &code);
    assert_same(&again(format!("keys={}", "1".repeat(65)).into_bytes()).await, &code);

    let end = house.press(&code, &house.sms_code()).await;
    assert_eq!(end.verdict(), ["verified", "success", "code_correct"]);
}

#[tokio::test]
async fn a_huge_form_at_the_entry_is_an_entry_without_presets() {
    let house = House::usual().await;

    let entry = house.page(house.client().post(house.url(TWO_FACTOR)).body("x=".to_owned() + &"1".repeat(1 << 20))).await;

    assert!(entry.variables().values().all(String::is_empty));
}

#[tokio::test]
async fn a_turn_0_with_a_broken_form_begins_nothing() {
    let house = House::usual().await;
    let entry = house.enter(TWO_FACTOR, &[("identity", "1002")]).await;

    let huge = house.page(house.client().post(entry.submit()).body("1".repeat(70_000))).await;
    let begun = house.post(entry.submit(), &entry.variables()).await;

    assert_heard(&huge, CALL_ENDED);
    assert_eq!(begun.turn(), 1);
}

#[tokio::test]
async fn a_form_that_does_not_come_in_gets_the_page_again() {
    let house = House::usual().await;
    let code = house.at_the_code().await;
    let mut slow = TcpStream::connect(house.base.socket_addrs(|| None).unwrap()[0]).await.unwrap();
    tokio::time::pause();

    let head = format!("POST {} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nkeys=", code.submit().path());
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let mut part = [0; 8192];
    while !String::from_utf8_lossy(&answer).contains("</vxml>") {
        let length = slow.read(&mut part).await.unwrap();
        assert_ne!(length, 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&part[..length]);
    }

    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with(&code.text), "{answer}");
}

#[tokio::test]
async fn a_wrong_method_takes_no_turn() {
    let house = House::usual().await;
    let entry = house.enter(TWO_FACTOR, &[("identity", "1002")]).await;
    let with = |method: &Method, page: &Page| {
        let mut url = page.submit();
        url.set_query(Some("identity=1002&keys=000000"));
        house.page(house.client().request(method.clone(), url))
    };
    let methods = [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS];

    for method in &methods {
        assert_heard(&with(method, &entry).await, CALL_ENDED);
    }
    let code = house.post(entry.submit(), &entry.variables()).await;
    for method in &methods {
        assert_same(&with(method, &code).await, &code);
    }
}

#[tokio::test]
async fn a_hang_up_is_told_by_post_alone() {
    let house = House::usual().await;
    let code = house.at_the_code().await;

    house.page(house.client().get(code.hangup())).await;

    let end = house.press(&code, &house.sms_code()).await;
    assert_eq!(end.verdict(), ["verified", "success", "code_correct"]);
}

#[tokio::test]
async fn who_has_no_address_of_ours_has_no_call() {
    let house = House::usual().await;
    let entry = house.enter(TWO_FACTOR, &[("identity", "1002")]).await;
    let address = entry.submit();
    let call = address.path_segments().unwrap().nth(3).unwrap().to_owned();
    let swapped = if call.starts_with('A') { "B" } else { "A" };
    let forged = swapped.to_owned() + call.get(1..).unwrap();

    for path in [
        format!("/{call}/1"),
        format!("/{forged}/0"),
        format!("/{call}/-1"),
        format!("/{call}/4294967296"),
        format!("/{call}/x"),
        "/%00/0".to_owned(),
        format!("/{}/0", "a".repeat(3000)),
    ] {
        let answer = house.post(house.url(&format!("{TWO_FACTOR}{path}")), &entry.variables()).await;
        assert_heard(&answer, CALL_ENDED);
    }
    assert!(house.stand_ins.world().asked().is_empty());
}

#[tokio::test]
async fn unknown_and_disabled_processes_say_so() {
    let disabled = "[[tenants.demo.processes]]\nname = \"Off\"\ncode = \"off\"\nflow = \"two-factor\"\nenabled = false";
    let house = House::plan().table(disabled).start().await;

    for path in
        ["/vxml/demo/off", "/vxml/demo/nothing", "/vxml/nobody/two-factor", "/vxml/demo/two-factor/", "/vxml/demo", "/vxml/a/b/c/d/e/f"]
    {
        assert_heard(&house.enter(path, &[]).await, NO_SUCH_PROCESS);
    }
    let subdialog = house.enter("/vxml/demo/off/subdialog", &[("lang", "es")]).await;
    assert_heard(&subdialog, NO_SUCH_PROCESS);
    assert_eq!(subdialog.leaves_by(), "return");
    let unspeakable = house.enter("/vxml/demo/off", &[("lang", "tlh \"<x>\"")]).await;
    assert!(unspeakable.text.contains("xml:lang=\"en\""), "{}", unspeakable.text);
}

#[tokio::test]
async fn an_address_of_one_process_is_none_of_another() {
    let second = "[[tenants.demo.processes]]\nname = \"Two\"\ncode = \"two\"\nflow = \"two-factor\"";
    let house = House::plan().table(second).start().await;
    let code = house.at_the_code().await;

    let elsewhere = house.url(&code.submit().path().replace("/two-factor/", "/two/"));

    assert_heard(&house.post(elsewhere, &[("keys", "1")]).await, CALL_ENDED);
}

#[tokio::test]
async fn a_process_code_may_hold_any_letter() {
    let odd = "[[tenants.demo.processes]]\nname = \"Odd\"\ncode = \"a b/ü?\"\nflow = \"two-factor\"";
    let house = House::plan().table(odd).start().await;

    let entry = house.enter("/vxml/demo/a%20b%2F%C3%BC%3F", &[("identity", "1002")]).await;
    let code = house.post(entry.submit(), &entry.variables()).await;
    let end = house.press(&code, &house.sms_code()).await;

    assert_eq!(end.verdict(), ["verified", "success", "code_correct"]);
}

#[tokio::test]
async fn failing_services_end_on_their_paths() {
    let house = House::usual().await;
    let faults = [Fault::ServerError, Fault::Closed, Fault::Cut, Fault::Empty].map(Manner::Broken);
    let lies = ["", "who knows", "error"].map(|word| Manner::Lying(vec![word.to_owned()]));

    for manner in faults.into_iter().chain(lies).chain([Manner::Down]) {
        house.stand_ins.world().set_manner(Service::CheckVerifiedContactMethods, manner.clone());
        let end = house.begin(&[("identity", "1002")]).await;
        assert_eq!(end.verdict(), ["unavailable", "agent", "service_error"], "{manner:?}");
    }
}

#[tokio::test]
async fn failing_gateways_are_said_and_the_other_way_is_offered() {
    for manner in [Manner::Broken(Fault::ServerError), Manner::Broken(Fault::Closed), Manner::Down, Manner::Lying(vec!["429".into()])] {
        let house = House::usual().await;
        house.stand_ins.world().set_manner(Service::SmsGateway, manner);
        let menu = house.begin(&[("identity", "1001")]).await;

        let other = house.press(&menu, "2").await;
        let code = house.press(&other, "1").await;

        assert!(other.said().contains("I could not send it that way. To use e-mail instead, press 1."), "{}", other.said());
        assert!(code.said().contains("your e-mail address"), "{}", code.said());
    }
}

#[tokio::test]
async fn a_gateway_that_is_too_slow_has_failed() {
    let house = House::plan().set("tenants.demo.SMS.Timeout", "50").start().await;
    house.stand_ins.world().set_manner(Service::SmsGateway, Manner::Slow(Duration::from_secs(5)));

    let end = house.at_the_code().await;

    assert_eq!(end.verdict(), ["unavailable", "agent", "delivery_failed"]);
}

#[tokio::test]
async fn a_fault_of_our_own_is_heard_and_readiness_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("callward.db").display());
    let house = House::plan().store(&database).start().await;
    let code = house.at_the_code().await;
    let broken = sqlx::SqlitePool::connect(&database).await.unwrap();
    for drop in ["DROP TABLE calls", "DROP TABLE notes", "DROP TABLE pings"] {
        sqlx::query(drop).execute(&broken).await.unwrap();
    }

    let turn = house.press(&code, &house.sms_code()).await;
    let begun = house.at_the_code().await;
    let gone = house.hang_up(&code).await;
    let ready = house.client().get(house.url("/readyz")).send().await.unwrap();

    for page in [&turn, &begun] {
        assert_heard(page, ["unavailable", "error", "internal"]);
    }
    assert!(gone.is_end());
    assert_eq!(ready.status().as_u16(), 503);
    assert!(ready.text().await.unwrap().starts_with("store: "));
}

/// Somebody else writes to the database and does not let go; the writer waits for its own busy timeout.
#[tokio::test]
async fn a_locked_database_is_heard_and_the_call_goes_on_once_it_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("callward.db").display());
    let house = House::plan().store(&database).start().await;
    let code = house.at_the_code().await;
    let somebody = sqlx::SqlitePool::connect(&database).await.unwrap();
    let mut lock = somebody.acquire().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *lock).await.unwrap();

    let locked = house.press(&code, &house.wrong_code()).await;
    sqlx::query("ROLLBACK").execute(&mut *lock).await.unwrap();
    let free = house.press(&code, &house.sms_code()).await;

    assert_heard(&locked, ["unavailable", "error", "internal"]);
    assert_eq!(free.verdict(), ["verified", "success", "code_correct"]);
}

#[tokio::test]
async fn a_grammar_that_is_none_is_not_found() {
    let house = House::usual().await;

    for name in ["digits-99999999999", "keys-", "x", "digits-6"] {
        let answer = house.client().get(house.url(&format!("/grammars/{name}"))).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 404, "{name}");
    }
}

fn assert_same(page: &Page, expected: &Page) {
    assert_eq!(page.text, expected.text);
}

fn assert_heard(page: &Page, verdict: [&str; 3]) {
    assert_eq!(page.verdict(), verdict, "{}", page.url);
    assert!(!page.said().is_empty(), "{}", page.text);
    let returned = page.returned();
    assert!(RETURNED.iter().all(|name| returned.contains_key(*name)), "{returned:?}");
}
