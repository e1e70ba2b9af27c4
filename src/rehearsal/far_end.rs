//! Who is called when a rehearsed call is put through: answers, is busy or lets it ring, as the world says.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::clock::Chance;
use crate::flow::Transferred;
use crate::line::{CallLeg, IncomingCall, Media, SessionMedia};
use crate::sip::{Action, Headers, Refused, Srtp};

use super::moment::Moment;
use super::world::World;

/// Takes calls until it is dropped.
pub(super) struct FarEnd {
    busy: Arc<AtomicUsize>,
    taking: AbortHandle,
}

/// What it needs to take a call.
#[derive(Clone)]
struct Desk {
    world: Arc<World>,
    media: Arc<Media>,
    chance: Chance,
    busy: Arc<AtomicUsize>,
}

impl FarEnd {
    /// Takes these calls.
    pub fn new(world: Arc<World>, media: Arc<Media>, chance: Chance, incoming: mpsc::Receiver<IncomingCall>) -> Self {
        let busy = Arc::new(AtomicUsize::new(0));
        let desk = Desk { world, media, chance, busy: Arc::clone(&busy) };
        Self { busy, taking: tokio::spawn(take_calls(desk, incoming)).abort_handle() }
    }

    /// Whether a call rings, or was taken and goes on.
    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::SeqCst) > 0
    }
}

impl Drop for FarEnd {
    fn drop(&mut self) {
        self.taking.abort();
    }
}

/// What a SIP telephone answers when such a transfer is asked of it.
pub(super) fn status_of(transferred: Transferred) -> u16 {
    match transferred {
        Transferred::Ended => 200,
        Transferred::Busy => 486,
        Transferred::NoAnswer => 480,
        Transferred::Failed => 503,
    }
}

async fn take_calls(desk: Desk, mut incoming: mpsc::Receiver<IncomingCall>) {
    while let Some(call) = incoming.recv().await {
        desk.busy.fetch_add(1, Ordering::SeqCst);
        desk.take(call).await;
        desk.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Desk {
    async fn take(&self, call: IncomingCall) {
        let IncomingCall { mut leg, invitation } = call;
        let to = invitation.request.uri.to_string();
        let transferred = self.world.transfer(&to);
        self.world.note(Moment::Transferred(to));
        let done = match transferred {
            Transferred::Busy | Transferred::Failed => leg.refuse(Refused::with(status_of(transferred))).await,
            Transferred::NoAnswer => leg.ring().await,
            Transferred::Ended => return self.talk(leg, &invitation.request.body).await,
        };
        if done.is_ok() {
            until_ended(&mut leg).await;
        }
    }

    /// Answers, and hangs up as soon as the caller is there.
    async fn talk(&self, mut leg: CallLeg, offer: &[u8]) {
        let opened = SessionMedia::open(&self.media, None, IpAddr::V4(Ipv4Addr::LOCALHOST), Srtp::Off, &self.chance);
        let Ok((mut session, _news)) = opened else { return };
        let Ok(answer) = session.answer(offer) else { return };
        if leg.accept(answer, Headers::default()).await.is_err() {
            return;
        }
        while !matches!(leg.news().await, None | Some(Action::Acknowledged(..) | Action::Ended(..))) {}
        if leg.hang_up(Headers::default()).await.is_ok() {
            until_ended(&mut leg).await;
        }
    }
}

async fn until_ended(leg: &mut CallLeg) {
    while !matches!(leg.news().await, None | Some(Action::Ended(..))) {}
}
