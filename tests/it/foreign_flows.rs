//! Flows that mean ill, or were not thought through: what the engine holds, whatever the flow says (FLOW-LANGUAGE).

use callward::demo::{Manner, Service};

use crate::house::{House, Plan};

/// Has the code of one person sent, and checks it for another.
const CROSSED: &str = r#"
callward: 1
title: Crossed
languages: [en]
exits:
  success: {}
  agent: {}
otherwise: { service_error: agent }
start: own
steps:
  own: { call: { flow: own, with: { identity: '"1002"' }, then: { any: other } } }
  other: { call: { flow: other, with: { identity: '"1001"' }, then: { success: success, agent: agent } } }
prompts: { en: {} }
"#;

const OWN: &str = r"
callward: 1
title: Sends
languages: [en]
inputs: { identity: { identity: { required: true, label: Account } } }
exits: { sent: {}, agent: {} }
start: find
steps:
  find: { find_methods: { then: { found: choose, any: agent } } }
  choose: { choose_method: { ask: which, then: { chosen: send, any: agent } } }
  send: { send_code: { message: message, then: { sent: sent, any: agent } } }
prompts:
  en:
    which.no_input: Please.
    which.no_match: Please.
    which.ask: Which? {choices}
    which.email: Mail, {key}.
    which.sms: Text, {key}.
    which.authenticator: App, {key}.
    message.email: Code {code}
    message.sms: Code {code}
";

const OTHER: &str = r"
callward: 1
title: Checks
languages: [en]
inputs: { identity: { identity: { required: true, label: Account } } }
exits: { success: { needs: verified }, agent: {} }
start: enter
steps:
  enter: { collect: { ask: code, takes: code, then: { entered: check, any: agent } } }
  check: { check_code: { then: { right: success, any: agent } } }
prompts:
  en:
    code.no_input: Please.
    code.no_match: Please.
    code.ask: Enter the code.
";

#[tokio::test]
async fn a_code_sent_to_one_person_verifies_no_other() {
    let house = House::plan().flow("own", OWN).flow("other", OTHER).flow("crossed", CROSSED).start().await;

    let code = house.begin_at("/vxml/demo/crossed", &[]).await;
    let end = house.press(&code, &house.sms_code()).await;

    assert_eq!(end.returned()["authStatus"], "not_verified");
    assert_eq!(end.returned()["authPath"], "agent");
}

/// Gives an account as a number, as an expression may.
const NUMBERED: &str = r"
callward: 1
title: Numbered
languages: [en]
exits: { success: {}, agent: {} }
otherwise: { service_error: agent }
start: verify
steps:
  verify: { call: { flow: two-factor, with: { identity: '1000 + 2' }, then: { success: success, any: agent } } }
prompts: { en: {} }
";

#[tokio::test]
async fn an_account_given_as_a_number_is_the_same_person() {
    let house = House::plan().flow("numbered", NUMBERED).start().await;

    let code = house.begin_at("/vxml/demo/numbered", &[]).await;
    let end = house.press(&code, &house.sms_code()).await;

    assert_eq!(end.verdict(), ["verified", "success", "code_correct"]);
}

/// Calls the check without saying for whom.
const NAMELESS: &str = r"
callward: 1
title: Nameless
languages: [en]
exits: { success: {}, agent: {} }
otherwise: { service_error: agent }
start: verify
steps:
  verify: { call: { flow: two-factor, then: { success: success, agent: success, error: success, goodbye: success } } }
prompts: { en: {} }
";

#[tokio::test]
async fn nobody_is_not_verified() {
    let house = House::plan().flow("nameless", NAMELESS).start().await;

    let end = house.begin_at("/vxml/demo/nameless", &[]).await;

    assert_eq!(end.verdict(), ["unavailable", "agent", "service_error"]);
    assert_eq!(house.asked(&Service::CheckVerifiedContactMethods), 0);
}

/// Asks a service again and again for as long as it gives the same answer.
const CIRCLE: &str = r"
callward: 1
title: Circle
languages: [en]
settings: { Services: { shop: { service: { label: Shop } } } }
exits: { done: {}, agent: {} }
otherwise: { service_error: agent, service_path: agent }
start: ask
steps:
  ask: { web_service: { service: settings.shop, then: { wait: ask, right: done } } }
prompts: { en: {} }
";

