//! A house in memory with its HTTP door, and calls through it without sockets.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use bytes::Bytes;
use callward::app::{Composition, FlowLibrary, compose};
use callward::clock::{Chance, Clock};
use callward::config::Config;
use callward::flow::Flow;
use callward::web::{Door as HttpDoor, Peer};
use callward::xml;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::runtime::{Builder, Runtime};

/// A flow that takes what a turn can bring: keys of an entry, and of a menu.
const FLOW: &str = include_str!("../door.yaml");
/// Nobody's systems are asked.
const CONFIG: &str = "[http]\nrequests_per_second = 0\n[store]\nurl = \"memory:\"\n[tenants.demo]\n\
                      [[tenants.demo.processes]]\nname = \"Door\"\ncode = \"door\"\nflow = \"door\"\n";
const ENTRY: &str = "/vxml/demo/door";

/// An HTTP door.
pub struct Door {
    door: Arc<HttpDoor>,
    runtime: Runtime,
}

impl Door {
    /// Builds the house.
    ///
    /// # Panics
    /// When it cannot be built.
    pub fn open() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let config = Config::from_text("door.toml", CONFIG, std::iter::empty()).expect("a configuration");
        let mut flows = FlowLibrary::default();
        flows.put("door", Flow::read(FLOW).expect("a flow"));
        let clock = Clock::by_hand(jiff::Timestamp::UNIX_EPOCH);
        let composed = runtime.block_on(compose(&config, &flows, clock, Chance::seeded(1)));
        let Composition { gateway, .. } = composed.expect("a house");
        Self { door: Arc::new(HttpDoor::new(gateway)), runtime }
    }

    /// A call whose every form is `form`.
    ///
    /// # Panics
    /// When an answer is no page.
    pub fn call(&self, form: &[u8]) {
        let entry = self.post(ENTRY, form);
        let address = entry.split_once("/0\"").and_then(|(before, _)| before.rsplit_once('"')).map(|(_, address)| address.to_owned());
        let address = address.expect("an entry page leads to turn 0");
        for turn in 0..3 {
            self.post(&format!("{address}/{turn}"), form);
        }
    }

    fn post(&self, path: &str, form: &[u8]) -> String {
        let request = Request::post(path).body(Full::<Bytes>::from(form.to_vec())).expect("a request");
        let page = self.runtime.block_on(async {
            let response = self.door.answer(Peer(IpAddr::V4(Ipv4Addr::LOCALHOST)), request).await;
            assert_eq!(response.status(), StatusCode::OK);
            response.into_body().collect().await.expect("a page").to_bytes()
        });
        let root = xml::parse(&page).expect("a page is well-formed");
        assert_eq!(root.name, "vxml");
        String::from_utf8(page.to_vec()).expect("a page is UTF-8")
    }
}
