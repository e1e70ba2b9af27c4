//! Whole calls and what they return (DESIGN, "HTTP, for IVR platforms": the table of endings).

use callward::demo::{Channel, ContactMethod, Customer, Manner, Service};

use crate::house::{House, TWO_FACTOR};
use crate::ivr::RETURNED;

#[tokio::test]
async fn a_plain_client_is_verified_by_text_message() {
    let house = House::usual().await;

    let menu = house.begin(&[("identity", "1001"), ("call_id", "c1")]).await;
    let code = house.press(&menu, "2").await;
    let end = house.press(&code, &house.sms_code()).await;

    assert!(menu.said().contains("For e-mail, press 1. For a text message to the number ending 2 1, press 2."), "{}", menu.said());
    assert_eq!(end.verdict(), ["verified", "success", "code_correct"]);
    let returned = end.returned();
    assert_eq!(returned.keys().len(), RETURNED.len());
    assert_eq!((returned["authMethod"].as_str(), returned["authStrength"].as_str()), ("sms", "medium"));
    assert_eq!(returned["authenticatedUntil"], "2026-01-01T00:15:00Z");
    let record = &house.records("c1").await[0];
    assert_eq!((record["auth_id"].as_str(), record["status"].as_str()), (Some(returned["authId"].as_str()), Some("verified")));
}

#[tokio::test]
async fn a_plain_client_is_verified_by_mail_in_a_subdialog() {
    let house = House::usual().await;

    let entry = house.enter(&format!("{TWO_FACTOR}/subdialog"), &[]).await;
    let mut variables = entry.variables();
    variables.insert("identity".into(), "1005".into());
    let code = house.post(entry.submit(), &variables).await;
    let sent = house.stand_ins.inbox().newest_code(Channel::Email).unwrap();
    let end = house.press(&code, sent.expose()).await;

    assert_eq!(end.verdict(), ["verified", "success", "code_correct"]);
    assert_eq!(end.returned()["authMethod"], "email");
    assert_eq!(end.leaves_by(), "return");
}

#[tokio::test]
async fn keys_with_spaces_and_a_hash_in_front_are_the_keys() {
    let house = House::usual().await;
    let code = house.at_the_code().await;
    let spaced: String = house.sms_code().chars().flat_map(|digit| [digit, ' ']).collect();

    let end = house.press(&code, &format!("#{spaced}")).await;

    assert_eq!(end.verdict(), ["verified", "success", "code_correct"]);
}

#[tokio::test]
async fn whoever_was_verified_in_this_call_is_not_asked_again() {
    let house = House::usual().await;
    let code = house.begin(&[("identity", "1002"), ("call_id", "c1")]).await;
    let first = house.press(&code, &house.sms_code()).await.returned();

    let same = house.begin(&[("identity", "1002"), ("call_id", "c1")]).await;
    let other_call = house.begin(&[("identity", "1002"), ("call_id", "c2")]).await;
    let other_person = house.begin(&[("identity", "1005"), ("call_id", "c1")]).await;
    house.pass(900);
    let later = house.begin(&[("identity", "1002"), ("call_id", "c1")]).await;

    assert_eq!(same.verdict(), ["verified", "success", "already_verified"]);
    for name in ["authMethod", "authStrength", "authenticatedUntil", "authId"] {
        assert_eq!(same.returned()[name], first[name], "{name}");
    }
    assert!(!other_call.is_end() && !other_person.is_end() && !later.is_end());
}

#[tokio::test]
async fn what_a_test_call_proves_is_nothing_to_a_production_call() {
    let house = House::usual().await;
    let code = house.begin(&[("identity", "1002"), ("call_id", "c1"), ("test", "true")]).await;
    assert_eq!(house.press(&code, &house.sms_code()).await.verdict(), ["verified", "success", "code_correct"]);

    let production = house.begin(&[("identity", "1002"), ("call_id", "c1")]).await;

    assert!(!production.is_end());
}

