//! A call by telephone: our own user agent calls our own exchange over UDP on loopback, presses keys, and writes down what it hears.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::clock::Chance;
use crate::line::{CallLeg, Media, MediaNews, SessionMedia};
use crate::rtp::{Key, KeyTiming};
use crate::secret::SecretText;
use crate::sip::{Body, CallNews, Cause, DTMF_RELAY, Ending, Headers, InfoKey, Order, Side, Srtp};
use crate::web::Gateway;

use super::audible::Ear;
use super::call_end::CallEnd;
use super::dialled::Dialled;
use super::engaged::Engaged;
use super::far_end::{Desk, FarEnd, status_of};
use super::moment::{Heard, Moment};
use super::pattern::normal;
use super::quiet::Quiet;
use super::sip_house::{SipHouse, address, media_settings, open_exchange};
use super::sip_invitation::{LOOPBACK, invitation, returned};
use super::sip_line::{KeysBy, SipLine};
use super::world::World;

/// Ports for the sound of callers.
const RTP_PORTS: (u16, u16) = (55_000, 59_999);
/// Who has heard nothing new for so long knows that the other side waits. A request that is lost twice comes again in less.
const SETTLED: Duration = Duration::from_secs(2);
/// A page that collects keys may wait for so long for more of them before it says anything.
const AFTER_KEYS: Duration = Duration::from_millis(6_500);
/// Nobody waits longer for a page that says nothing.
const FOREVER: Duration = Duration::from_secs(600);
/// What an answer to silence takes on its way.
const LATENCY: Duration = Duration::from_millis(600);
/// What the first words of a page take on their way over a good network; pages that hold a caller ask again a moment later.
const FIRST_WORDS: Duration = Duration::from_millis(400);
/// What an INFO takes before the next.
const BETWEEN_INFOS: Duration = Duration::from_millis(200);
/// What may be later than the signalling that it was sent before.
const UNDER_WAY: Duration = Duration::from_millis(600);
/// How long the end of a call may take that is told to have ended.
const ENDING: Duration = Duration::from_secs(40);
/// What an event takes with its pause.
const KEY_TIME: Duration = Duration::from_millis(180);

/// A call in progress.
pub(super) struct SipCall {
    world: Arc<World>,
    house: SipHouse,
    leg: CallLeg,
    session: SessionMedia,
    news: mpsc::Receiver<MediaNews>,
    ear: Ear,
    /// Prompts that were heard to their end.
    heard: usize,
    quiet: Quiet,
    /// How much of the quiet the transcript has told.
    told: Duration,
    /// The world's time when it began.
    began: Timestamp,
    /// The world's time when something was heard last.
    spoken_at: Timestamp,
    engaged: Arc<Engaged>,
    _far: FarEnd,
    keys: KeysBy,
    end: Option<CallEnd>,
}

enum Next {
    Signal(Option<CallNews>),
    Media(MediaNews),
    Time,
}

impl SipCall {
    /// Calls, and listens until the other side waits; `Err` says why nobody is there.
    pub async fn dial(gateway: Arc<Gateway>, world: Arc<World>, dialled: &Dialled, line: SipLine) -> Result<Self, String> {
        let mut call = Self::ring(&gateway, world, dialled, line).await.map_err(|error| error.to_string())?;
        call.answered().await?;
        call.start_anew(now(), call.world.clock.now());
        call.settle(SETTLED).await;
        Ok(call)
    }

    /// Presses keys one after the other, and listens to what comes of it.
    pub async fn press(&mut self, keys: &str) {
        let pressed = match self.keys {
            KeysBy::Events => self.press_events(keys),
            KeysBy::Info => self.send_infos(keys).await,
        };
        self.start_anew(pressed, self.world.clock.now());
        self.settle(AFTER_KEYS).await;
    }

