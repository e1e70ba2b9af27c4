//! A house with a telephone on loopback, and the demo's customers.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::RawQuery;
use axum::handler::Handler;
use axum::routing::get;
use callward::app::{Composition, FlowLibrary, OpenTelephone, compose, demo_text, open_telephone};
use callward::clock::{Chance, Clock};
use callward::config::Config;
use callward::demo::{Channel, Options, StandIns};
use callward::line::Exchange;
use callward::sip::{Peer, TransportProtocol};
use callward::store::Store;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::gateway::PATIENCE;

/// A house that answers telephones.
pub struct House {
    pub stand_ins: StandIns,
    /// Its records.
    pub store: Arc<dyn Store>,
    exchange: Exchange,
    stop: Option<oneshot::Sender<()>>,
    /// Ends when the telephone has stopped.
    pub running: JoinHandle<()>,
    composition: Composition,
    /// What pages beside it have told.
    told: mpsc::UnboundedReceiver<String>,
}

impl House {
    pub async fn open() -> Self {
        Self::with(&[]).await
    }

    /// With these variables in its environment.
    pub async fn with(more: &[(&str, &str)]) -> Self {
        Self::built("", more).await
    }

    /// One that may browse the page that this handler serves, which tells by `<submit next="/told">`; and whom to call for it.
    pub async fn beside<T: 'static>(page: impl Handler<T, ()>, more: &[(&str, &str)]) -> (Self, String) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (teller, told) = mpsc::unbounded_channel();
        let listen = async move |RawQuery(query): RawQuery| {
            teller.send(query.unwrap_or_default()).unwrap();
            "<vxml version=\"2.1\" xmlns=\"http://www.w3.org/2001/vxml\"><form/></vxml>"
        };
        let router = Router::new().route("/page", get(page)).route("/told", get(listen));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let pages = format!("http://{address}/");
        let house = Self::with(&[&[("CALLWARD_SIP__PAGES", pages.as_str())], more].concat()).await;
        (Self { told, ..house }, format!("dialog;voicexml=http:%2F%2F{address}%2Fpage"))
    }

    /// With more in its configuration too.
    pub async fn built(tables: &str, more: &[(&str, &str)]) -> Self {
        let clock = Clock::system();
        let stand_ins = StandIns::start(Options::default(), clock.clone(), Chance::system()).await.unwrap();
        let text =
            demo_text("memory:", &stand_ins.base_url(), stand_ins.smtp_address().port(), &["consent", "front-door", "two-factor"]) + tables;
        let usual = [("CALLWARD_SIP__LISTEN", "127.0.0.1:0")];
        let environment = usual.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::from_text("house.toml", &text, environment).unwrap_or_else(|error| panic!("{error}"));
        let composition = compose(&config, &FlowLibrary::shipped().unwrap(), clock.clone(), Chance::system()).await.unwrap();
        let sip = config.sip.as_ref().unwrap();
        let open = open_telephone(sip, &config, &composition, clock, Chance::system()).await.unwrap();
        let OpenTelephone { telephone, exchange, drain, .. } = open;
        let (stop, stopped) = oneshot::channel();
        let told = async {
            let _ = stopped.await;
        };
        let running = tokio::spawn(telephone.run(told, drain));
        let (_, told) = mpsc::unbounded_channel();
        Self { stand_ins, store: composition.store.clone(), exchange, stop: Some(stop), running, composition, told }
    }

    pub fn udp(&self) -> SocketAddr {
        self.peer(TransportProtocol::Udp).address
    }

    pub fn peer(&self, protocol: TransportProtocol) -> Peer {
        let (protocol, address) = *self.exchange.addresses().iter().find(|(known, _)| *known == protocol).unwrap();
        Peer { protocol, address }
    }

    pub fn code(&self) -> String {
        self.stand_ins.inbox().newest_code(Channel::Sms).expect("a code has been sent").expose().to_owned()
    }

    pub fn wrong_code(&self) -> String {
        let right = self.code();
        let first = if right.starts_with('1') { "2" } else { "1" };
        first.to_owned() + &right[1..]
    }

    /// The keys with which others check what it has signed.
    pub fn published_keys(&self) -> String {
        self.composition.signer.published()
    }

    /// What the page beside it tells next: a query.
    pub async fn told(&mut self) -> String {
        timeout(PATIENCE, self.told.recv()).await.expect("the page tells nothing").unwrap()
    }

    pub fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }
}
