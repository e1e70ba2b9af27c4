//! Flows that change while calls are on them: a call stays on its version, whatever becomes of the file, the gateway or the node
//! (FLOW-LANGUAGE, "Versions"); `callward flow publish`, `versions`, `rollback` and `diff` through the command line.

use std::path::{Path, PathBuf};
use std::process::Output;

use callward::app::{FolderWatch, demo_text, reread};
use callward::flow::GrammarFile;
use sqlx::SqlitePool;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::gateway::{Gateway, PATIENCE, client, program};
use crate::house::{House, Plan};

const HOURS: &str = "/vxml/demo/hours";
const BEFORE: &str = "The shop is open from nine to six.";
const AFTER: &str = "The shop is open from ten to seven.";

const FLOW: &str = r#"callward: 1
title: Opening hours
languages: [en]
settings:
  Ends:
    behaviour_after_no_match: { path: { default: agent, label: After wrong keys } }
exits:
  done: { label: The caller knows }
  agent: { label: Let an agent help }
keys: { 0: agent, 9: repeat }
otherwise: { no_input: agent, no_match: agent }
start: which
steps:
  which:
    menu:
      ask: which
      choices:
        - { offer: shop, say: shop.hours, go: done }
        - { offer: workshop, say: workshop.hours, go: done }
prompts:
  en:
    which.ask: "{choices} For anything else, press 0."
    which.no_input: I did not notice a key. {choices}
    which.no_match: That key is not on the list. {choices}
    shop: For the shop, press {key}.
    workshop: For the workshop, press {key}.
    shop.hours: The shop is open from nine to six.
    workshop.hours: The workshop is open from eight to four.
"#;

const GRAMMAR: &str = r##"<grammar xmlns="http://www.w3.org/2001/06/grammar" version="1.0" mode="dtmf" root="r">
<rule id="r"><one-of><item>0 1</item><item>0 2</item></one-of></rule></grammar>"##;

/// A flow that asks for what the grammar beside it says.
const MONTH: &str = r#"callward: 1
title: Opening hours
languages: [en]
settings:
  Ends:
    behaviour_after_no_match: { path: { default: agent, label: After wrong keys } }
exits:
  done: { label: The caller knows }
  agent: { label: Let an agent help }
otherwise: { no_input: agent, no_match: agent }
start: month
steps:
  month: { collect: { ask: month, takes: { grammar: month.grxml }, then: { entered: done } } }
prompts:
  en:
    month.ask: Please enter the month, with two digits.
    month.no_input: Please enter the month, with two digits.
    month.no_match: Please enter the month, with two digits.
"#;

const PROCESS: &str = "[[tenants.demo.processes]]\nname = \"hours\"\ncode = \"hours\"\nflow = \"hours\"\n\
    settings.behaviour_after_no_match = \"done\"";

/// An installation's folder: its flows, its database and its configuration.
struct Place(TempDir);

#[tokio::test]
async fn a_call_stays_on_its_version_and_the_next_one_has_the_changed_file() {
    let (place, house) = Place::with_a_house().await;
    let call = house.begin_at(HOURS, &[]).await;

    place.write("hours.yaml", &changed());
    reread(&house.releases, &place.flows()).await;

    assert_eq!(house.press(&call, "1").await.said(), BEFORE);
    assert_eq!(place.hears(&house).await, AFTER);
}

#[tokio::test]
async fn a_wrong_file_is_named_and_the_flow_stays_as_it_was() {
    let (place, house) = Place::with_a_house().await;
    place.write("hours.yaml", &changed().replace("go: done", "go: nowhere"));

    reread(&house.releases, &place.flows()).await;

    let ready = ready(&house).await;
    assert!(ready.starts_with("ready\nwarning: "), "{ready}");
    assert!(ready.contains("hours.yaml:19:") && ready.contains("nowhere"), "{ready}");
    assert_eq!(place.hears(&house).await, BEFORE);
    place.write("hours.yaml", &changed());
    reread(&house.releases, &place.flows()).await;
    assert_eq!(self::ready(&house).await, "ready\n");
    assert_eq!(place.hears(&house).await, AFTER);
}