fn circle() -> Plan {
    House::plan()
        .flow("circle", CIRCLE)
        .table("[tenants.demo.processes.settings]")
        .table("shop = { production = '{services}/shop', test = '{services}/shop' }")
}

#[tokio::test]
async fn a_circle_in_which_nobody_speaks_has_an_end() {
    let house = circle().start().await;
    house.stand_ins.world().set_manner(Service::named("shop"), Manner::Lying(vec!["wait".to_owned()]));

    let end = house.begin_at("/vxml/demo/circle", &[]).await;

    assert_eq!(end.verdict(), ["not_verified", "agent", "not_asked"], "a flow that verifies nobody");
    assert_eq!(house.asked(&Service::named("shop")), 200);
}

#[tokio::test]
async fn a_service_cannot_say_that_a_code_was_right() {
    let house = circle().start().await;
    house.stand_ins.world().set_manner(Service::named("shop"), Manner::Lying(vec!["right".to_owned()]));

    let end = house.begin_at("/vxml/demo/circle", &[]).await;

    assert_eq!(end.verdict(), ["not_verified", "done", "not_asked"]);
}

/// Asks the one whom the platform named, and writes down somebody else.
const ANOTHERS_CONSENT: &str = r#"
callward: 1
title: Another's consent
languages: [en]
inputs: { contact_id: { contact: { label: Contact } } }
exits: { saved: {}, refused: {} }
otherwise: { service_error: refused, not_allowed: refused, no_input: refused, no_match: refused }
start: ask
steps:
  ask: { yes_no: { ask: may_we, barge_in: false, then: { said_yes: write, said_no: refused } } }
  write: { consent.set: { contact: "+49301", status: CONSENTED, evidence: ask, then: { saved: saved } } }
prompts: { en: { may_we.ask: May we?, may_we.no_input: Yes or no?, may_we.no_match: Yes or no? } }
"#;

#[tokio::test]
async fn a_platform_vouches_for_no_contact_but_its_own() {
    let house = House::plan().flow("anothers", ANOTHERS_CONSENT).start().await;

    let ask = house.begin_at("/vxml/demo/anothers", &[("phone", "+4930901820")]).await;
    let end = house.press(&ask, "1").await;

    assert_eq!(end.returned()["authPath"], "refused");
    assert!(house.stand_ins.world().written().is_empty());
}

/// Reads twice, and leaves by the door that needs consent.
const READ_TWICE: &str = r"
callward: 1
title: Read twice
languages: [en]
inputs: { contact_id: { contact: { label: Contact } } }
exits: { consented: { needs: consent }, unknown: {} }
otherwise: { service_error: unknown }
outputs: { consentStatus: consent.status }
start: first
steps:
  first: { consent.read: { contact: inputs.contact_id, then: { service_error: unknown, any: second } } }
  second: { consent.read: { contact: inputs.contact_id, then: { any: out } } }
  out: { branch: [{ go: consented }] }
prompts: { en: {} }
";

#[tokio::test]
async fn a_consent_that_cannot_be_read_is_none() {
    let house = House::plan().flow("twice", READ_TWICE).start().await;
    house.stand_ins.world().set_consent("+4930901820", "CONSENTED");
    house.stand_ins.world().set_manner(Service::ConsentRead, Manner::Lying(vec!["CONSENTED".to_owned(), "rubbish".to_owned()]));

    let end = house.begin_at("/vxml/demo/twice", &[("phone", "+4930901820")]).await;

    assert_eq!((end.returned()["authPath"].as_str(), end.returned()["consentStatus"].as_str()), ("unknown", "NO_CONSENT"));
}

/// Verifies one person, and then another.
const IN_TURN: &str = r#"
callward: 1
title: In turn
languages: [en]
exits: { done: {} }
start: first
steps:
  first: { call: { flow: two-factor, with: { identity: '"1002"' }, then: { any: second } } }
  second: { call: { flow: two-factor, with: { identity: '"1005"' }, then: { any: done } } }
prompts: { en: {} }
"#;

#[tokio::test]
async fn who_was_verified_before_does_not_speak_for_who_was_not() {
    let house = House::plan().flow("in-turn", IN_TURN).start().await;

    let first = house.begin_at("/vxml/demo/in-turn", &[]).await;
    let second = house.press(&first, &house.sms_code()).await;
    let end = house.press(&second, "0#").await;

    assert_eq!(end.verdict(), ["not_verified", "done", "agent_requested"]);
}