#[tokio::test]
async fn a_status_of_error_is_a_failure_and_no_path() {
    let house = House::plan().setting("code_generation = \"external\"").start().await;
    house.stand_ins.world().set_manner(Service::SendAuthenticationCode, Manner::Lying(vec!["error".to_owned()]));

    let end = house.begin(&[("identity", "1002")]).await;

    assert_eq!(end.verdict(), ["unavailable", "agent", "service_error"]);
}

#[tokio::test]
async fn each_ending_returns_its_status_path_and_reason() {
    let house = House::usual().await;
    let no_method = house.begin(&[("identity", "1004")]).await;
    let unknown = house.begin(&[("identity", "9999")]).await;
    let refused = house.begin(&[("identity", "1006")]).await;
    let code = house.at_the_code().await;
    let silent = house.give_up(&code, "no_input").await;
    let code = house.at_the_code().await;
    let lost = house.give_up(&code, "no_match").await;
    let code = house.at_the_code().await;
    let agent = house.press(&code, "0#").await;
    let missing = house.begin(&[("identity", " ")]).await;

    assert_eq!(no_method.verdict(), ["not_verified", "agent", "no_contact_method"]);
    assert_eq!((unknown.verdict(), unknown.said()), (no_method.verdict(), no_method.said()));
    assert_eq!(refused.verdict(), ["unavailable", "agent", "delivery_failed"]);
    assert_eq!(silent.verdict(), ["not_verified", "agent", "no_input"]);
    assert_eq!(lost.verdict(), ["not_verified", "agent", "no_match"]);
    assert_eq!(agent.verdict(), ["not_verified", "agent", "agent_requested"]);
    assert_eq!(missing.verdict(), ["unavailable", "error", "internal"]);
}

#[tokio::test]
async fn checks_of_one_code_end_on_their_path() {
    let house = House::usual().await;
    let mut page = house.at_the_code().await;
    let wrong = house.wrong_code();

    for _ in 0..3 {
        page = house.press(&page, &wrong).await;
    }

    assert_eq!(page.verdict(), ["not_verified", "agent", "checks_exceeded"]);
}

#[tokio::test]
async fn pages_of_version_2_0_with_inline_grammars_serve_a_whole_call() {
    let house = House::plan().setting("vxml_version = \"2.0\"\ngrammars = \"inline\"").start().await;

    let entry = house.enter(TWO_FACTOR, &[("identity", "1001")]).await;
    let menu = house.post(entry.submit(), &entry.variables()).await;
    let code = house.press(&menu, "2").await;
    let end = house.press(&code, &house.sms_code()).await;

    let gone = house.hang_up(&code).await;
    let lost = house.post(house.url(&format!("{TWO_FACTOR}/x/1")), &[("keys", "1")]).await;
    house.pass(601);
    let over = house.press(&code, "1").await;

    for page in [&entry, &menu, &code, &end, &gone, &lost, &over] {
        assert_eq!((page.version(), page.grammar()), ("2.0", None), "{}", page.text);
    }
    assert_eq!(end.verdict(), ["verified", "success", "code_correct"]);
}

#[tokio::test]
async fn a_spanish_caller_hears_spanish_pages() {
    let house = House::usual().await;

    let menu = house.begin(&[("identity", "1001"), ("lang", "es-MX")]).await;
    let code = house.press(&menu, "2").await;

    assert!(menu.said().starts_with("Para comprobar que es usted"), "{}", menu.said());
    assert!(code.said().starts_with("He enviado un código"), "{}", code.said());
    house.press(&code, &house.sms_code()).await;
}

#[tokio::test]
async fn contacts_come_from_the_platform_where_the_service_gives_none() {
    let house = House::usual().await;
    let unnamed = Customer::new("1007", [ContactMethod::Sms(None)]);
    house.stand_ins.world().put_customer(unnamed);

    let code = house.begin(&[("identity", "1007"), ("phone", "+491709990042")]).await;

    assert!(code.said().contains("the number ending 4 2"), "{}", code.said());
    assert_eq!(house.stand_ins.inbox().messages()[0].to, "+491709990042");
}
