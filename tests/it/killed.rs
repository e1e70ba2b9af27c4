//! `kill -9` at random moments of a running load: no acknowledged turn is lost, no message goes out twice, every call ends.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Form, State};
use axum::routing::post;
use axum::{Json, Router};
use callward::clock::{Chance, Clock};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use url::Url;

use crate::gateway::Gateway;
use crate::house::TWO_FACTOR;
use crate::page::Page;
use crate::postgres_cluster::{Cluster, Durability};

/// How often a gateway is killed, on each store.
const KILLS: usize = 100;

/// How many calls go on at once; those that wait for a lost node's lease to run out are not counted.
const LOAD: usize = 6;

/// How many of those there may be: more, and the machine is too slow for a larger crowd.
const WAITING: usize = 200;

/// How a call ends.
const VERIFIED: &str = "verified success code_correct";
/// How one ends whose every message was lost with the gateway that sent it, and how many it may have.
const UNLUCKY: &str = "not_verified agent sends_exceeded";
const SENDS: usize = 3;

/// The same moments in every run, as far as the machine lets them be.
const SEED: u64 = 9;

/// How long the SMS gateway takes.
const SLOWNESS: Duration = Duration::from_millis(15);

/// How long a lease, and whatever comes after it, may take.
const LONG: Duration = Duration::from_secs(120);

const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_one_of_two_nodes_on_postgres_is_killed_again_and_again() {
    let cluster = Cluster::start(Durability::Full);
    let database = cluster.database().await;

    let tally = killed_again_and_again("PostgreSQL, two nodes", database.url(), 2).await;

    tally.hold();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_only_node_on_sqlite_is_killed_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("callward.db").display());

    let tally = killed_again_and_again("SQLite, one node", &url, 1).await;

    tally.hold();
}

/// The customer's systems: everybody has one phone, and each message is remembered.
#[derive(Clone, Default)]
struct Customers(Arc<Mutex<BTreeMap<String, Vec<String>>>>);

/// What the callers share.
struct Town {
    customers: Customers,
    /// Where the gateways are; none while it is down.
    nodes: watch::Receiver<Vec<Option<Url>>>,
    client: Client,
    chance: Chance,
    /// Answers that anybody saw: the killer's clock, so that calls get on however slow the machine is.
    answers: watch::Sender<u64>,
    repeats: AtomicUsize,
    /// For those who wait.
    seats: Arc<Semaphore>,
}

/// One call.
struct Caller<'t> {
    town: &'t Town,
    account: usize,
    /// Among those of the load, or a seat.
    place: OwnedSemaphorePermit,
    acknowledged: usize,
}

/// A call that is over.
struct Ended {
    account: usize,
    status: String,
    acknowledged: usize,
    resends: usize,
    /// The address and the answer of its last turn.
    last: (String, Page),
}

/// What the whole load came to.
struct Tally {
    kills: usize,
    calls: usize,
    acknowledged: usize,
    repeats: usize,
    messages: usize,
    /// Messages that nobody got, since the gateway was killed when it began to send, and that callers asked for anew.
    resends: usize,
    statuses: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

async fn killed_again_and_again(what: &str, store: &str, nodes: usize) -> Tally {
    let folders: Vec<_> = (0..nodes).map(|_| tempfile::tempdir().unwrap()).collect();
    let (customers, services) = Customers::open().await;
    let config = config(store, &services);
    let mut gateways = Vec::new();
    for folder in &folders {
        gateways.push(Gateway::serve(folder.path(), &config, "").await);
    }
    let (told, nodes) = watch::channel(gateways.iter().map(|gateway| Some(gateway.base.clone())).collect());
    let town = Arc::new(Town::new(customers, nodes));
    let (stop, stopped) = watch::channel(false);
    let calls = tokio::spawn(load(Arc::clone(&town), stopped));
    let mut answers = town.answers.subscribe();
    for _ in 0..KILLS {
        let draw = town.chance.bytes::<3>().map(usize::from);
        let moment = *answers.borrow() + draw[0] as u64 % 24;
        answers.wait_for(|answers| *answers >= moment).await.unwrap();
        sleep(Duration::from_micros(draw[1] as u64 * 40)).await;
        let victim = draw[2] % gateways.len();
        gateways[victim].process.kill().await.unwrap();
        told.send_modify(|nodes| nodes[victim] = None);
        gateways[victim] = Gateway::serve(folders[victim].path(), &config, "").await;
        told.send_modify(|nodes| nodes[victim] = Some(gateways[victim].base.clone()));
    }
    stop.send(true).unwrap();
    let ended = timeout(LONG, calls).await.expect("calls that neither end nor go on").unwrap();
    let tally = Tally::of(&town, store, ended).await;
    let summary = format!(
        "kill -9, {what}: {} kills, {} calls {:?}, {} turns acknowledged, {} repeated, {} messages, {} asked for anew, {} wrong\n",
        tally.kills,
        tally.calls,
        tally.statuses,
        tally.acknowledged,
        tally.repeats,
        tally.messages,
        tally.resends,
        tally.wrong.len()
    );
    // Past the harness, which keeps what passing tests print.
    std::io::stderr().write_all(summary.as_bytes()).unwrap();
    tally
}

/// Calls begin, always as many as there is room for, until it is enough; then those that are there end.
async fn load(town: Arc<Town>, stopped: watch::Receiver<bool>) -> Vec<Ended> {
    let places = Arc::new(Semaphore::new(LOAD));
    let mut calls = JoinSet::new();
    for account in 1.. {
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        if *stopped.borrow() {
            break;
        }
        let town = Arc::clone(&town);
        calls.spawn(async move { Caller { town: &town, account, place, acknowledged: 0 }.call().await });
    }
    calls.join_all().await
}

impl Caller<'_> {
    /// From the entry page to the end.
    async fn call(mut self) -> Ended {
        let (mut path, mut page) = self.begin().await;
        let mut resends = 0;
        while !page.is_end() {
            assert_eq!(page.turn(), turn_of(&path) + 1, "an acknowledged turn is lost: {path}");
            self.repeat(&path, &page).await;
            let code = self.town.customers.newest_code(&phone(self.account));
            resends += usize::from(code.is_none());
            path = page.submit().path().to_owned();
            page = self.answer(&path, Some(BTreeMap::from([("keys".to_owned(), code.unwrap_or("8#".to_owned()))]))).await;
        }
        let status = page.verdict().join(" ");
        Ended { account: self.account, status, acknowledged: self.acknowledged, resends, last: (path, page) }
    }

