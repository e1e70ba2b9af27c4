//! What a person, a destination and a call may use up, over all calls at once (REQUIREMENTS, Defaults 1 and 2).

use callward::demo::{Channel, ContactMethod, Customer, Service};
use callward::secret::{MasterKey, Purpose};
use callward::store::NoteKey;
use futures_util::future::join_all;
use serde_json::Value;

use crate::house::{House, Plan};
use crate::page::Page;

const LOCKED: [&str; 3] = ["not_verified", "agent", "locked"];
const SEND_LIMITED: [&str; 3] = ["not_verified", "agent", "send_limited"];
const VERIFIED: [&str; 3] = ["verified", "success", "code_correct"];

const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const MORE_CHECKS: &str = "maximum_attempts_at_verifying = 5";
const MORE_SENDS: &str = "[tenants.demo.limits]\nsends_per_destination = 20\nsends_per_destination_per_day = 100";

/// 100 calls at once, each with five guesses at what an app shows: every comparison asks the customer's service.
#[tokio::test]
async fn of_500_wrong_codes_at_once_five_are_compared() {
    let house = external().start().await;
    let calls = join_all((0..100).map(|_| house.begin(&[("identity", "1003")]))).await;

    let ends = join_all(calls.iter().map(|call| guess_on(&house, call, 5))).await;

    assert_eq!(house.asked(&Service::CodeAuthentication), 5);
    assert!(ends.iter().all(|end| end.verdict() == LOCKED));
    assert_eq!(house.begin(&[("identity", "1003")]).await.verdict(), LOCKED);
}

/// 20 calls with a code of their own, 25 guesses at each code at once: five at each of its turns. Kept in SQLite.
#[tokio::test]
async fn of_500_wrong_codes_at_once_at_our_own_codes_five_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let plan = House::plan().store(&format!("sqlite://{}", folder.path().join("callward.db").display()));
    let house = plan.setting(MORE_CHECKS).table(MORE_SENDS).set("security.master_key", MASTER_KEY).start().await;
    let calls = join_all((0..20).map(|_| house.at_the_code())).await;
    let right = house.sms_code();

    let guesses = calls.iter().flat_map(|call| (0..25).map(|guess| guess_at_turn(&house, call, guess % 5)));
    join_all(guesses).await;

    assert_eq!(guesses_taken(&house, "1002").await, 5);
    assert_eq!(house.press(calls.last().unwrap(), &right).await.verdict(), LOCKED);
    assert_eq!(house.at_the_code().await.verdict(), LOCKED);
    assert_eq!(house.messages(), 20);
}

#[tokio::test]
async fn a_lock_counts_for_its_person_alone_and_says_nothing_of_itself() {
    let house = House::plan().setting(MORE_CHECKS).start().await;
    let code = house.at_the_code().await;

    let locked = guess_on(&house, &code, 5).await;
    let asked = house.asked(&Service::CheckVerifiedContactMethods);
    let next = house.begin(&[("identity", "1002"), ("call_id", "c9")]).await;
    let other = house.begin(&[("identity", "1001")]).await;

    assert_eq!((locked.verdict(), next.verdict()), (LOCKED.map(str::to_owned), LOCKED.map(str::to_owned)));
    assert_eq!(locked.said(), "I cannot complete the check on this call. I will get someone to help you.");
    assert_eq!((house.asked(&Service::CheckVerifiedContactMethods), house.messages()), (asked + 1, 1));
    assert!(!other.is_end());
}

#[tokio::test]
async fn a_lock_ends_after_its_time_and_ten_wrong_codes_lock_for_a_day() {
    let house = external().start().await;
    let call = async || house.begin(&[("identity", "1003")]).await;

    guess_on(&house, &call().await, 5).await;
    house.pass(15 * 60 - 1);
    assert_eq!(call().await.verdict(), LOCKED);
    house.pass(1);
    let second = guess_on(&house, &call().await, 5).await;
    assert_eq!(second.verdict(), LOCKED);
    house.pass(24 * 3600 - 1);
    assert_eq!(call().await.verdict(), LOCKED);
    house.pass(1);

    assert!(!call().await.is_end());
    assert_eq!(house.asked(&Service::CodeAuthentication), 10);
}

#[tokio::test]
async fn a_right_code_after_four_wrong_ones_clears_them() {
    let house = House::plan().setting(MORE_CHECKS).start().await;

    for _ in 0..3 {
        let code = house.at_the_code().await;
        let last_try = guess_on(&house, &code, 4).await;
        assert_eq!(house.press(&last_try, &house.sms_code()).await.verdict(), VERIFIED);
    }
}

#[tokio::test]
async fn a_destination_gets_five_messages_in_ten_minutes() {
    let house = House::usual().await;

    for _ in 0..5 {
        assert!(!house.at_the_code().await.is_end());
    }
    assert_eq!(house.at_the_code().await.verdict(), SEND_LIMITED);
    house.pass(600);
    assert!(!house.at_the_code().await.is_end());

    assert_eq!(house.messages(), 6);
}

