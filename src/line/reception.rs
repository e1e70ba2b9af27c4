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
use crate::browser::{Action, Fetch, FetchFailure, Interpreter, Resource, Start};
use crate::sip::{CallNews, Headers, Invitation, Refused, SessionPart, Srtp, TransportProtocol, session_part};

/// How long the first page may take until the caller is told that it rings.
const RINGS_AFTER: Duration = Duration::from_millis(100);
/// When a call that finds no room may be tried again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// A call that is about to be answered.
struct Arriving {
    call: Box<Call>,
    /// The fetch of its first page.
    first: Fetch,
    news: mpsc::Receiver<MediaNews>,
    /// The answer to the caller's offer, or our offer to who made none.
    sdp: Vec<u8>,
}

/// Takes or refuses a call, and sees it to its end.
pub(super) async fn receive(equipment: Arc<Equipment>, incoming: IncomingCall) {
    let began = now();
    let IncomingCall { leg, invitation } = incoming;
    let invitation: Arc<Invitation> = invitation.into();
    let entrance = match entrance(&invitation, &equipment.settings.entrance, equipment.pages.as_ref()).await {
        Ok(entrance) => entrance,
        Err(status) => return refuse(&leg, status),
    };
    if let Some(arriving) = Arriving::open(equipment, leg, invitation, &entrance) {
        arriving.greet(began).await;
    }
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
    /// With ports and a browser; `None` when it was refused.
    fn open(equipment: Arc<Equipment>, leg: CallLeg, invitation: Arc<Invitation>, entrance: &Entrance) -> Option<Self> {
        let refused = |status| refuse(&leg, status);
        let (media, news, sdp) = open_media(&equipment, &leg, &invitation).map_err(refused).ok()?;
        let fetcher = fetcher(&equipment, entrance);
        let mut interpreter = Interpreter::start(start(&equipment, entrance), now()).map_err(|_| refused(503)).ok()?;
        let first = first_fetch(&mut interpreter).ok_or(500).map_err(refused).ok()?;
        let first = entrance.fetch(first);
        let is_own = fetcher.is_own(&first.url);
        let call = Box::new(Call::new(equipment, leg, media, interpreter, Arc::new(fetcher), is_own, invitation));
        Some(Self { call, first, news, sdp })
    }

    /// Fetches the first page and answers.
    async fn greet(self, began: Instant) {
        let Self { mut call, first, news, sdp } = self;
        let Some(outcome) = wait_for(&mut call, &first).await else { return };
        if let Err(failure) = &outcome {
            return refuse(&call.leg, status_of(failure));
        }
        call.leg.accept(sdp, Headers::default());
        metrics::call_answered(now().saturating_duration_since(began));
        if !call.is_agreed().await {
            return metrics::call_over("not_agreed");
        }
        call.begin(first.id, outcome);
        call.run(news).await;
    }
}

/// The outcome of the first fetch; `None` when the caller has given up.
async fn wait_for(call: &mut Call, first: &Fetch) -> Option<Result<Resource, FetchFailure>> {
    let fetcher = Arc::clone(&call.fetcher);
    let mut fetching = std::pin::pin!(fetcher.fetch(first));
    let mut rings = false;
    loop {
        tokio::select! {
            biased;
            outcome = &mut fetching => return Some(outcome),
            news = call.leg.news() => match news {
                None | Some(CallNews::Ended(_)) => {
                    metrics::call_over("cancelled");
                    return None;
                }
                Some(CallNews::Session(news)) => call.media.follow(news, &call.leg),
                Some(_) => {}
            },
            () = tokio::time::sleep(RINGS_AFTER), if !rings => {
                rings = true;
                call.leg.ring();
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
fn first_fetch(interpreter: &mut Interpreter) -> Option<Fetch> {
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