#[tokio::test]
async fn a_file_that_does_not_fit_the_settings_of_the_process_is_not_taken_up() {
    let (place, house) = Place::with_a_house().await;
    place.write("hours.yaml", &changed().replace("  done:", "  finished:").replace("go: done", "go: finished"));

    reread(&house.releases, &place.flows()).await;

    let ready = ready(&house).await;
    assert!(ready.contains("warning: demo/hours: ") && ready.contains("behaviour_after_no_match"), "{ready}");
    assert_eq!(place.hears(&house).await, BEFORE);
}

#[tokio::test]
async fn a_flow_whose_file_is_gone_stays_and_is_named() {
    let (place, house) = Place::with_a_house().await;
    std::fs::remove_file(place.flows().join("hours.yaml")).unwrap();

    reread(&house.releases, &place.flows()).await;

    assert!(ready(&house).await.contains("warning: demo/hours: "));
    assert_eq!(place.hears(&house).await, BEFORE);
}

#[tokio::test]
async fn a_changed_flow_changes_those_that_call_it() {
    let (place, house) = Place::with_a_house().await;
    let consent = std::fs::read_to_string(place.flows().join("consent.yaml")).unwrap();
    place.write("consent.yaml", &format!("{consent}# looked through\n"));

    reread(&house.releases, &place.flows()).await;

    for (flow, versions) in [("consent", 2), ("front-door", 2), ("two-factor", 1), ("hours", 1)] {
        assert_eq!(house.store.versions(flow).await.unwrap().len(), versions, "{flow}");
    }
}

#[tokio::test]
async fn a_call_goes_on_after_a_restart_with_a_changed_file() {
    let (place, house) = Place::with_a_house().await;
    let call = house.begin_at(HOURS, &[("call_id", "c1")]).await;
    place.write("hours.yaml", &changed().replace("  done:", "  known: { label: Known }\n  done:"));

    let restarted = place.plan().clock(&house.clock).start().await;
    let end = restarted.post(restarted.url(call.submit().path()), &[("keys", "1")]).await;

    assert_eq!(end.said(), BEFORE);
    assert_eq!(place.hears(&restarted).await, AFTER);
    let version = restarted.records("c1").await[0]["flow_version"].as_str().unwrap().to_owned();
    assert!(restarted.store.versions("hours").await.unwrap().iter().any(|kept| kept.id == version));
}

#[tokio::test]
async fn settings_that_an_older_version_does_not_know_are_left_out_for_its_calls() {
    let place = Place::new();
    place.write("hours.yaml", &FLOW.replace("done", "over"));
    let house = place.plan_with(&PROCESS.replace("\"done\"", "\"over\"")).start().await;
    let call = house.begin_at(HOURS, &[]).await;
    place.write("hours.yaml", &changed());

    let restarted = place.plan().clock(&house.clock).start().await;
    let end = restarted.post(restarted.url(call.submit().path()), &[("keys", "1")]).await;

    assert_eq!((end.said(), end.leaves_by().to_owned()), (BEFORE.to_owned(), "exit".to_owned()));
}

#[tokio::test]
async fn a_node_without_the_version_of_a_call_reads_it_from_the_store() {
    let (place, first) = Place::with_a_house().await;
    let second = place.plan().clock(&first.clock).start().await;
    place.write("hours.yaml", &changed());
    reread(&first.releases, &place.flows()).await;
    let call = first.begin_at(HOURS, &[]).await;

    let end = second.post(second.url(call.submit().path()), &[("keys", "1")]).await;

    assert_eq!(end.said(), AFTER);
    assert_eq!(place.hears(&second).await, BEFORE);
}

#[tokio::test]
async fn a_grammar_is_served_for_a_call_that_another_node_began() {
    let (place, first) = Place::with_a_house().await;
    let second = place.plan().clock(&first.clock).start().await;
    place.write("month.grxml", GRAMMAR);
    place.write("hours.yaml", MONTH);
    reread(&first.releases, &place.flows()).await;
    let address = format!("/grammars/{}/month.grxml", GrammarFile::read(GRAMMAR).unwrap().version);
    let status = async |house: &House| house.client().get(house.url(&address)).send().await.unwrap().status();
    assert_eq!(status(&second).await, 404);

    first.begin_at(HOURS, &[]).await;

    assert_eq!((status(&first).await.as_u16(), status(&second).await.as_u16()), (200, 200));
}

