//! Delivery receipts: what a gateway reports can change the dialog (issue: "it has not arrived").

use crate::house::{House, Plan};
use crate::page::Page;

const ANA: &[(&str, &str)] = &[("identity", "1001")];

/// A house whose gateway learns the id of each message in the place of the sender.
fn house() -> Plan {
    House::plan().set("tenants.demo.SMS.RequestBody", r#"{"to":"{to}","from":"{message_id}","text":"{text}"}"#)
}

async fn report(house: &House, message_id: &str, status: &str) -> u16 {
    let url = house.url("/receipts/demo");
    house.client().post(url).form(&[("message_id", message_id), ("status", status)]).send().await.unwrap().status().as_u16()
}

fn newest_message_id(house: &House) -> String {
    house.messages_sent().first().unwrap().from.clone()
}

async fn silence(house: &House, page: &Page) -> Page {
    house.give_up(page, "no_input").await
}

#[tokio::test]
async fn a_message_that_did_not_arrive_leads_to_another_way_after_a_silence() {
    let house = house().start().await;
    let code = house.press(&house.begin(ANA).await, "2").await;

    assert_eq!(report(&house, &newest_message_id(&house), "undelivered").await, 200);
    let other = silence(&house, &code).await;

    assert_eq!(other.said(), "The message has not arrived. To use e-mail instead, press 1. For an agent, press 0.");
    let mailed = house.press(&other, "1").await;
    assert!(mailed.said().starts_with("I have sent a new code to your e-mail address."), "{}", mailed.said());
}

#[tokio::test]
async fn without_bad_news_silence_ends_as_ever() {
    let house = house().start().await;
    let code = house.press(&house.begin(ANA).await, "2").await;
    assert_eq!(report(&house, &newest_message_id(&house), "delivered").await, 200);

    let end = silence(&house, &code).await;

    assert_eq!(end.verdict(), ["not_verified", "agent", "no_input"]);
}

#[tokio::test]
async fn made_up_receipts_change_nothing() {
    let house = house().start().await;
    let code = house.press(&house.begin(ANA).await, "2").await;
    let known = newest_message_id(&house);

    for made_up in ["", "x", &known[..16], &known.replace(&known[20..], "000000000000"), "é123456789012345678901234567890"] {
        assert_eq!(report(&house, made_up, "undelivered").await, 202, "{made_up}");
    }
    assert_eq!(report(&house, &known, "in transit").await, 202);

    assert_eq!(silence(&house, &code).await.verdict(), ["not_verified", "agent", "no_input"]);
}
