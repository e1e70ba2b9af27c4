//! One call of a softphone, from its INVITE to its end: what comes by signalling, by sound and from the user.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::call_leg::CallLeg;
use super::hearing::Hearing;
use super::key_plan::KeyPlan;
use super::media_news::{Heard, MediaNews};
use super::moment::{now, sleep_until};
use super::session_media::SessionMedia;
use super::softphone_user::{Act, SoftphoneEnding, SoftphoneError, SoftphoneNews, SoftphoneUser};
use crate::audio;
use crate::rtp::{Key, KeyTiming};
use crate::sip::{Body, CallNews, Cause, Codec, Ending, Headers, SessionNews, Side};

/// How long the other side may take to answer that we have hung up.
const LAST_GRACE: Duration = Duration::from_secs(2);

/// A call under way.
pub(super) struct SoftphoneCall {
    leg: CallLeg,
    session: SessionMedia,
    keys: KeyPlan,
    hearing: Hearing,
    /// We have hung up, and wait no longer than this.
    gone_by: Option<Instant>,
    is_held: bool,
}

enum Next {
    Signal(Option<CallNews>),
    Media(MediaNews),
    Act(Act),
    Time,
}

impl SoftphoneCall {
    pub fn new(leg: CallLeg, session: SessionMedia, keys: KeyPlan, hearing: Hearing) -> Self {
        Self { leg, session, keys, hearing, gone_by: None, is_held: false }
    }

    /// Until one side has hung up.
    pub async fn run(
        mut self,
        mut news: mpsc::Receiver<MediaNews>,
        user: &mut impl SoftphoneUser,
    ) -> Result<SoftphoneEnding, SoftphoneError> {
        loop {
            match self.next(&mut news, user).await {
                Next::Signal(Some(CallNews::Ended(ending))) => return Ok(self.finish(ending, news).await),
                Next::Signal(Some(news)) => self.handle_signal(news, user).await?,
                Next::Media(MediaNews::Recorded(heard)) => self.hear(&heard, user),
                Next::Media(_) => {}
                Next::Act(Act::Press(keys)) => self.press(&keys)?,
                Next::Act(Act::HangUp) => self.hang_up(),
                Next::Signal(None) => return Ok(self.finish(unconfirmed(), news).await),
                Next::Time if self.gone_by.is_some() => return Ok(self.finish(unconfirmed(), news).await),
                Next::Time => self.press_next(user).await?,
            }
        }
    }

    async fn next(&mut self, news: &mut mpsc::Receiver<MediaNews>, user: &mut impl SoftphoneUser) -> Next {
        let time = self.gone_by.or_else(|| self.keys.poll_timeout());
        tokio::select! {
            signal = self.leg.news() => Next::Signal(signal),
            Some(heard) = news.recv() => Next::Media(heard),
            act = user.act(), if self.gone_by.is_none() => Next::Act(act),
            () = sleep_until(time) => Next::Time,
        }
    }

    async fn handle_signal(&mut self, news: CallNews, user: &mut impl SoftphoneUser) -> Result<(), SoftphoneError> {
        match news {
            CallNews::Progress { status, sdp } => {
                user.notice(&SoftphoneNews::Progress(status));
                if let Some(Body(sdp)) = sdp {
                    self.session.take_answer(&sdp)?;
                }
            }
            CallNews::Answered { sdp, .. } => self.answered(sdp, user).await?,
            CallNews::Session(news) => self.follow(news, user),
            CallNews::Acknowledged | CallNews::Info { .. } | CallNews::ReferAsked(_) | CallNews::Transfer { .. } | CallNews::Ended(_) => {}
        }
        Ok(())
    }

    async fn answered(&mut self, sdp: Option<Body>, user: &mut impl SoftphoneUser) -> Result<(), SoftphoneError> {
        let taken = sdp.map_or(Ok(()), |Body(sdp)| self.session.take_answer(&sdp));
        let agreed = self.session.negotiated().map(|agreed| (codec(agreed.codec), agreed.telephone_event.is_some()));
        match (taken, agreed) {
            (Ok(()), Some((codec, has_events))) => {
                user.notice(&SoftphoneNews::Answered { codec, has_events });
                self.keys.handle_answered(now());
                Ok(())
            }
            (Err(error), _) => {
                self.hang_up();
                Err(error.into())
            }
            (Ok(()), None) => {
                self.hang_up();
                Ok(())
            }
        }
    }

    /// The other side changes the session; the user hears of hold.
    fn follow(&mut self, news: SessionNews, user: &mut impl SoftphoneUser) {
        self.session.follow(news, &self.leg);
        let is_held = self.session.negotiated().is_some_and(|agreed| agreed.is_silenced());
        if is_held != std::mem::replace(&mut self.is_held, is_held) {
            user.notice(&SoftphoneNews::Held(is_held));
        }
    }

    fn hear(&mut self, heard: &Heard, user: &mut impl SoftphoneUser) {
        let piece = self.hearing.hear(heard);
        user.notice(&SoftphoneNews::Level(piece.level));
        if piece.has_turned {
            user.notice(if piece.is_loud { &SoftphoneNews::Sound } else { &SoftphoneNews::Silence });
        }
        if piece.is_loud {
            self.keys.handle_sound(now());
        }
    }

    async fn press_next(&mut self, user: &mut impl SoftphoneUser) -> Result<(), SoftphoneError> {
        let Some(group) = self.keys.take(now()) else { return Ok(()) };
        let keys = user.keys(group).await;
        self.press(&keys)
    }

    fn press(&self, keys: &str) -> Result<(), SoftphoneError> {
        let keys: Vec<Key> = keys.chars().filter_map(Key::from_symbol).collect();
        Ok(self.session.stream.press(keys, KeyTiming::default())?)
    }

    fn hang_up(&mut self) {
        self.gone_by = Some(now() + LAST_GRACE);
        self.leg.hang_up(Headers::default());
    }

    /// Closes the ports; the last that was heard is kept.
    async fn finish(self, ending: Ending, mut news: mpsc::Receiver<MediaNews>) -> SoftphoneEnding {
        let Self { session, mut hearing, .. } = self;
        drop(session);
        let mut statistics = None;
        while let Some(last) = news.recv().await {
            match last {
                MediaNews::Recorded(heard) => drop(hearing.hear(&heard)),
                MediaNews::Closed(counts) => statistics = Some(*counts),
                MediaNews::Key { .. } | MediaNews::Ended { .. } | MediaNews::Heard(_) | MediaNews::Silent | MediaNews::Bye => {}
            }
        }
        SoftphoneEnding { ending, statistics, recording: hearing.finish() }
    }
}

/// We have hung up, and nobody says that this has arrived.
fn unconfirmed() -> Ending {
    Ending { by: Side::Us, cause: Cause::HungUp, headers: Headers::default() }
}

fn codec(codec: Codec) -> audio::Codec {
    match codec {
        Codec::Pcmu => audio::Codec::Pcmu,
        Codec::Pcma => audio::Codec::Pcma,
    }
}
