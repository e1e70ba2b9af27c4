//! Who may fetch pages, and which calls count as tests (DESIGN, "Configuration": `platforms`, `web_services`).

use callward::clock::{Chance, Clock};
use callward::demo::{Service, StandIns};
use reqwest::StatusCode;

use crate::house::{House, TWO_FACTOR};

const TEST_SERVICE: &str = "tenants.demo.web_services.test.check_verified_contact_methods";

#[tokio::test]
async fn an_address_that_is_not_listed_may_fetch_nothing() {
    let house = House::plan().table("[tenants.demo.platforms]\nallow = [\"192.0.2.0/24\"]").start().await;

    for path in
        [TWO_FACTOR, "/vxml/demo/two-factor/subdialog", "/vxml/demo/two-factor/x/1", "/vxml/demo/two-factor/x/1/hangup", "/vxml/no/body"]
    {
        assert_eq!(status(&house, path).await, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn the_word_of_a_trusted_proxy_counts_and_no_other() {
    let allow = "[tenants.demo.platforms]\nallow = [\"192.0.2.7\"]";
    let behind_proxy = House::plan().table(allow).set("http.trusted_proxies", "127.0.0.1").start().await;
    let direct = House::plan().table(allow).start().await;

    let request = |house: &House| house.client().get(house.url(TWO_FACTOR)).header("x-forwarded-for", "192.0.2.7");

    behind_proxy.page(request(&behind_proxy)).await;
    assert_eq!(request(&direct).send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_platform_needs_its_password_where_one_is_set() {
    let house = House::plan().table("[tenants.demo.platforms]\nusers = { ivr = \"se:cret\" }").start().await;
    let request = || house.client().get(house.url(TWO_FACTOR));

    let anonymous = request().send().await.unwrap();
    let wrong = request().basic_auth("ivr", Some("secret")).send().await.unwrap();
    let entry = house.page(request().basic_auth("ivr", Some("se:cret"))).await;

    assert_eq!((anonymous.status(), wrong.status()), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    assert_eq!(anonymous.headers()["www-authenticate"], "Basic realm=\"Callward\", charset=\"UTF-8\"");
    assert_eq!(entry.turn(), 0);
    assert_eq!(status(&house, entry.submit().path()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&house, entry.hangup().path()).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn skip_does_not_reach_from_one_platform_to_another() {
    let house = House::plan().table("[tenants.demo.platforms]\nusers = { one = \"1\", two = \"2\" }").start().await;
    let begin = async |name: &'static str| {
        let entry =
            house.page(house.client().get(house.url(TWO_FACTOR)).basic_auth(name, Some(if name == "one" { "1" } else { "2" }))).await;
        let form = [("identity", "1002"), ("call_id", "c1")];
        house.page(house.client().post(entry.submit()).form(&form).basic_auth(name, Some(if name == "one" { "1" } else { "2" }))).await
    };
    let code = begin("one").await;
    let keys = [("keys", house.sms_code())];
    house.page(house.client().post(code.submit()).form(&keys).basic_auth("one", Some("1"))).await;

    assert_eq!(begin("one").await.verdict(), ["verified", "success", "already_verified"]);
    assert!(!begin("two").await.is_end());
}

#[tokio::test]
async fn metrics_are_for_listed_addresses() {
    let open = House::usual().await;
    let closed = House::plan().set("http.ops_allow", "192.0.2.1").start().await;

    assert_eq!(status(&open, "/metrics").await, StatusCode::OK);
    assert_eq!(status(&closed, "/metrics").await, StatusCode::FORBIDDEN);
    assert_eq!((status(&open, "/healthz").await, status(&open, "/readyz").await), (StatusCode::OK, StatusCode::OK));
}

#[tokio::test]
async fn test_calls_ask_the_test_services_and_others_never_do() {
    let (test_systems, house) = house_with_test_systems().await;
    let asked_there = || test_systems.world().asked().len();

    house.begin(&[("identity", "1001")]).await;
    assert_eq!((house.asked(&Service::CheckVerifiedContactMethods), asked_there()), (1, 0));

    let menu = house.begin(&[("identity", "1001"), ("test", "true"), ("call_id", "c1")]).await;
    house.press(&menu, "0").await;

    assert_eq!((house.asked(&Service::CheckVerifiedContactMethods), asked_there()), (1, 1));
    assert_eq!(house.records("c1").await[0]["test"], true);
}

#[tokio::test]
async fn a_tenant_that_takes_no_test_calls_refuses_them() {
    let house = House::plan().table("[tenants.demo.platforms]\ntest_calls = false").start().await;

    let refused = house.begin(&[("identity", "1002"), ("test", "true"), ("call_id", "c1")]).await;
    let taken = house.begin(&[("identity", "1002"), ("test", "false")]).await;

    assert_eq!(refused.verdict(), ["unavailable", "error", "no_such_process"]);
    assert!(!refused.said().is_empty());
    assert!(!taken.is_end());
    assert_eq!((house.asked(&Service::CheckVerifiedContactMethods), house.messages()), (1, 1));
}

/// A second set of the customer's systems, for test calls.
async fn house_with_test_systems() -> (StandIns, House) {
    let test_systems = StandIns::start(Default::default(), Clock::system(), Chance::system()).await.unwrap();
    let service = test_systems.base_url() + "/checkVerifiedContactMethods";
    let house = House::plan().set(TEST_SERVICE, &service).start().await;
    (test_systems, house)
}

async fn status(house: &House, path: &str) -> StatusCode {
    house.client().get(house.url(path)).send().await.unwrap().status()
}