#[tokio::test]
async fn a_wrong_flow_is_not_held_against_those_that_call_it() {
    let (place, house) = Place::with_a_house().await;
    place.write("consent.yaml", "callward: 1\n");

    reread(&house.releases, &place.flows()).await;

    let ready = ready(&house).await;
    assert!(ready.contains("consent.yaml:") && !ready.contains("front-door"), "{ready}");
}

#[tokio::test]
async fn a_call_whose_version_nobody_can_read_ends_with_an_apology() {
    let (place, house) = Place::with_a_house().await;
    let call = house.begin_at(HOURS, &[]).await;
    place.write("hours.yaml", &changed());
    let restarted = place.plan().clock(&house.clock).start().await;
    let database = SqlitePool::connect(&place.store()).await.unwrap();
    sqlx::query("UPDATE flow_versions SET files = '{}'").execute(&database).await.unwrap();

    let end = restarted.post(restarted.url(call.submit().path()), &[("keys", "1")]).await;

    assert_eq!(end.verdict(), ["unavailable", "error", "internal"]);
    assert!(!end.said().is_empty());
}

#[tokio::test]
async fn what_is_published_and_gone_back_to_reaches_every_node() {
    let (place, first) = Place::with_a_house().await;
    let second = place.plan().clock(&first.clock).start().await;
    let nodes = [&first, &second];
    let call = first.begin_at(HOURS, &[]).await;
    let draft = place.0.path().join("drafts/hours.yaml");
    std::fs::create_dir(draft.parent().unwrap()).unwrap();
    std::fs::write(&draft, changed()).unwrap();

    let published = place.flow(&["publish", draft.to_str().unwrap(), "--note", "Later hours"]).await;
    for node in nodes {
        node.releases.look().await.unwrap();
        assert_eq!(place.hears(node).await, AFTER);
    }
    let listed = text(&place.flow(&["versions", "hours"]).await.stdout);
    let back = place.flow(&["rollback", "hours", "--note", "Too late"]).await;
    for node in nodes {
        node.releases.look().await.unwrap();
        assert_eq!(place.hears(node).await, BEFORE);
    }

    assert!(published.status.success() && back.status.success(), "{}{}", text(&published.stderr), text(&back.stderr));
    let listed: Vec<&str> = listed.lines().collect();
    assert!(listed[0].starts_with("live  ") && listed[0].contains(": Later hours, "), "{listed:#?}");
    assert!(listed[1].starts_with("      ") && listed[1].ends_with(", 1 call in progress"), "{listed:#?}");
    assert_eq!(first.press(&call, "1").await.said(), BEFORE);
    let listed = text(&place.flow(&["versions", "hours"]).await.stdout);
    assert!(listed.lines().nth(1).unwrap().starts_with("live  ") && listed.contains(": Too late, "), "{listed}");
}

#[tokio::test]
async fn a_file_that_was_gone_back_from_stays_out_until_it_changes() {
    let (place, house) = Place::with_a_house().await;
    place.write("hours.yaml", &changed());
    reread(&house.releases, &place.flows()).await;

    place.flow(&["rollback", "hours"]).await;
    let restarted = place.plan().clock(&house.clock).start().await;
    assert_eq!(place.hears(&restarted).await, BEFORE);
    place.write("hours.yaml", &changed().replace("ten to seven", "ten to eight"));
    reread(&restarted.releases, &place.flows()).await;

    assert_eq!(place.hears(&restarted).await, "The shop is open from ten to eight.");
}

