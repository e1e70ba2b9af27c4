//! Entry, turns, repeats and hang-ups, as a platform meets them (DESIGN, "HTTP, for IVR platforms").

use std::collections::BTreeMap;
use std::time::Duration;

use callward::demo::{Manner, Service};
use futures_util::future::join_all;
use serde_json::Value;

use crate::house::{House, TWO_FACTOR};
use crate::page::Page;

/// Every name that a dialog returns, whatever happened.
pub const RETURNED: [&str; 8] =
    ["authStatus", "authPath", "authReason", "authMethod", "authStrength", "authenticatedUntil", "authId", "consentStatus"];

const CALL_VARIABLES: [&str; 9] = ["identity", "lang", "email", "phone", "contact_id", "test", "from", "to", "call_id"];

#[tokio::test]
async fn the_entry_page_declares_every_call_variable_with_its_preset() {
    let house = House::usual().await;

    let entry = house.enter(TWO_FACTOR, &[("identity", "1001"), ("from", "+49 'x' <&>"), ("colour", "red")]).await;

    let variables = entry.variables();
    let mut expected = BTreeMap::from(CALL_VARIABLES.map(|name| (name.to_owned(), String::new())));
    expected.insert("identity".into(), "1001".into());
    expected.insert("from".into(), "+49 'x' <&>".into());
    assert_eq!(variables, expected);
    assert_eq!(entry.turn(), 0);
}

#[tokio::test]
async fn the_entry_page_takes_presets_by_post_too() {
    let house = House::usual().await;

    let entry = house.post(house.url(&format!("{TWO_FACTOR}?lang=en&identity=1")), &[("identity", "1001"), ("lang", "es")]).await;

    assert_eq!((entry.variables()["identity"].as_str(), entry.variables()["lang"].as_str()), ("1001", "es"));
    assert!(entry.text.contains("xml:lang=\"es\""), "{}", entry.text);
}

#[tokio::test]
async fn an_entry_stores_nothing_asks_nobody_and_sends_nothing() {
    let house = House::usual().await;

    for path in [TWO_FACTOR.to_owned(), format!("{TWO_FACTOR}/subdialog")] {
        house.enter(&path, &[("identity", "1002")]).await;
    }

    assert!(house.store.idle_calls(Duration::ZERO, 10).await.unwrap().is_empty());
    assert!(house.stand_ins.world().asked().is_empty());
    assert_eq!(house.messages(), 0);
}

#[tokio::test]
async fn every_page_says_what_is_returned_when_we_are_down() {
    let house = House::usual().await;
    let entry = house.enter(TWO_FACTOR, &[("identity", "1002")]).await;
    let code = house.at_the_code().await;
    let end = house.press(&code, "0#").await;

    for page in [&entry, &code, &end] {
        let returned = page.returned_on_error();
        assert_eq!(returned.keys().collect::<Vec<_>>().len(), RETURNED.len());
        assert!(RETURNED.iter().all(|name| returned.contains_key(*name)), "{returned:?}");
    }
    let down = code.returned_on_error();
    assert_eq!([&down["authStatus"], &down["authPath"], &down["authReason"]], ["unavailable", "error", "gateway_unreachable"]);
}

#[tokio::test]
async fn turn_0_begins_a_call_within_a_minute_only() {
    let house = House::usual().await;
    let (early, late) = (house.enter(TWO_FACTOR, &[("identity", "1002")]).await, house.enter(TWO_FACTOR, &[]).await);

    house.pass(60);
    let begun = house.post(early.submit(), &early.variables()).await;
    house.pass(1);
    let refused = house.post(late.submit(), &late.variables()).await;

    assert_eq!(begun.turn(), 1);
    assert_eq!(refused.verdict(), ["unavailable", "error", "call_ended"]);
    assert_eq!(house.messages(), 1);
}

