//! Who is called when a rehearsed call is put through: answers, is busy or lets it ring, as the world says.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::clock::Chance;
use crate::flow::Transferred;
use crate::line::{CallLeg, IncomingCall, Media, SessionMedia};
use crate::sip::{CallNews, Headers, Refused, Srtp};

use super::engaged::Engaged;
use super::moment::Moment;
use super::sip_invitation::LOOPBACK;
use super::world::World;

/// Takes calls until it is dropped.
pub(super) struct FarEnd(AbortHandle);

/// What it needs to take a call.
pub(super) struct Desk {
    pub world: Arc<World>,
    pub media: Arc<Media>,
    pub chance: Chance,
    pub engaged: Arc<Engaged>,
}

impl FarEnd {
    /// Takes these calls.
    pub fn new(desk: Desk, incoming: mpsc::Receiver<IncomingCall>) -> Self {
        Self(tokio::spawn(desk.take_calls(incoming)).abort_handle())
    }
}

impl Drop for FarEnd {
    fn drop(&mut self) {
        self.0.abort();
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

impl Desk {
    async fn take_calls(self, mut incoming: mpsc::Receiver<IncomingCall>) {
        while let Some(call) = incoming.recv().await {
            self.engaged.begin();
            self.take(call).await;
            self.engaged.end(tokio::time::Instant::now().into_std());
        }
    }

    async fn take(&self, call: IncomingCall) {
        let IncomingCall { mut leg, invitation } = call;
        let to = invitation.request.uri.to_string();
        let transferred = self.world.transfer(&to);
        self.world.note(Moment::Transferred(to));
        match transferred {
            Transferred::Busy | Transferred::Failed => leg.refuse(Refused::with(status_of(transferred))),
            Transferred::NoAnswer => leg.ring(),
            Transferred::Ended => return self.talk(leg, &invitation.request.body).await,
        }
        until_ended(&mut leg).await;
    }

    /// Answers, and hangs up as soon as the caller is there.
    async fn talk(&self, mut leg: CallLeg, offer: &[u8]) {
        let opened = SessionMedia::open(&self.media, None, LOOPBACK, Srtp::Off, &self.chance);
        let Ok((mut session, _news)) = opened else { return };
        let Ok(answer) = session.answer(offer) else { return };
        leg.accept(answer, Headers::default());
        while !matches!(leg.news().await, None | Some(CallNews::Acknowledged | CallNews::Ended(_))) {}
        leg.hang_up(Headers::default());
        until_ended(&mut leg).await;
    }
}

async fn until_ended(leg: &mut CallLeg) {
    while !matches!(leg.news().await, None | Some(CallNews::Ended(_))) {}
}
