//! baresip, headless, completes the two-factor flow against our exchange, and what it recorded holds the prompts.

use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use crate::baresip::Baresip;
use crate::peer_programs::{PATIENCE, is_missing};
use crate::recognition::{assert_hears, assert_hears_not};
use crate::telephone_house::House;

/// The person of the calls: one telephone number, so that the code is sent at once.
const CALLER: &str = "sip:two-factor";
/// Longer than any prompt of the flow.
const A_PROMPT: Duration = Duration::from_secs(8);

const SENT: &str = "I have sent a 6-digit code to the number ending";
const SENT_AGAIN: &str = "I have sent a new code to";
const WRONG: &str = "That code did not match. Check the newest message and try again.";
const LAST_TRY: &str = "Still not matching. You have one more try with this code.";
const FAILED: &str = "I cannot complete the check on this call.";
const DONE: &str = "Thank you, that is done.";

#[tokio::test(flavor = "multi_thread")]
async fn baresip_hears_the_prompts_and_presses_the_right_code() {
    if is_missing("baresip") {
        return;
    }
    let house = House::open().await;
    let mut baresip = call(&house).await;

    baresip.listen_for(A_PROMPT).await;
    baresip.press(&house.code()).await;
    baresip.hears_of("CALL_CLOSED").await;

    let heard = baresip.quit().await;
    assert_hears(&heard, &[SENT, DONE]).await;
    assert_hears_not(&heard, &[WRONG, FAILED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn baresip_presses_wrong_codes_and_hears_so_each_time() {
    if is_missing("baresip") {
        return;
    }
    let house = House::open().await;
    let mut baresip = call(&house).await;

    for _ in 0..2 {
        baresip.press(&house.wrong_code()).await;
        baresip.listen_for(A_PROMPT).await;
    }
    baresip.press(&house.wrong_code()).await;
    baresip.hears_of("CALL_CLOSED").await;

    let heard = baresip.quit().await;
    assert_hears(&heard, &[WRONG, LAST_TRY, FAILED]).await;
    assert_hears_not(&heard, &[DONE]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn baresip_asks_for_another_code_and_presses_that() {
    if is_missing("baresip") {
        return;
    }
    let house = House::with(&[("CALLWARD_TENANTS__DEMO__LIMITS__RESEND_COOLDOWN_SECONDS__SMS", "0")]).await;
    let mut baresip = call(&house).await;

    baresip.press("8#").await;
    timeout(PATIENCE, house.stand_ins.inbox().arrivals().wait_for(|number| *number > 1)).await.unwrap().unwrap();
    baresip.listen_for(A_PROMPT).await;
    baresip.press(&house.code()).await;
    baresip.hears_of("CALL_CLOSED").await;

    assert_hears(&baresip.quit().await, &[SENT_AGAIN, DONE]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn baresip_hangs_up_in_the_middle() {
    if is_missing("baresip") {
        return;
    }
    let mut house = House::open().await;
    let mut baresip = Baresip::start().await;
    let id = dial(&mut baresip, &house).await;

    baresip.say("hangup", "").await;
    baresip.quit().await;

    assert_eq!(reason(&mut house, &id).await, "hung_up");
}

/// Once it has held a call, baresip 1.0 neither sends nor plays sound any more, whoever the peer is; its signalling goes on.
#[tokio::test(flavor = "multi_thread")]
async fn baresip_holds_the_call_goes_on_and_hangs_up() {
    if is_missing("baresip") {
        return;
    }
    let mut house = House::open().await;
    let mut baresip = Baresip::start().await;
    let id = dial(&mut baresip, &house).await;
    baresip.listen_for(A_PROMPT).await;

    baresip.say("hold", "").await;
    baresip.hears_of("CALL_REMOTE_SDP").await;
    baresip.say("resume", "").await;
    baresip.hears_of("CALL_REMOTE_SDP").await;
    baresip.listen_for(Duration::from_secs(2)).await;
    baresip.say("hangup", "").await;

    assert_hears(&baresip.quit().await, &[SENT]).await;
    assert_eq!(reason(&mut house, &id).await, "hung_up");
}

/// A baresip that has called, and to which a code has been sent.
async fn call(house: &House) -> Baresip {
    let mut baresip = Baresip::start().await;
    dial(&mut baresip, house).await;
    baresip
}

/// Calls; gives the name of the call.
async fn dial(baresip: &mut Baresip, house: &House) -> String {
    baresip.say("dial", &format!("{CALLER}@{};identity=1002", house.udp())).await;
    let established = baresip.hears_of("CALL_ESTABLISHED").await;
    house.stand_ins.inbox().arrivals().wait_for(|number| *number > 0).await.unwrap();
    established["id"].as_str().unwrap().to_owned()
}

/// Why the call ended, once the house has written down everything.
async fn reason(house: &mut House, call: &str) -> String {
    house.stop();
    timeout(PATIENCE, &mut house.running).await.unwrap().unwrap();
    let records = house.store.records_of_call(call).await.unwrap();
    let record: Value = serde_json::from_str(&records[0].body).unwrap();
    record["reason"].as_str().unwrap().to_owned()
}
