//! A whole house in this process: stand-ins for the customer's systems, a gateway on a real port, and a platform that calls.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use callward::app::{Composition, FlowLibrary, compose, demo_text};
use callward::clock::{Chance, Clock};
use callward::config::Config;
use callward::demo::{Channel, Message, Options, Service, StandIns};
use callward::flow::Flow;
use callward::release::Releases;
use callward::store::Store;
use callward::switchboard::Switchboard;
use callward::web::{Door, Server};
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use url::Url;

use crate::page::Page;
use crate::schemas::Met;

/// When a clock that is set by hand begins to stand: 2026-01-01.
pub const START: i64 = 1_767_225_600;

/// The process that a house's settings are for; it has `consent` and `front-door` beside it.
pub const TWO_FACTOR: &str = "/vxml/demo/two-factor";

/// What to build.
pub struct Plan {
    store: String,
    clock: Clock,
    stand_ins: Option<Arc<StandIns>>,
    settings: String,
    tables: String,
    flows: Vec<(&'static str, &'static str)>,
    folder: Option<PathBuf>,
    environment: BTreeMap<String, String>,
    platform: HeaderMap,
}

/// A house with its doors open.
pub struct House {
    /// The customer's systems.
    pub stand_ins: Arc<StandIns>,
    /// The clock of house and stand-ins.
    pub clock: Clock,
    /// The store below.
    pub store: Arc<dyn Store>,
    /// The switchboard.
    pub switchboard: Arc<Switchboard>,
    /// Which versions of its flows are live.
    pub releases: Arc<Releases>,
    /// The address of the HTTP door.
    pub base: Url,
    client: Client,
    met: Met,
}

impl House {
    /// A house in memory, with the demo's settings and a clock that stands.
    pub fn plan() -> Plan {
        let clock = Clock::by_hand(Timestamp::from_second(START).unwrap());
        let (settings, tables) = (String::new(), String::new());
        let (flows, environment, platform) = (Vec::new(), BTreeMap::new(), HeaderMap::new());
        Plan { store: "memory:".to_owned(), clock, stand_ins: None, settings, tables, flows, folder: None, environment, platform }
    }

    /// Such a house as it is.
    pub async fn usual() -> Self {
        Self::plan().start().await
    }

    /// Fetches an entry page.
    pub async fn enter(&self, path: &str, query: &[(&str, &str)]) -> Page {
        let mut url = self.url(path);
        url.query_pairs_mut().extend_pairs(query);
        self.page(self.client.get(url)).await
    }

    /// Fetches the entry page and does what it says: posts its variables to turn 0.
    pub async fn begin(&self, query: &[(&str, &str)]) -> Page {
        self.begin_at(TWO_FACTOR, query).await
    }

    /// The same with another process.
    pub async fn begin_at(&self, path: &str, query: &[(&str, &str)]) -> Page {
        let entry = self.enter(path, query).await;
        self.post(entry.submit(), &entry.variables()).await
    }

    /// A call of customer 1002, who has one phone: the code is on its way and is asked for.
    pub async fn at_the_code(&self) -> Page {
        self.begin(&[("identity", "1002")]).await
    }

    /// Presses keys, as the page submits them.
    pub async fn press(&self, page: &Page, keys: &str) -> Page {
        self.post(page.submit(), &[("keys", keys)]).await
    }

    /// Tells that the page's reprompts are used up: `no_input` or `no_match`.
    pub async fn give_up(&self, page: &Page, outcome: &str) -> Page {
        self.post(page.submit(), &[("outcome", outcome)]).await
    }

    /// Hangs up.
    pub async fn hang_up(&self, page: &Page) -> Page {
        self.post(page.hangup(), &[("outcome", "hung_up")]).await
    }

    /// Posts a form to a page's address.
    pub async fn post(&self, url: Url, form: &(impl serde::Serialize + ?Sized)) -> Page {
        self.page(self.client.post(url).form(form)).await
    }

    /// Sends a request whose answer has to be a page.
    pub async fn page(&self, request: RequestBuilder) -> Page {
        let page = Page::read(request.send().await.unwrap()).await;
        self.met.note(&page.text);
        page
    }

    /// Fetches the grammar that a page refers to.
    pub async fn grammar(&self, page: &Page) -> Response {
        let url = page.grammar().unwrap();
        let grammar = self.client.get(url.clone()).send().await.unwrap();
        self.met.note(&self.client.get(url).send().await.unwrap().text().await.unwrap());
        grammar
    }

    /// All pages so far.
    pub fn pages(&self) -> Vec<String> {
        self.met.documents()
    }

