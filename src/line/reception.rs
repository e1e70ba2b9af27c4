//! The reception of a call: where it leads, whether its sound can be agreed on, and its first page; then it is answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::address_guard::AddressGuard;
use super::call::Call;
use super::call_fetcher::CallFetcher;
use super::call_leg::{CallLeg, IncomingCall};
use super::entrance::{Entrance, entrance};
use super::equipment::Equipment;
use super::fetch::HttpFetcher;
use super::media_news::MediaNews;
use super::metrics;
use super::moment::now;
use super::session_media::SessionMedia;
use crate::browser::{Action, FetchFailure, Interpreter, Resource, Start};
use crate::sip::{CallNews, Headers, Invitation, Refused, SessionPart, Srtp, TransportProtocol, session_part};

/// How long the first page may take until the caller is told that it rings.
const RINGS_AFTER: Duration = Duration::from_millis(100);
/// When a call that finds no room may be tried again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// A call that is about to be answered.
struct Arriving {
    leg: CallLeg,
    media: SessionMedia,
    news: mpsc::Receiver<MediaNews>,
    /// The answer to the caller's offer, or our offer to who made none.
    sdp: Vec<u8>,
}

/// Takes or refuses a call, and sees it to its end.
pub(super) async fn receive(equipment: Arc<Equipment>, incoming: IncomingCall) {
    let began = now();
    let IncomingCall { leg, invitation } = incoming;
    let invitation: Arc<Invitation> = invitation.into();
    let found = entrance(&invitation, &equipment.settings.entrance, equipment.pages.as_ref()).await;
    let entrance = match found {
        Ok(entrance) => entrance,
        Err(status) => return refuse(&leg, status),
    };
    let arriving = match open_media(&equipment, &leg, &invitation) {
        Ok((media, news, sdp)) => Arriving { leg, media, news, sdp },
        Err(status) => return refuse(&leg, status),
    };
    arriving.greet(equipment, invitation, entrance, began).await;
}

type Opened = (SessionMedia, mpsc::Receiver<MediaNews>, Vec<u8>);

/// Ports, and what is said about them.
fn open_media(equipment: &Equipment, leg: &CallLeg, invitation: &Invitation) -> Result<Opened, u16> {
    let settings = &equipment.settings;
    let srtp = match invitation.from.protocol {
        TransportProtocol::Tls => settings.srtp,
        TransportProtocol::Udp | TransportProtocol::Tcp => Srtp::Off,
    };
    let opened = SessionMedia::open(&equipment.media, None, settings.media_address, srtp, &equipment.chance);
    let (mut media, news) = opened.map_err(|error| {
        tracing::warn!(call = %leg.id(), "no media for a call: {error}");
        503_u16
    })?;
    match session_part(&invitation.request.headers, &invitation.request.body) {
        SessionPart::Sdp(offer) => {
            let answer = media.answer(offer).map_err(|error| error.status())?;
            Ok((media, news, answer))
        }
        SessionPart::Absent => {
            let offer = media.offer();
            Ok((media, news, offer))
        }
        SessionPart::Unsupported => Err(415),
    }
}

impl Arriving {
    /// Fetches the first page and answers.
    async fn greet(mut self, equipment: Arc<Equipment>, invitation: Arc<Invitation>, entrance: Entrance, began: Instant) {
        let fetcher = Arc::new(fetcher(&equipment, &entrance));
        let Ok(mut interpreter) = Interpreter::start(start(&equipment, &entrance), now()) else { return refuse(&self.leg, 503) };
        let Some(first) = first_fetch(&mut interpreter).map(|first| entrance.fetch(first)) else { return refuse(&self.leg, 500) };
        let is_own = fetcher.is_own(&first.url);
        let Some(outcome) = self.wait_for(fetcher.fetch(&first)).await else { return };
        if let Err(failure) = &outcome {
            return refuse(&self.leg, status_of(failure));
        }
        self.leg.accept(std::mem::take(&mut self.sdp), Headers::default());
        metrics::call_answered(now().saturating_duration_since(began));
        let Self { leg, media, news, .. } = self;
        let mut call = Box::new(Call::new(equipment, leg, media, interpreter, fetcher, is_own, invitation));
        if !call.is_agreed().await {
            return metrics::call_over("not_agreed");
        }
        call.begin(first.id, outcome);
        call.run(news).await;
    }

    /// The outcome of the first fetch; `None` when the caller has given up.
    async fn wait_for(&mut self, fetching: impl Future<Output = Result<Resource, FetchFailure>>) -> Option<Result<Resource, FetchFailure>> {
        let mut rings = false;
        tokio::pin!(fetching);
        loop {
            tokio::select! {
                biased;
                outcome = &mut fetching => return Some(outcome),
                news = self.leg.news() => match news {
                    None | Some(CallNews::Ended(_)) => {
                        metrics::call_over("cancelled");
                        return None;
                    }
                    Some(CallNews::Session(news)) => self.media.follow(news, &self.leg),
                    Some(_) => {}
                },
                () = tokio::time::sleep(RINGS_AFTER), if !rings => {
                    rings = true;
                    self.leg.ring();
                }
            }
        }
    }
}

fn start(equipment: &Equipment, entrance: &Entrance) -> Start {
    let (url, session) = (entrance.url.clone(), entrance.session.clone());
    Start { url, session, clock: equipment.clock.clone(), chance: equipment.chance.clone() }
}

fn fetcher(equipment: &Equipment, entrance: &Entrance) -> CallFetcher {
    let pages = entrance.is_own.then(|| equipment.pages.clone());
    // Our own pages name nobody inside but ourselves, and those are not fetched over HTTP.
    let guard = if entrance.is_own { AddressGuard::default() } else { AddressGuard::new(&entrance.url, &[]) };
    let http = HttpFetcher::with(equipment.http.clone(), guard, equipment.clock.clone());
    CallFetcher::new(pages, http, equipment.shelf.clone())
}

/// A session begins with the fetch of its first page.
fn first_fetch(interpreter: &mut Interpreter) -> Option<crate::browser::Fetch> {
    std::iter::from_fn(|| interpreter.poll()).find_map(|action| if let Action::Fetch(fetch) = action { Some(fetch) } else { None })
}

fn status_of(failure: &FetchFailure) -> u16 {
    match failure {
        FetchFailure::Status(404 | 410) => 404,
        FetchFailure::Status(401 | 403) | FetchFailure::Refused(_) => 403,
        FetchFailure::TimedOut => 504,
        FetchFailure::Status(_) | FetchFailure::Failed(_) => 503,
    }
}

fn refuse(leg: &CallLeg, status: u16) {
    metrics::call_refused(status);
    let retry_after = (status == 503).then_some(RETRY_AFTER);
    leg.refuse(Refused { retry_after, ..Refused::with(status) });
}