    /// Does nothing for so long, or until something is heard; how long that was, in whole seconds where it was measured. The
    /// world's clock goes along.
    pub async fn stay_silent(&mut self, long: Option<Duration>) -> Duration {
        let (before, heard_before) = (self.told, self.heard);
        let mut broken_at = None;
        self.quiet.take_sounded();
        while self.end.is_none() {
            if self.quiet.take_sounded() && broken_at.is_none() {
                broken_at = Some(self.quiet.total(now()));
            }
            let told = long.map(|long| before + long).or(broken_at);
            self.let_pass(self.quiet.total(now()).min(told.unwrap_or(Duration::MAX)));
            let reached = self.quiet.reaches(told.map_or(before + FOREVER, |told| told + LATENCY));
            let settled = broken_at.map(|_| self.quiet.since() + SETTLED);
            if self.is_enough(reached.max(settled.unwrap_or(reached))).await {
                break;
            }
        }
        let measured = || broken_at.unwrap_or_else(|| self.quiet.total(now())).saturating_sub(before);
        let lasted = long.unwrap_or_else(measured);
        // What a page takes for itself beyond that counts as told.
        let at_work = self.engaged.free_since().map(|free| self.quiet.total(free));
        self.told = (before + lasted).max(at_work.unwrap_or_default());
        if long.is_none() && self.heard > heard_before {
            self.start_anew(self.quiet.since(), self.spoken_at);
        }
        long.unwrap_or(Duration::from_secs_f64(lasted.as_secs_f64().round()))
    }

    /// Puts the handset down.
    pub async fn hang_up(&mut self) {
        self.leg.hang_up(Headers::default());
        self.await_end().await;
    }

    /// The call is said to have ended: waits for the news of it.
    pub async fn await_end(&mut self) {
        let until = now() + ENDING;
        while self.end.is_none() && now() < until {
            self.step(until).await;
        }
    }

    pub fn is_over(&self) -> bool {
        self.end.is_some()
    }