#[tokio::test]
async fn a_destination_gets_ten_messages_a_day_whoever_asks_at_once() {
    let house = House::plan().table("[tenants.demo.limits]\nsends_per_destination = 20").start().await;
    let same_phone = ContactMethod::Sms(Some("00 49 170 1234533".to_owned()));
    house.stand_ins.world().put_customer(Customer::new("2002", [same_phone]));

    let calls = (0..30).map(|number| house.begin(if number % 2 == 0 { &[("identity", "1002")] } else { &[("identity", "2002")] }));
    let pages = join_all(calls).await;

    assert_eq!(house.messages(), 10);
    assert_eq!(pages.iter().filter(|page| page.is_end()).count(), 20);
}

#[tokio::test]
async fn a_tenant_sends_no_more_than_its_minute_allows() {
    let house = House::plan().table("[tenants.demo.limits]\nsends_per_minute = 3").start().await;
    let call = async |identity| house.begin(&[("identity", identity)]).await;

    for identity in ["1002", "1005", "1002"] {
        assert!(!call(identity).await.is_end());
    }
    assert_eq!(call("1005").await.verdict(), SEND_LIMITED);
    house.pass(60);

    assert!(!call("1005").await.is_end());
}

#[tokio::test]
async fn a_code_is_sent_again_after_the_cool_down_which_doubles() {
    let house = House::usual().await;
    let first = house.at_the_code().await;
    let old = house.sms_code();

    let too_soon = house.press(&first, "8#").await;
    house.pass(30);
    let second = house.press(&too_soon, "8#").await;
    house.pass(30);
    let too_soon_again = house.press(&second, "8#").await;
    house.pass(30);
    let third = house.press(&too_soon_again, "8#").await;

    for page in [&too_soon, &too_soon_again] {
        assert_eq!(page.said(), "I have just sent it. Give it a moment, then enter the code.");
    }
    assert!(second.said().contains("I have sent a new code"), "{}", second.said());
    assert_eq!(house.messages(), 3);
    let old_one = house.press(&third, &old).await;
    assert!(old_one.said().contains("did not match"), "{}", old_one.said());
    assert_eq!(house.press(&old_one, &house.sms_code()).await.verdict(), VERIFIED);
}

#[tokio::test]
async fn a_call_gets_three_codes() {
    let house = House::usual().await;
    let mut page = house.at_the_code().await;

    for wait in [30, 60, 120] {
        house.pass(wait);
        page = house.press(&page, "8#").await;
    }

    assert_eq!(page.verdict(), ["not_verified", "agent", "sends_exceeded"]);
    assert_eq!(house.messages(), 3);
}

#[tokio::test]
async fn the_vendors_preset_sends_a_new_code_after_each_wrong_one() {
    let house = House::plan().setting("on_wrong_code = \"send_new\"\non_verify_exhausted = \"send_new\"").start().await;
    let mut page = house.at_the_code().await;

    for _ in 0..3 {
        page = house.press(&page, &house.wrong_code()).await;
    }

    assert_eq!(page.verdict(), ["not_verified", "agent", "sends_exceeded"]);
    assert_eq!(house.messages(), 3);
}

#[tokio::test]
async fn an_expired_code_is_followed_by_a_new_one_without_waiting() {
    let house = House::usual().await;
    let code = house.at_the_code().await;
    let old = house.sms_code();

    house.pass(300);
    let next = house.press(&code, &old).await;

    assert!(next.said().starts_with("That code is too old. I have sent a new code"), "{}", next.said());
    assert_eq!(house.press(&next, &house.sms_code()).await.verdict(), VERIFIED);
    assert_eq!(house.stand_ins.inbox().newest_code(Channel::Email), None);
}

/// Codes that the customer's systems make and check.
fn external() -> Plan {
    House::plan().setting("code_generation = \"external\"\nmaximum_attempts_at_sending = 5").setting(MORE_CHECKS)
}

/// Enters wrong codes, one after the other, for as long as the call goes on.
async fn guess_on(house: &House, call: &Page, guesses: usize) -> Page {
    let mut page = call.clone();
    for _ in 0..guesses {
        if page.is_end() {
            return page;
        }
        page = house.press(&page, &unlikely(house)).await;
    }
    page
}

/// Enters a wrong code at a turn that may not be there yet.
async fn guess_at_turn(house: &House, call: &Page, later: u32) -> Page {
    let turn = call.turn() + later;
    let url = call.submit().join(&turn.to_string()).unwrap();
    house.post(url, &[("keys", unlikely(house))]).await
}

/// A code that nobody was sent and no app shows.
fn unlikely(house: &House) -> String {
    let known: Vec<String> =
        house.stand_ins.inbox().messages().iter().filter_map(|message| message.code()).map(|code| code.expose().to_owned()).collect();
    let shown = house.stand_ins.world().authenticator("1003").map(|app| app.code.expose().to_owned());
    let mut free = (0..).map(|number| format!("{number:06}")).filter(|code| !known.contains(code) && Some(code) != shown.as_ref());
    free.next().unwrap()
}

/// How many guesses a person's budget counts, as the store keeps it.
async fn guesses_taken(house: &House, identity: &str) -> usize {
    let key = MasterKey::from_base64(MASTER_KEY).unwrap();
    let person = [b"person".as_slice(), b"demo", identity.as_bytes()];
    let note = house.store.note(NoteKey(key.hash(Purpose::Name, &person))).await.unwrap().unwrap();
    let budget: Value = serde_json::from_slice(&note.body).unwrap();
    budget["taken"].as_array().unwrap().len()
}