    /// The client, for requests that no page asks for.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// An address of the HTTP door.
    pub fn url(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    /// The code in the newest text message.
    pub fn sms_code(&self) -> String {
        self.stand_ins.inbox().newest_code(Channel::Sms).unwrap().expose().to_owned()
    }

    /// A code as long as the newest one, that it is not.
    pub fn wrong_code(&self) -> String {
        let right = self.sms_code();
        let other = if right.starts_with('1') { "2" } else { "1" };
        other.to_owned() + right.get(1..).unwrap()
    }

    /// What went out, the newest first.
    pub fn messages_sent(&self) -> Vec<Message> {
        self.stand_ins.inbox().messages()
    }

    /// How many messages went out.
    pub fn messages(&self) -> usize {
        self.stand_ins.inbox().messages().len()
    }

    /// How often a web service was asked.
    pub fn asked(&self, service: &Service) -> usize {
        self.stand_ins.world().asked().iter().filter(|asked| asked.service == *service).count()
    }

    /// The records of a call, by the platform's id of it.
    pub async fn records(&self, call_id: &str) -> Vec<Value> {
        let records = self.store.records_of_call(call_id).await.unwrap();
        records.iter().map(|record| serde_json::from_str(&record.body).unwrap()).collect()
    }

    /// Lets time go by, for house and customers.
    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

impl Plan {
    /// Keeps calls in the store at this URL.
    pub fn store(self, url: &str) -> Self {
        Self { store: url.to_owned(), ..self }
    }

    /// Goes by this clock.
    pub fn clock(self, clock: &Clock) -> Self {
        Self { clock: clock.clone(), ..self }
    }

    /// Has the same customers as another house.
    pub fn beside(self, other: &House) -> Self {
        Self { stand_ins: Some(Arc::clone(&other.stand_ins)), ..self }
    }

    /// A line of the process's settings.
    pub fn setting(mut self, line: &str) -> Self {
        self.settings += &format!("{line}\n");
        self
    }

    /// Further tables of the configuration; `{services}` in them is the address of the stand-ins.
    pub fn table(mut self, text: &str) -> Self {
        self.tables += &format!("{text}\n");
        self
    }

    /// The flows of this folder, in place of the shipped ones.
    pub fn folder(self, folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), ..self }
    }

    /// A flow beside the shipped ones, and a process of its name.
    pub fn flow(mut self, name: &'static str, text: &'static str) -> Self {
        self.flows.push((name, text));
        self.table(&format!("[[tenants.demo.processes]]\nname = \"{name}\"\ncode = \"{name}\"\nflow = \"{name}\""))
    }

    /// A key of the demo's configuration that is to be another, as the environment sets it.
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.environment.insert(format!("CALLWARD_{}", key.replace('.', "__")), value.to_owned());
        self
    }

    /// What the platform says of itself with every request (RFC 7617).
    pub fn authorization(mut self, value: &str) -> Self {
        self.platform.insert(AUTHORIZATION, value.parse().unwrap());
        self
    }

    /// Builds it and opens the doors.
    pub async fn start(self) -> House {
        let stand_ins = match self.stand_ins {
            Some(stand_ins) => stand_ins,
            None => Arc::new(StandIns::start(Options::default(), self.clock.clone(), Chance::system()).await.unwrap()),
        };
        let demo = demo_text(&self.store, &stand_ins.base_url(), stand_ins.smtp_address().port(), &["consent", "front-door", "two-factor"]);
        let text = format!("{demo}\n{}{}", self.settings, self.tables.replace("{services}", &stand_ins.base_url()));
        let config = Config::from_text("house.toml", &text, self.environment.into_iter()).unwrap_or_else(|error| panic!("{error}"));
        let mut flows = self.folder.map_or_else(FlowLibrary::shipped, |folder| FlowLibrary::read(&folder)).unwrap();
        for (name, text) in self.flows {
            flows.put(name, Flow::read(text).unwrap_or_else(|findings| panic!("{name}: {findings:#?}")));
        }
        let composition = compose(&config, &flows, self.clock.clone(), Chance::system()).await.unwrap();
        let Composition { gateway, switchboard, store, releases, .. } = composition;
        let server = Server::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        let base = Url::parse(&format!("http://{}", server.address().unwrap())).unwrap();
        tokio::spawn(server.run(Door::new(gateway), std::future::pending(), Duration::ZERO));
        // Fails when another test was first, and then all is well too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().default_headers(self.platform).build().unwrap();
        House { stand_ins, clock: self.clock, store, switchboard, releases, base, client, met: Met::default() }
    }
}
