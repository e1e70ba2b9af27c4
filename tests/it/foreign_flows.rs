//! Flows that mean ill, or were not thought through: what the engine holds, whatever the flow says (FLOW-LANGUAGE).

use callward::demo::Service;

use crate::house::House;

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