    async fn ring(gateway: &Gateway, world: Arc<World>, dialled: &Dialled, line: SipLine) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let (carrier, chance) = (line.network.carrier(1), Chance::seeded(3));
        let (exchange, incoming) = open_exchange(carrier.clone(), world.clock.clone(), chance.clone()).await?;
        let media = Arc::new(Media::start_in_runtime(media_settings(RTP_PORTS), carrier, chance.clone())?);
        let engaged = Arc::new(Engaged::new(now()));
        let house = SipHouse::open(gateway, &world, dialled, address(&exchange), Arc::clone(&engaged), line.network.carrier(2)).await?;
        let (mut session, news) = SessionMedia::open(&media, None, LOOPBACK, Srtp::Off, &chance)?;
        session.stream.record(true)?;
        let leg = exchange.dial(invitation(dialled, house.address.port(), session.offer())).await;
        let _far = FarEnd::new(Desk { world: Arc::clone(&world), media, chance, engaged: Arc::clone(&engaged) }, incoming);
        let (ear, quiet, told, began) = (Ear::default(), Quiet::start(now()), Duration::ZERO, world.clock.now());
        Ok(Self {
            world,
            house,
            leg,
            session,
            news,
            ear,
            heard: 0,
            quiet,
            told,
            began,
            spoken_at: began,
            engaged,
            _far,
            keys: line.keys,
            end: None,
        })
    }

    /// Until somebody answers.
    async fn answered(&mut self) -> Result<(), String> {
        loop {
            match self.leg.news().await {
                Some(CallNews::Answered { sdp: Some(Body(sdp)), .. }) => {
                    return self.session.take_answer(&sdp).map_err(|error| error.to_string());
                }
                Some(CallNews::Ended(ending)) => return Err(format!("the call was not answered: {:?}", ending.cause)),
                None => return Err("the exchange does not say how the call goes on".to_owned()),
                Some(_) => {}
            }
        }
    }

    /// Silence counts from here.
    fn start_anew(&mut self, from: Instant, began: Timestamp) {
        (self.quiet, self.told, self.began) = (Quiet::start(from), Duration::ZERO, began);
    }

    /// The world's clock is as far as the silence, if what pages do has not moved it further.
    fn let_pass(&self, silence: Duration) {
        let passed = Duration::try_from(self.world.clock.now().duration_since(self.began)).unwrap_or_default();
        self.world.clock.advance(silence.saturating_sub(passed));
    }

    /// Listens until nothing more comes; what comes first is waited for as long as `first`, also when keys have cut it short.
    async fn settle(&mut self, first: Duration) {
        let heard_before = self.heard;
        while self.end.is_none() {
            let patience = if self.heard > heard_before { SETTLED } else { first };
            if self.is_enough(self.quiet.since() + patience).await {
                break;
            }
        }
        if self.heard > heard_before {
            self.start_anew(self.quiet.since(), self.spoken_at);
        }
    }

    /// Whether `until` has come with nobody at work on the other side; else one thing happens, or nothing until then.
    async fn is_enough(&mut self, until: Instant) -> bool {
        let Some(free_since) = self.engaged.free_since() else {
            self.step(now() + LATENCY).await;
            return false;
        };
        let until = until.max(free_since + FIRST_WORDS);
        if now() >= until {
            return true;
        }
        self.step(until).await;
        false
    }

    /// One thing that happens, or nothing until then.
    async fn step(&mut self, until: Instant) {
        match self.next(until).await {
            Next::Signal(Some(CallNews::Ended(ending))) => self.finish(&ending).await,
            Next::Signal(Some(news)) => self.handle_signal(news),
            Next::Signal(None) => self.finish(&Ending { by: Side::Us, cause: Cause::Unknown, headers: Headers::default() }).await,
            Next::Media(news) => self.hear(news),
            Next::Time => {}
        }
    }

    async fn next(&mut self, until: Instant) -> Next {
        tokio::select! {
            biased;
            signal = self.leg.news() => Next::Signal(signal),
            Some(news) = self.news.recv() => Next::Media(news),
            () = tokio::time::sleep_until(until.into()) => Next::Time,
        }
    }

    fn hear(&mut self, news: MediaNews) {
        let MediaNews::Recorded(heard) = news else { return };
        let overheard = self.ear.hear(heard.payload.iter().map(|byte| heard.codec.decode(*byte)));
        if overheard.is_speech {
            self.quiet.handle_sound(now());
            self.spoken_at = self.world.clock.now();
        }
        self.heard += overheard.texts.len();
        for text in overheard.texts {
            self.world.note(Moment::Heard(Heard { prompt: None, text: normal(&text) }));
        }
    }

    fn handle_signal(&mut self, news: CallNews) {
        match news {
            CallNews::Session(news) => self.session.follow(news, &self.leg),
            CallNews::ReferAsked(to) => self.refer(to.uri.to_string()),
            CallNews::Progress { .. }
            | CallNews::Answered { .. }
            | CallNews::Acknowledged
            | CallNews::Info { .. }
            | CallNews::Transfer { .. }
            | CallNews::Ended(_) => {}
        }
    }

    /// We are asked to call somebody else, and tell how that went.
    fn refer(&mut self, to: String) {
        let call = self.leg.id();
        let status = status_of(self.world.transfer(&to));
        self.world.note(Moment::Transferred(to));
        self.leg.order(Order::AnswerRefer { call, status: 202 });
        self.leg.order(Order::Notify { call, status });
    }

    /// The line is dead; the last words may still be under way.
    async fn finish(&mut self, ending: &Ending) {
        let until = now() + UNDER_WAY;
        while let Next::Media(news) = self.next_sound(until).await {
            self.hear(news);
        }
        self.house.close().await;
        let end = CallEnd {
            by_caller: ending.by == Side::Us,
            fault: (ending.cause != Cause::HungUp).then(|| format!("{:?}", ending.cause)),
            returned: returned(&ending.headers),
        };
        self.end = Some(end.clone());
        self.world.note(Moment::Ended(end));
    }

    async fn next_sound(&mut self, until: Instant) -> Next {
        tokio::select! {
            Some(news) = self.news.recv() => Next::Media(news),
            () = tokio::time::sleep_until(until.into()) => Next::Time,
        }
    }

    /// Lines keys up as telephone events; when the last one is over.
    fn press_events(&self, keys: &str) -> Instant {
        let keys: Vec<Key> = keys.chars().filter_map(Key::from_symbol).collect();
        let over = now() + KEY_TIME * u32::try_from(keys.len()).unwrap_or(u32::MAX);
        if let Err(error) = self.session.stream.press(keys, KeyTiming::default()) {
            tracing::debug!("keys were not pressed: {error}");
        }
        over
    }

    async fn send_infos(&mut self, keys: &str) -> Instant {
        for info in keys.chars().filter_map(InfoKey::new) {
            let order = Order::Info { call: self.leg.id(), content_type: DTMF_RELAY.to_owned(), body: SecretText::new(info.to_relay()) };
            self.leg.order(order);
            let next = now() + BETWEEN_INFOS;
            while self.end.is_none() && now() < next {
                self.step(next).await;
            }
        }
        now()
    }
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
