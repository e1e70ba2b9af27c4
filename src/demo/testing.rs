//! Stand-ins and a client for the tests of this room.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;

use super::stand_ins::{Options, StandIns};
use crate::clock::{Chance, Clock};

/// When the tests' clock stands: 2026-01-01.
pub const START: i64 = 1_767_225_600;

/// Stand-ins on free ports, with a clock by hand and chance from a seed.
pub async fn stand_ins() -> StandIns {
    let clock = Clock::by_hand(Timestamp::from_second(START).unwrap());
    StandIns::start(Options::default(), clock, Chance::seeded(7)).await.unwrap()
}

/// A client that keeps no connections, so that each request meets a service afresh.
pub fn client() -> reqwest::Client {
    // Fails when another test was first, and then all is well too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap()
}

/// Posts a form and gives the answer's body.
pub async fn post(stand_ins: &StandIns, path: &str, form: &[(&str, &str)]) -> Result<String, reqwest::Error> {
    client().post(stand_ins.base_url() + path).form(form).send().await?.error_for_status()?.text().await
}

/// An access token of the consent API.
pub async fn token(stand_ins: &StandIns, scope: &str) -> String {
    let form = [("grant_type", "client_credentials"), ("client_id", "callward"), ("client_secret", "callward-demo"), ("scope", scope)];
    let answer: serde_json::Value = serde_json::from_str(&post(stand_ins, "/oauth/token", &form).await.unwrap()).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// Everything that this thread logs.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Takes down what is logged, at every level, until the guard is dropped.
    pub fn begin() -> (Self, DefaultGuard) {
        let log = Self::default();
        let pen = log.clone();
        let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_ansi(false).with_writer(move || pen.clone());
        (log, tracing::subscriber::set_default(subscriber.finish()))
    }

    /// What was logged so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, words: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(words)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
