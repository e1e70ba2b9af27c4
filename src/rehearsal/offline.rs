//! A call without sockets: turns go from the switchboard to a modelled handset and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::render::DialogKind;
use crate::session::CallAddress;
use crate::switchboard::{Page, TurnInput};
use crate::web::Gateway;

use super::call_end::CallEnd;
use super::dialled::Dialled;
use super::handset::{Action, Handset};
use super::moment::Moment;
use super::spoken::spoken;
use super::world::{TENANT, World};

/// The platform that calls come from, as the gateway knows it.
pub(super) const PLATFORM: &str = "127.0.0.1";

/// A call in progress.
pub(super) struct OfflineCall {
    gateway: Arc<Gateway>,
    world: Arc<World>,
    process: String,
    address: CallAddress,
    turn: u32,
    handset: Handset,
    end: Option<CallEnd>,
}

impl OfflineCall {
    /// Calls; `Err` says why nobody is there.
    pub async fn dial(gateway: Arc<Gateway>, world: Arc<World>, dialled: &Dialled) -> Result<Self, String> {
        let language = dialled.variable("lang");
        let entry = gateway.switchboard.entry(TENANT, &dialled.process, DialogKind::Main, language).await;
        let entry = entry.ok_or("the process cannot be called")?;
        let variables: BTreeMap<String, String> =
            entry.names.iter().map(|name| (name.clone(), dialled.variable(name).to_owned())).collect();
        let process = dialled.process.clone();
        let mut call = Self { gateway, world, process, address: entry.address, turn: 0, handset: Handset::default(), end: None };
        call.post(TurnInput::Begin(variables)).await;
        call.follow().await;
        Ok(call)
    }

    pub async fn press(&mut self, keys: &str) {
        self.handset.handle_keys(keys);
        self.follow().await;
    }

    /// The page has waited for as long as it waits.
    pub async fn time_out(&mut self) {
        self.handset.handle_timeout();
        self.follow().await;
    }

    pub async fn hang_up(&mut self) {
        self.resume(TurnInput::HungUp).await;
        self.finish(CallEnd { by_caller: true, fault: None, returned: Vec::new() });
    }

    pub fn handset(&self) -> &Handset {
        &self.handset
    }

    pub fn is_over(&self) -> bool {
        self.end.is_some()
    }

    async fn follow(&mut self) {
        while let Some(action) = self.handset.poll() {
            match action {
                Action::Hear(heard) => self.world.note(Moment::Heard(heard)),
                Action::Post(input) => self.post(input).await,
                Action::Transfer(transfer) => self.transfer(transfer.to).await,
            }
        }
    }

    async fn post(&mut self, input: TurnInput) {
        match self.resume(input).await {
            Page::Turn { number, turn } => {
                self.turn = number;
                self.handset.handle_page(Arc::unwrap_or_clone(turn));
            }
            Page::End(goodbye) => {
                goodbye.say.iter().for_each(|words| self.world.note(Moment::Heard(spoken(words, None))));
                let returned = goodbye.results.named().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
                self.finish(CallEnd { by_caller: false, fault: None, returned: returned.collect() });
            }
        }
    }

    async fn transfer(&mut self, to: String) {
        let transferred = self.world.transfer(&to);
        self.world.note(Moment::Transferred(to));
        self.post(TurnInput::Transferred(transferred)).await;
    }

    async fn resume(&self, input: TurnInput) -> Page {
        let switchboard = &self.gateway.switchboard;
        let answer = switchboard.resume((TENANT, &self.process), &self.address, self.turn, input, PLATFORM).await;
        answer.unwrap_or_else(|_| switchboard.apology((TENANT, &self.process), "internal", DialogKind::Main, "")).page
    }

    fn finish(&mut self, end: CallEnd) {
        self.end = Some(end.clone());
        self.world.note(Moment::Ended(end));
    }
}
