//! The other flows that come with Callward, over HTTP: consent to voice biometrics, and the front door with its transfer.

use callward::demo::{Fault, Manner, Service};

use crate::house::House;
use crate::page::Page;

const CONSENT: &str = "/vxml/demo/consent";
const FRONT_DOOR: &str = "/vxml/demo/front-door";
const CONTACT: &str = "+4930901820";

#[tokio::test]
async fn a_yes_is_written_and_returned() {
    let house = House::usual().await;

    let ask = house.begin_at(CONSENT, &[("phone", CONTACT)]).await;
    let end = house.press(&ask, "1").await;

    assert!(ask.said().starts_with("May we use your voice to recognise you next time?"), "{}", ask.said());
    assert_eq!(end.verdict(), ["not_verified", "consented", "not_asked"]);
    assert_eq!(end.returned()["consentStatus"], "CONSENTED");
    assert_eq!(house.stand_ins.world().consent(CONTACT), "CONSENTED");
}

#[tokio::test]
async fn a_no_is_written_and_the_next_call_does_not_ask() {
    let house = House::usual().await;

    let ask = house.begin_at(CONSENT, &[("phone", CONTACT)]).await;
    let end = house.press(&ask, "2").await;
    let next = house.begin_at(CONSENT, &[("phone", CONTACT)]).await;

    for page in [&end, &next] {
        assert_eq!(page.verdict(), ["not_verified", "refused", "not_asked"]);
        assert_eq!(page.returned()["consentStatus"], "REFUSED");
    }
    assert_eq!(house.stand_ins.world().written().len(), 1);
}

#[tokio::test]
async fn silence_and_a_number_that_anybody_can_show_write_nothing() {
    let house = House::usual().await;

    let ask = house.begin_at(CONSENT, &[("contact_id", "123")]).await;
    let silent = house.give_up(&ask, "no_input").await;
    let unproven = house.begin_at(CONSENT, &[("from", CONTACT)]).await;
    let withheld = house.begin_at(CONSENT, &[]).await;

    for page in [&silent, &unproven, &withheld] {
        assert_eq!(page.returned()["authPath"], "not_recorded");
        assert_eq!(page.returned()["consentStatus"], "NO_CONSENT");
    }
    assert!(house.stand_ins.world().written().is_empty());
}

#[tokio::test]
async fn a_consent_service_that_fails_means_no_consent() {
    for service in [Service::ConsentRead, Service::Token] {
        let house = House::usual().await;
        house.stand_ins.world().set_manner(service.clone(), Manner::Broken(Fault::ServerError));

        let end = house.begin_at(CONSENT, &[("phone", CONTACT)]).await;

        assert_eq!(end.returned()["authPath"], "error", "{service:?}");
        assert_eq!(end.returned()["consentStatus"], "NO_CONSENT", "{service:?}");
    }
}

#[tokio::test]
async fn a_yes_that_cannot_be_written_is_none() {
    let house = House::usual().await;
    let ask = house.begin_at(CONSENT, &[("phone", CONTACT)]).await;
    house.stand_ins.world().set_manner(Service::ConsentSet, Manner::Down);

    let end = house.press(&ask, "1").await;

    assert_eq!(end.returned()["authPath"], "error");
    assert_eq!(end.returned()["consentStatus"], "NO_CONSENT");
    assert!(end.said().contains("nothing changes for you"), "{}", end.said());
}

#[tokio::test]
async fn the_front_door_verifies_and_puts_through() {
    let house = House::usual().await;

    let transfer = at_the_agents(&house).await;
    let end = house.give_up(&transfer, "ended").await;

    assert!(transfer.text.contains("dest=\"sip:agents@127.0.0.1:5070\""), "{}", transfer.text);
    assert!(transfer.text.contains("aai=\"authStatus=verified&amp;authMethod=sms&amp;"), "{}", transfer.text);
    assert!(transfer.said().contains("I am connecting you now."), "{}", transfer.said());
    let returned = end.returned();
    assert_eq!((returned["authStatus"].as_str(), returned["authPath"].as_str()), ("verified", "done"));
    assert_eq!(returned["authMethod"], "sms");
}

#[tokio::test]
async fn agents_are_not_told_that_somebody_was_verified_earlier_in_the_call() {
    let house = House::usual().await;
    let again = [("from", CONTACT), ("call_id", "one-call")];
    let language = house.begin_at(FRONT_DOOR, &again).await;
    let account = house.press(&language, "1").await;
    let code = house.press(&account, "1002").await;
    house.press(&code, &house.sms_code()).await;

    let language = house.begin_at(FRONT_DOOR, &again).await;
    let account = house.press(&language, "1").await;
    let transfer = house.press(&account, "0#").await;

    assert!(transfer.text.contains("aai=\"authStatus=not_verified&amp;authId="), "{}", transfer.text);
}

#[tokio::test]
async fn a_transfer_that_fails_is_said_and_taken_once() {
    for outcome in ["busy", "no_answer", "failed"] {
        let house = House::usual().await;
        let transfer = at_the_agents(&house).await;

        let end = house.give_up(&transfer, outcome).await;
        let repeated = house.give_up(&transfer, "ended").await;

        assert!(end.said().contains("nobody can take your call just now"), "{}", end.said());
        assert_eq!(end.returned()["authPath"], "nobody", "{outcome}");
        assert_eq!(repeated.returned(), end.returned());
    }
}

#[tokio::test]
async fn pages_of_version_2_0_serve_the_front_door_too() {
    let plan = House::plan().table("[[tenants.demo.processes]]\nname = \"Old\"\ncode = \"old\"\nflow = \"front-door\"");
    let house = plan.table("settings = { vxml_version = \"2.0\", grammars = \"inline\" }").start().await;

    let language = house.begin_at("/vxml/demo/old", &[]).await;
    let account = house.press(&language, "2").await;
    let transfer = house.press(&account, "0#").await;

    assert!(account.said().starts_with("Marque su número de cuenta"), "{}", account.said());
    assert!(transfer.text.contains("<transfer "), "{}", transfer.text);
    assert_eq!((language.version(), transfer.version()), ("2.0", "2.0"));
}

/// English, account 1002, its code, a no to voice biometrics: and then the agents.
async fn at_the_agents(house: &House) -> Page {
    let language = house.begin_at(FRONT_DOOR, &[("from", CONTACT)]).await;
    let account = house.press(&language, "1").await;
    let code = house.press(&account, "1002").await;
    let consent = house.press(&code, &house.sms_code()).await;
    house.press(&consent, "2").await
}
