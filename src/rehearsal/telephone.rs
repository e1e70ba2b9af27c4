//! The caller's telephone, on one of the doors: what it can do is the same on each.

use std::sync::Arc;
use std::time::Duration;

use crate::line::Reply;
use crate::web::Gateway;

use super::dialled::Dialled;
use super::offline::OfflineCall;
use super::over_http::HttpCall;
use super::over_sip::SipCall;
use super::sip_line::SipLine;
use super::world::World;

/// The way by which a case is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Into the switchboard, with a modelled handset.
    Offline,
    /// Through the HTTP door, with our own browser.
    OverHttp,
    /// By telephone: SIP and RTP over UDP on loopback, to our own exchange. It goes by the time of the runtime.
    OverSip(SipLine),
}

/// A telephone off the hook. Speaking and pressing take no time for the gateway; silence does.
pub(super) struct Telephone {
    line: Line,
    world: Arc<World>,
    /// Silence that is not yet as long as the page waits.
    silent: Duration,
}

enum Line {
    Offline(Box<OfflineCall>),
    OverHttp(Box<HttpCall>),
    OverSip(Box<SipCall>),
}

impl Door {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Door::Offline => "offline",
            Door::OverHttp => "over HTTP",
            Door::OverSip(_) => "over SIP",
        }
    }
}

impl Telephone {
    /// Calls; `Err` says why nobody is there.
    pub async fn dial(door: Door, gateway: Arc<Gateway>, world: Arc<World>, dialled: &Dialled) -> Result<Self, String> {
        let line = match door {
            Door::Offline => Line::Offline(Box::new(OfflineCall::dial(gateway, Arc::clone(&world), dialled).await?)),
            Door::OverHttp => Line::OverHttp(Box::new(HttpCall::dial(gateway, Arc::clone(&world), dialled).await?)),
            Door::OverSip(line) => Line::OverSip(Box::new(SipCall::dial(gateway, Arc::clone(&world), dialled, line).await?)),
        };
        Ok(Self { line, world, silent: Duration::ZERO })
    }

    /// Presses keys, and lets the page decide.
    pub async fn press(&mut self, keys: &str) {
        self.silent = Duration::ZERO;
        match &mut self.line {
            Line::Offline(call) => call.press(keys).await,
            Line::OverHttp(call) => call.reply(Reply::keys(keys)).await,
            Line::OverSip(call) => call.press(keys).await,
        }
    }

    /// Does nothing for so long, or for as long as the page waits; gives how long that was. Each time the page's patience ends,
    /// it says something or gives up.
    pub async fn stay_silent(&mut self, long: Option<Duration>) -> Duration {
        if let Line::OverSip(call) = &mut self.line {
            return call.stay_silent(long).await;
        }
        let long = long.unwrap_or(self.patience());
        let mut left = long;
        while !self.is_over() {
            let rest = self.patience().saturating_sub(self.silent);
            if left < rest {
                break;
            }
            left -= rest;
            self.silent = Duration::ZERO;
            self.world.clock.advance(rest);
            let asked_at = self.world.clock.now();
            self.time_out().await;
            left = left.saturating_sub(Duration::try_from(self.world.clock.now().duration_since(asked_at)).unwrap_or_default());
        }
        self.silent += left;
        self.world.clock.advance(left);
        long
    }

    /// Puts the handset down; a call that is over stays as it ended.
    pub async fn hang_up(&mut self) {
        if self.is_over() {
            return;
        }
        match &mut self.line {
            Line::Offline(call) => call.hang_up().await,
            Line::OverHttp(call) => call.reply(Reply::HangUp).await,
            Line::OverSip(call) => call.hang_up().await,
        }
    }

    /// The call is said to have ended: the news of it may still be under way.
    pub async fn await_end(&mut self) {
        match &mut self.line {
            Line::Offline(_) | Line::OverHttp(_) => {}
            Line::OverSip(call) => call.await_end().await,
        }
    }

    /// How long the page waits for the caller: a millisecond at least, so that silence comes to an end. By telephone only the
    /// page knows.
    fn patience(&self) -> Duration {
        let patience = match &self.line {
            Line::Offline(call) => call.handset().patience(),
            Line::OverHttp(call) => call.patience(),
            Line::OverSip(_) => Duration::ZERO,
        };
        patience.max(Duration::from_millis(1))
    }

    /// Whether the call has ended.
    pub fn is_over(&self) -> bool {
        match &self.line {
            Line::Offline(call) => call.is_over(),
            Line::OverHttp(call) => call.is_over(),
            Line::OverSip(call) => call.is_over(),
        }
    }

    async fn time_out(&mut self) {
        match &mut self.line {
            Line::Offline(call) => call.time_out().await,
            Line::OverHttp(call) => call.reply(Reply::Silence).await,
            Line::OverSip(_) => {}
        }
    }
}