    /// An entry page is good for a minute: whoever was kept waiting for longer asks for another, as a platform would.
    async fn begin(&mut self) -> (String, Page) {
        let account = self.account;
        loop {
            let entry = self.answer(&format!("{TWO_FACTOR}?identity={account}&call_id=call-{account}"), None).await;
            let path = entry.submit().path().to_owned();
            let page = self.answer(&path, Some(entry.variables())).await;
            if !page.is_end() || page.verdict() != ["unavailable", "error", "call_ended"] {
                return (path, page);
            }
        }
    }

    /// Now and then asks for an acknowledged turn once more, with another form: the answer has to be the same.
    async fn repeat(&mut self, path: &str, page: &Page) {
        if self.town.chance.bytes::<1>()[0] > u8::MAX / 3 {
            return;
        }
        self.town.repeats.fetch_add(1, Ordering::Relaxed);
        let again = self.answer(path, Some(BTreeMap::from([("keys".to_owned(), "1".to_owned())]))).await;
        assert_eq!(again.text, page.text, "a repeat got another answer: {path}");
    }

    /// Asks any node until one answers. Who waits for long takes a seat, and makes room for another call.
    async fn answer(&mut self, path: &str, form: Option<BTreeMap<String, String>>) -> Page {
        let asked = self.town.answer(path, form);
        tokio::pin!(asked);
        let page = match timeout(Duration::from_secs(1), &mut asked).await {
            Ok(page) => page,
            Err(_) => {
                if let Ok(seat) = Arc::clone(&self.town.seats).try_acquire_owned() {
                    self.place = seat;
                }
                asked.await
            }
        };
        self.acknowledged += 1;
        page
    }
}

impl Town {
    fn new(customers: Customers, nodes: watch::Receiver<Vec<Option<Url>>>) -> Self {
        // Fails when another test was first, and then all is well too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().unwrap();
        let (answers, _) = watch::channel(0);
        let (repeats, seats) = (AtomicUsize::new(0), Arc::new(Semaphore::new(WAITING)));
        Self { customers, nodes, client, chance: Chance::seeded(SEED), answers, repeats, seats }
    }

    async fn answer(&self, path: &str, form: Option<BTreeMap<String, String>>) -> Page {
        let mut nodes = self.nodes.clone();
        loop {
            let up: Vec<Url> = nodes.borrow_and_update().iter().flatten().cloned().collect();
            let chosen = up.get(usize::from(self.chance.bytes::<1>()[0]) % up.len().max(1));
            if let Some(url) = chosen.map(|base| base.join(path).unwrap()) {
                let request = match &form {
                    Some(form) => self.client.post(url).form(form),
                    None => self.client.get(url),
                };
                if let Some(page) = whole(request).await {
                    self.answers.send_modify(|answers| *answers += 1);
                    return page;
                }
            }
            // A node is told of as soon as it is missed, or is back: until then there is another, or nothing to do.
            let _ = timeout(Duration::from_millis(20), nodes.changed()).await;
        }
    }
}

