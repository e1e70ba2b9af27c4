//! A telephone whose desk has one page of its own, written by a test: what becomes of the results of such a page.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use callward::audio::ringback;
use callward::browser::{Fetch, FetchFailure, Resource};
use callward::clock::{Chance, Clock};
use callward::line::{
    CallSettings, EntranceSettings, Equipment, Exchange, ExchangeSettings, HttpClients, Media, MediaSettings, Pages, SoundShelf, Telephone,
};
use callward::passage::{AuthHeaders, TokenSigner};
use callward::secret::MasterKey;
use callward::sip::{Admission, Srtp, TransportProtocol};
use callward::voice::{Said, Speak, Speech};
use url::Url;

use crate::caller::Caller;
use crate::telephone_pages::page;

/// A telephone and its desk.
pub struct Desk {
    pub address: SocketAddr,
    signer: Arc<TokenSigner>,
    _exchange: Exchange,
}

/// The page.
struct OnePage(String);

/// Rings in place of words.
struct Bell;

impl Desk {
    /// One whose page has this form.
    pub async fn serving(form: &str) -> Self {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let settings = ExchangeSettings {
            listen: vec![(TransportProtocol::Udp, SocketAddr::new(loopback, 0))],
            admission: Admission { trusted: vec!["127.0.0.0/8".parse().unwrap()], ..Admission::default() },
            ..ExchangeSettings::default()
        };
        let (exchange, incoming) = Exchange::open(settings, Clock::system(), Chance::system()).await.unwrap();
        let media = MediaSettings {
            address: loopback,
            first_port: 20_000,
            last_port: 29_999,
            threads: 1,
            silence: None,
            keep_alive: Duration::from_secs(1),
        };
        let signer = Arc::new(TokenSigner::new(&MasterKey::new([7; 32]), Clock::system()));
        let equipment = Equipment {
            exchange: exchange.clone(),
            media: Media::start(media, Chance::system()).unwrap(),
            speaker: Arc::new(Bell),
            pages: Arc::new(OnePage(page(form))),
            results: Arc::new(AuthHeaders(Arc::clone(&signer))),
            http: HttpClients::new().unwrap(),
            settings: CallSettings {
                entrance: EntranceSettings::default(),
                media_address: loopback,
                srtp: Srtp::Off,
                language: "en".to_owned(),
                gateway: None,
                account: None,
                return_header: None,
            },
            clock: Clock::system(),
            chance: Chance::system(),
            shelf: Arc::new(SoundShelf::default()),
        };
        tokio::spawn(Telephone::new(equipment, incoming).run(std::future::pending(), Duration::ZERO));
        let (_, address) = exchange.addresses()[0];
        Self { address, signer, _exchange: exchange }
    }

    /// The keys with which others check what it has signed.
    pub fn published_keys(&self) -> String {
        self.signer.published()
    }
}

#[async_trait]
impl Pages for OnePage {
    async fn entry(&self, _: &str, _: &str) -> Option<Url> {
        Url::parse("http://desk.test/page").ok()
    }

    fn serves(&self, url: &Url) -> bool {
        url.host_str() == Some("desk.test")
    }

    async fn fetch(&self, fetch: &Fetch) -> Result<Resource, FetchFailure> {
        Ok(Resource { url: fetch.url.clone(), media_type: None, body: self.0.clone().into_bytes() })
    }
}

#[async_trait]
impl Speak for Bell {
    async fn say(&self, _: &Speech) -> Said {
        Said { sounds: vec![ringback()], unsaid: Vec::new() }
    }
}

/// The `X-Auth-Status` with which the call ends.
async fn status(form: &str) -> Option<String> {
    let (desk, caller) = (Desk::serving(form).await, Caller::new().await);
    let mut line = caller.dial("ivr", desk.address).await;
    line.answered().await;
    line.ended().await.headers.get("X-Auth-Status").map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_of_the_desk_says_goes_to_the_next_hop() {
    let verified = "<form><block><var name=\"authStatus\" expr=\"'verified'\"/><exit namelist=\"authStatus\"/></block></form>";
    let broken = "<form><block><throw event=\"error.of.ours\"/></block></form>";

    assert_eq!(status(verified).await.as_deref(), Some("verified"));
    assert_eq!(status(broken).await.as_deref(), Some("unavailable"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_has_left_the_desk_says_nothing_in_its_name() {
    let leaves = "<var name=\"authStatus\" expr=\"'verified'\"/><catch event=\"error.badfetch error.noauthorization\">\
        <exit namelist=\"authStatus\"/></catch><form><block><goto next=\"http://127.0.0.1:9/page\"/></block></form>";

    assert_eq!(status(leaves).await, None);
}
