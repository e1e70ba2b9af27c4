//! Turns that were begun and never finished: platforms without patience, and nodes that are gone (DESIGN, "Claims, time and lost nodes").

use std::time::Duration;

use callward::demo::{Manner, Service};
use callward::secret::Digits;
use callward::switchboard::TurnInput;
use serde_json::Value;
use tokio::time::timeout;

use crate::house::House;
use crate::page::Page;

#[tokio::test]
async fn a_turn_that_no_platform_waits_for_is_finished() {
    let house = House::usual().await;
    let menu = house.begin(&[("identity", "1001")]).await;
    house.stand_ins.world().set_manner(Service::SmsGateway, Manner::Slow(Duration::from_millis(300)));

    let impatient = house.client().post(menu.submit()).form(&[("keys", "2")]).timeout(Duration::from_millis(100)).send().await;
    let code = timeout(Duration::from_secs(10), house.press(&menu, "2")).await.unwrap();

    assert!(impatient.is_err());
    assert_eq!((code.turn(), house.messages()), (2, 1));
    assert_eq!(house.press(&code, &house.sms_code()).await.verdict(), ["verified", "success", "code_correct"]);
}

#[tokio::test]
async fn what_a_lost_node_began_is_not_done_again() {
    let house = House::usual().await;
    let menu = house.begin(&[("identity", "1001")]).await;

    lose_a_node(&house, &menu, "2").await;
    let code = house.press(&menu, "2").await;

    assert!(code.said().starts_with("I have sent"), "{}", code.said());
    assert_eq!(house.asked(&Service::SmsGateway) + house.messages(), 0);
    house.pass(30);
    let again = house.press(&code, "8#").await;
    assert_eq!(house.press(&again, &house.sms_code()).await.verdict(), ["verified", "success", "code_correct"]);
}

#[tokio::test]
async fn whoever_hangs_up_on_a_lost_node_has_hung_up() {
    let house = House::usual().await;
    let menu = house.begin(&[("identity", "1001"), ("call_id", "c1")]).await;

    lose_a_node(&house, &menu, "2").await;
    house.hang_up(&menu).await;

    let records = house.records("c1").await;
    assert_eq!(records.iter().map(|record| &record["reason"]).collect::<Vec<&Value>>(), ["hung_up"]);
}

#[tokio::test]
async fn a_call_whose_process_is_gone_or_whose_row_is_dark_ends_too() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/calls.db", folder.path().display());
    let key = |letter: &str| format!("{}=", letter.repeat(43));
    let process = "[[tenants.demo.processes]]\nname = \"Gone\"\ncode = \"gone\"\nflow = \"two-factor\"";
    let before = House::plan().store(&url).set("security.master_key", &key("A")).table(process).start().await;
    before.begin_at("/vxml/demo/gone", &[("identity", "1002"), ("call_id", "c1")]).await;
    let stranger = House::plan().store(&url).set("security.master_key", &key("Q")).start().await;
    stranger.at_the_code().await;

    let house = House::plan().store(&url).set("security.master_key", &key("A")).start().await;
    house.pass(901);
    house.switchboard.tidy(Duration::from_secs(900), Duration::from_secs(86_400)).await.unwrap();

    assert_eq!(house.records("c1").await[0]["reason"], "timed_out");
    assert!(house.store.idle_calls(Duration::ZERO, 10).await.unwrap().is_empty());
}

/// Takes a turn in which a message is sent, stops in the middle, and lets the claim run out.
async fn lose_a_node(house: &House, page: &Page, keys: &str) {
    let world = house.stand_ins.world();
    world.set_manner(Service::SmsGateway, Manner::Slow(Duration::from_secs(5)));
    let submit = page.submit();
    let call = submit.path_segments().unwrap().nth(3).unwrap();
    let address = house.switchboard.address("demo", "two-factor", call).unwrap();
    let keys = TurnInput::Keys(Digits::new(keys));
    let taken = house.switchboard.resume(("demo", "two-factor"), &address, page.turn(), keys, "127.0.0.1");
    assert!(timeout(Duration::from_millis(200), taken).await.is_err());
    world.set_manner(Service::SmsGateway, Manner::Good);
    house.pass(31);
}