/// The answer, unless the node was lost before all of it was here.
async fn whole(request: RequestBuilder) -> Option<Page> {
    Page::read_if_whole(request.send().await.ok()?).await
}

impl Customers {
    /// Opens the doors of the customer's systems; gives their address.
    async fn open() -> (Self, String) {
        let customers = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let doors = Router::new().route("/contacts", post(contacts)).route("/sms", post(take)).with_state(customers.clone());
        tokio::spawn(async move { axum::serve(listener, doors).await });
        (customers, address)
    }

    fn messages(&self, phone: &str) -> Vec<String> {
        self.0.lock().unwrap().get(phone).cloned().unwrap_or_default()
    }

    fn newest_code(&self, phone: &str) -> Option<String> {
        self.messages(phone).pop()
    }
}

async fn contacts(Form(asked): Form<BTreeMap<String, String>>) -> String {
    let phone = phone(asked["accountNumber"].parse().unwrap());
    format!(
        "<checkVerifiedContactMethods><status>success</status><methods><method name=\"SMS\" value=\"{phone}\"/></methods></checkVerifiedContactMethods>"
    )
}

/// Takes every other message at once and answers a while later, and takes the others a while later: a gateway that is killed in
/// between has sent the one and not the other, and cannot know.
async fn take(State(customers): State<Customers>, Json(message): Json<Value>) -> Json<Value> {
    let (to, text) = (message["to"].as_str().unwrap(), message["text"].as_str().unwrap());
    let code = text.split(|letter: char| !letter.is_ascii_digit()).find(|run| run.len() == 6).unwrap().to_owned();
    let late = to.ends_with(['1', '3', '5', '7', '9']);
    if late {
        sleep(SLOWNESS).await;
    }
    customers.0.lock().unwrap().entry(to.to_owned()).or_default().push(code);
    if !late {
        sleep(SLOWNESS).await;
    }
    Json(json!({ "status": "accepted" }))
}

impl Tally {
    async fn of(town: &Town, store: &str, ended: Vec<Ended>) -> Self {
        let mut wrong = Vec::new();
        let store = callward::store::open(store, Clock::system()).await.unwrap();
        for call in &ended {
            let (account, messages) = (call.account, town.customers.messages(&phone(call.account)));
            if messages.iter().collect::<BTreeSet<_>>().len() < messages.len() || messages.len() > call.resends + 1 {
                wrong.push(format!("call {account}: {} messages after {} resends", messages.len(), call.resends));
            }
            let is_unlucky = call.status == UNLUCKY && call.resends == SENDS;
            if call.status != VERIFIED && !is_unlucky {
                wrong.push(format!("call {account}: {} after {} resends", call.status, call.resends));
            }
            let records = store.records_of_call(&format!("call-{account}")).await.unwrap();
            if records.len() != 1 {
                wrong.push(format!("call {account}: {} records", records.len()));
            }
            let (path, page) = &call.last;
            if town.answer(path, Some(BTreeMap::new())).await.text != page.text {
                wrong.push(format!("call {account}: another end than the caller heard"));
            }
        }
        let mut statuses = BTreeMap::new();
        ended.iter().for_each(|call| *statuses.entry(call.status.clone()).or_default() += 1);
        Self {
            kills: KILLS,
            calls: ended.len(),
            acknowledged: ended.iter().map(|call| call.acknowledged).sum(),
            repeats: town.repeats.load(Ordering::Relaxed),
            messages: town.customers.0.lock().unwrap().values().map(Vec::len).sum(),
            resends: ended.iter().map(|call| call.resends).sum(),
            statuses,
            wrong,
        }
    }

    /// Every call ended well, with its messages sent once each and its end on record.
    fn hold(&self) {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert!(self.calls > KILLS, "{} calls are no load", self.calls);
    }
}

fn phone(account: usize) -> String {
    format!("+49171{account:07}")
}

fn turn_of(path: &str) -> u32 {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

fn config(store: &str, services: &str) -> String {
    format!(
        r#"
[store]
url = "{store}"
[security]
master_key = "{MASTER_KEY}"
[tenants.demo]
SMS.URL = "{services}/sms"
SMS.RequestBody = '{{"to":"{{to}}","text":"{{text}}"}}'
[tenants.demo.limits]
# A send that was counted and not made, since its node was killed in between, stays counted.
sends_per_destination = 20
sends_per_destination_per_day = 100
sends_per_minute = 100000
sends_per_day = 1000000
resend_cooldown_seconds = {{ sms = 0 }}
[tenants.demo.platforms]
test_calls = false
[tenants.demo.web_services.production]
check_verified_contact_methods = "{services}/contacts"
[[tenants.demo.processes]]
name = "Two-factor"
code = "two-factor"
flow = "two-factor"
"#
    )
}