#[tokio::test]
async fn what_is_wrong_is_not_published() {
    let (place, house) = Place::with_a_house().await;
    place.write("hours.yaml", &changed().replace("go: done", "go: nowhere"));
    let wrong = place.flow(&["publish", "hours", "--note", "Broken"]).await;
    place.write("hours.yaml", &changed().replace("  done:", "  finished:").replace("go: done", "go: finished"));
    let misfit = place.flow(&["publish", "hours", "--note", "Another exit"]).await;

    assert_eq!((wrong.status.code(), misfit.status.code()), (Some(1), Some(1)));
    assert!(text(&wrong.stderr).contains("nowhere"), "{}", text(&wrong.stderr));
    assert!(text(&misfit.stderr).contains("demo/hours cannot run it"), "{}", text(&misfit.stderr));
    assert_eq!(house.store.versions("hours").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_version_is_compared_with_a_file() {
    let (place, house) = Place::with_a_house().await;
    let kept = house.store.versions("hours").await.unwrap().remove(0).id;
    place.write("hours.yaml", &changed());
    let file = place.flows().join("hours.yaml");

    let diff = place.flow(&["diff", &format!("hours@{}", &kept[..6]), file.to_str().unwrap()]).await;
    let unknown = place.flow(&["diff", "hours@ffff", file.to_str().unwrap()]).await;

    assert!(text(&diff.stdout).contains("shop.hours"), "{}{}", text(&diff.stdout), text(&diff.stderr));
    assert!(text(&diff.stderr).starts_with("1 change, "), "{}", text(&diff.stderr));
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("callward flow versions hours"), "{}", text(&unknown.stderr));
}

#[tokio::test]
async fn a_file_that_an_editor_replaces_is_noticed() {
    let place = Place::new();
    let mut watch = FolderWatch::start(&place.flows()).unwrap();

    place.write("hours.yaml.new", &changed());
    std::fs::rename(place.flows().join("hours.yaml.new"), place.flows().join("hours.yaml")).unwrap();

    assert!(timeout(PATIENCE, watch.changed()).await.unwrap());
}

#[tokio::test]
async fn a_gateway_that_runs_takes_up_a_changed_file() {
    let place = Place::new();
    let config = format!("{}\n{PROCESS}\n", demo_text(&place.store(), "http://127.0.0.1:9", 25, &[]));
    let gateway = Gateway::serve_flows(place.0.path(), &place.flows(), &config, "").await;
    let client = client();
    let hours = async || {
        let entry = gateway.page(client.get(gateway.url(HOURS))).await;
        let menu = gateway.page(client.post(entry.submit()).form(&entry.variables())).await;
        gateway.page(client.post(menu.submit()).form(&[("keys", "1")])).await.said()
    };
    assert_eq!(hours().await, BEFORE);

    place.write("hours.yaml", &changed());

    let taken_up = async { while hours().await != AFTER {} };
    timeout(PATIENCE, taken_up).await.expect("the changed file is not taken up");
}

impl Place {
    /// The shipped flows, and the one of these tests.
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(place.flows()).unwrap();
        for name in ["two-factor", "consent", "front-door"] {
            let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("flows/{name}.yaml"));
            place.write(&format!("{name}.yaml"), &std::fs::read_to_string(shipped).unwrap());
        }
        place.write("hours.yaml", FLOW);
        let demo = demo_text(&place.store(), "http://127.0.0.1:9", 25, &["consent", "front-door", "two-factor"]);
        let configuration = format!("{demo}\n{PROCESS}\n[flows]\ndir = \"flows\"\n");
        std::fs::write(place.configuration(), configuration).unwrap();
        place
    }

    async fn with_a_house() -> (Self, House) {
        let place = Self::new();
        let house = place.plan().start().await;
        (place, house)
    }

    fn plan(&self) -> Plan {
        self.plan_with(PROCESS)
    }

    fn plan_with(&self, process: &str) -> Plan {
        House::plan().store(&self.store()).folder(&self.flows()).table(process)
    }

    fn flows(&self) -> PathBuf {
        self.0.path().join("flows")
    }

    fn store(&self) -> String {
        format!("sqlite://{}", self.0.path().join("callward.db").display())
    }

    fn configuration(&self) -> PathBuf {
        self.0.path().join("callward.toml")
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.flows().join(file), text).unwrap();
    }

    /// What the caller of a fresh call hears of the shop.
    async fn hears(&self, house: &House) -> String {
        let call = house.begin_at(HOURS, &[]).await;
        house.press(&call, "1").await.said()
    }

    /// `callward flow …` with this installation's configuration.
    async fn flow(&self, arguments: &[&str]) -> Output {
        let configuration = self.configuration();
        let arguments = [&["flow"], arguments, &["--config", configuration.to_str().unwrap()]].concat();
        timeout(PATIENCE, program(&arguments).output()).await.unwrap().unwrap()
    }
}

fn changed() -> String {
    FLOW.replace(BEFORE, AFTER)
}

async fn ready(house: &House) -> String {
    let ready = house.client().get(house.url("/readyz")).send().await.unwrap();
    assert_eq!(ready.status(), 200);
    ready.text().await.unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