#[tokio::test]
async fn a_turn_0_that_is_repeated_later_is_the_same_call() {
    let house = House::usual().await;
    let entry = house.enter(TWO_FACTOR, &[("identity", "1002")]).await;
    let first = house.post(entry.submit(), &entry.variables()).await;

    house.pass(300);
    let again = house.post(entry.submit(), &[("identity", "1001")]).await;

    assert_eq!(again.text, first.text);
    assert_eq!(house.messages(), 1);
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_whatever_its_form_says() {
    let house = House::usual().await;
    let code = house.begin(&[("identity", "1002"), ("call_id", "c1")]).await;
    let wrong = house.press(&code, &house.wrong_code()).await;

    let right_too_late = house.press(&code, &house.sms_code()).await;
    let garbled = house.post(code.submit(), &[("keys", "no keys at all")]).await;

    assert_eq!((&right_too_late.text, &garbled.text), (&wrong.text, &wrong.text));
    let end = house.press(&wrong, &house.sms_code()).await;
    assert_eq!(end.verdict(), ["verified", "success", "code_correct"]);
    assert_eq!(outcomes(&house.records("c1").await[0]), ["found", "sent", "wrong", "right"]);
}

#[tokio::test]
async fn second_guesses_on_one_turn_cost_nothing_of_the_persons_budget() {
    let house = House::plan().setting("maximum_attempts_at_verifying = 5").start().await;
    let code = house.at_the_code().await;
    house.press(&code, &house.wrong_code()).await;
    for _ in 0..10 {
        house.press(&code, &house.wrong_code()).await;
    }

    let mut page = house.press(&code, "").await;
    for _ in 0..3 {
        page = house.press(&page, &house.wrong_code()).await;
    }
    let end = house.press(&page, &house.sms_code()).await;

    assert_eq!(end.verdict(), ["verified", "success", "code_correct"]);
}

#[tokio::test]
async fn a_lower_number_gets_the_current_page() {
    let house = House::usual().await;
    let menu = house.begin(&[("identity", "1001")]).await;
    let code = house.press(&menu, "2").await;
    let wrong = house.press(&code, &house.wrong_code()).await;

    let stale = house.press(&menu, "1").await;

    assert_eq!(stale.text, wrong.text);
    assert_eq!(house.messages(), 1);
}

#[tokio::test]
async fn repeats_at_once_take_effect_once_and_get_the_same_page() {
    let house = House::usual().await;
    house.stand_ins.world().set_manner(Service::SmsGateway, Manner::Slow(Duration::from_millis(50)));
    let menu = house.begin(&[("identity", "1001")]).await;

    let answers = join_all((0..8).map(|_| house.press(&menu, "2"))).await;

    assert!(answers.iter().all(|page| page.text == answers[0].text && page.turn() == menu.turn() + 1));
    assert_eq!(house.messages(), 1);
}

#[tokio::test]
async fn beginnings_at_once_are_one_call() {
    let house = House::usual().await;
    let entry = house.enter(TWO_FACTOR, &[("identity", "1002")]).await;
    let variables = entry.variables();

    let answers = join_all((0..8).map(|_| house.post(entry.submit(), &variables))).await;

    assert!(answers.iter().all(|page| page.text == answers[0].text));
    assert_eq!((house.messages(), house.asked(&Service::CheckVerifiedContactMethods)), (1, 1));
}

#[tokio::test]
async fn an_ended_call_gives_its_result_for_ten_minutes() {
    let house = House::usual().await;
    let code = house.at_the_code().await;
    let end = house.press(&code, &house.sms_code()).await;

    house.pass(600);
    let repeated = house.press(&code, "1").await;
    let stale = house.post(code.url.clone(), &[("identity", "1002")]).await;
    house.pass(1);
    let over = house.press(&code, &house.sms_code()).await;

    assert_eq!((&repeated.returned(), &stale.returned()), (&end.returned(), &end.returned()));
    assert_eq!(over.verdict(), ["unavailable", "error", "call_ended"]);
    assert_eq!(over.returned()["authMethod"], "");
}

#[tokio::test]
async fn a_call_that_was_swept_away_has_ended() {
    let house = House::usual().await;
    let code = house.at_the_code().await;
    house.press(&code, "0#").await;

    house.pass(601);
    house.switchboard.tidy(Duration::from_secs(900), Duration::from_secs(86_400)).await.unwrap();

    assert_eq!(house.press(&code, "1").await.verdict(), ["unavailable", "error", "call_ended"]);
}

#[tokio::test]
async fn a_call_that_no_platform_asks_for_times_out_and_is_recorded() {
    let house = House::usual().await;
    let code = house.begin(&[("identity", "1002"), ("call_id", "c1")]).await;

    house.pass(901);
    house.switchboard.tidy(Duration::from_secs(900), Duration::from_secs(86_400)).await.unwrap();

    assert_eq!(ending(&house.records("c1").await[0]), ["abandoned", "timeout", "timed_out"]);
    assert_eq!(house.press(&code, &house.sms_code()).await.verdict(), ["abandoned", "timeout", "timed_out"]);
}

#[tokio::test]
async fn a_hang_up_after_any_turn_is_recorded_once() {
    let house = House::usual().await;
    let entry = house.enter(TWO_FACTOR, &[("identity", "1001"), ("call_id", "c1")]).await;
    let menu = house.post(entry.submit(), &entry.variables()).await;
    let code = house.press(&menu, "2").await;

    for page in [&code, &code, &menu, &entry] {
        let gone = house.hang_up(page).await;
        assert!(gone.is_end() && gone.said().is_empty(), "{}", gone.text);
    }

    let records = house.records("c1").await;
    assert_eq!(records.len(), 1);
    assert_eq!(ending(&records[0]), ["abandoned", "hangup", "hung_up"]);
}

#[tokio::test]
async fn a_hang_up_in_the_middle_of_a_turn_is_recorded_after_it() {
    let house = House::usual().await;
    house.stand_ins.world().set_manner(Service::SmsGateway, Manner::Slow(Duration::from_millis(50)));
    let menu = house.begin(&[("identity", "1001"), ("call_id", "c1")]).await;

    tokio::join!(house.press(&menu, "2"), house.hang_up(&menu));

    let records = house.records("c1").await;
    assert_eq!(records.len(), 1);
    assert_eq!(ending(&records[0]), ["abandoned", "hangup", "hung_up"]);
}

#[tokio::test]
async fn a_hang_up_changes_nothing_of_a_verdict() {
    let house = House::usual().await;
    let code = house.begin(&[("identity", "1002"), ("call_id", "c1")]).await;
    let end = house.press(&code, &house.sms_code()).await;

    house.hang_up(&end).await;

    assert_eq!(ending(&house.records("c1").await[0]), ["verified", "success", "code_correct"]);
    assert_eq!(house.press(&code, "").await.returned(), end.returned());
}

#[tokio::test]
async fn a_hang_up_before_the_call_began_leaves_no_trace() {
    let house = House::usual().await;
    let entry = house.enter(TWO_FACTOR, &[("identity", "1002"), ("call_id", "c1")]).await;

    house.hang_up(&entry).await;

    assert!(house.records("c1").await.is_empty());
}

#[tokio::test]
async fn grammars_are_cacheable() {
    let house = House::usual().await;
    let menu = house.begin(&[("identity", "1001")]).await;
    let code = house.press(&menu, "2").await;

    for page in [&menu, &code] {
        let grammar = house.grammar(page).await;
        let header = |name| grammar.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((grammar.status().as_u16(), header("content-type").as_str()), (200, "application/srgs+xml"));
        assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
    }
}

#[tokio::test]
async fn a_page_awaits_the_turn_after_the_one_it_answers() {
    let house = House::usual().await;
    let menu: Page = house.begin(&[("identity", "1001")]).await;

    assert!(menu.url.path().ends_with("/0"));
    assert_eq!(menu.turn(), 1);
}

fn ending(record: &Value) -> [&str; 3] {
    ["status", "path", "reason"].map(|name| record[name].as_str().unwrap())
}

fn outcomes(record: &Value) -> Vec<&str> {
    record["events"].as_array().unwrap().iter().map(|event| event["outcome"].as_str().unwrap()).collect()
}
