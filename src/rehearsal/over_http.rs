//! A call through the HTTP door: our own browser fetches the pages from the router, in this process and in virtual time.

use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Request, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower::ServiceExt;
use url::{Position, Url};

use crate::browser::{Ending, Fetch, FetchFailure, Reason, Resource, Start, TransferKind, TransferOutcome};
use crate::clock::Clock;
use crate::flow::Transferred;
use crate::line::{Asked, Caller, Fetching, Handset, HandsetError, Happening, Pace, Reply, session_variables};
use crate::web::{Gateway, Peer, router};

use super::call_end::CallEnd;
use super::dialled::Dialled;
use super::moment::{Heard, Moment};
use super::pattern::normal;
use super::world::{TENANT, World};

type Run = Pin<Box<dyn Future<Output = Result<Ending, HandsetError>>>>;

/// A call in progress.
pub(super) struct HttpCall {
    run: Run,
    /// The browser listens, and waits for so long.
    asked: UnboundedReceiver<Duration>,
    replies: UnboundedSender<Reply>,
    world: Arc<World>,
    patience: Duration,
    end: Option<CallEnd>,
}

impl HttpCall {
    /// Calls; `Err` says why that cannot be.
    pub async fn dial(gateway: Arc<Gateway>, world: Arc<World>, dialled: &Dialled) -> Result<Self, String> {
        let mut url = Url::parse("http://gateway.invalid/").map_err(|error| error.to_string())?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["vxml", TENANT, &dialled.process]);
        }
        url.query_pairs_mut().extend_pairs(&dialled.variables);
        let session = session_variables("sip:callward@localhost", &format!("tel:{}", dialled.variable("from")));
        let start = Start { url, session, clock: world.clock.clone(), chance: world.chance.clone() };
        let (ask, asked) = unbounded_channel();
        let (replies, answers) = unbounded_channel();
        let caller = AtTheHandset { world: Arc::clone(&world), ask, answers, patience: Duration::ZERO, transfer: TransferOutcome::Unknown };
        let pages = Pages { router: router(gateway), clock: world.clock.clone() };
        let handset = Handset::new(start, pages, caller, Pace::Virtual).map_err(|error| error.to_string())?;
        let mut call = Self { run: Box::pin(handset.run()), asked, replies, world, patience: Duration::ZERO, end: None };
        call.go_on().await;
        Ok(call)
    }

    /// Does something, and goes on to where the browser listens again.
    pub async fn reply(&mut self, reply: Reply) {
        if self.end.is_none() && self.replies.send(reply).is_ok() {
            self.go_on().await;
        }
    }

    /// How long the browser waits.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    pub fn is_over(&self) -> bool {
        self.end.is_some()
    }

    async fn go_on(&mut self) {
        tokio::select! {
            ending = &mut self.run => self.finish(ending),
            Some(patience) = self.asked.recv() => self.patience = patience,
        }
    }

    fn finish(&mut self, ending: Result<Ending, HandsetError>) {
        let end = match ending {
            Ok(ending) => CallEnd {
                by_caller: ending.reason == Reason::Hangup,
                fault: ending.uncaught.map(|event| format!("{event} {}", ending.message.unwrap_or_default())),
                returned: returned(&ending.exit),
            },
            Err(error) => CallEnd { by_caller: false, fault: Some(error.to_string()), returned: Vec::new() },
        };
        self.end = Some(end.clone());
        self.world.note(Moment::Ended(end));
    }
}

fn returned(exit: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    exit.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// Somebody who does what the transcript says.
struct AtTheHandset {
    world: Arc<World>,
    ask: UnboundedSender<Duration>,
    answers: UnboundedReceiver<Reply>,
    patience: Duration,
    transfer: TransferOutcome,
}

impl Caller for AtTheHandset {
    fn witness(&mut self, happening: &Happening<'_>, _: Duration) {
        match happening {
            Happening::Prompt(spoken) => {
                let text = normal(&spoken.text);
                if !text.is_empty() {
                    self.world.note(Moment::Heard(Heard { prompt: None, text }));
                }
            }
            Happening::Listen(listening) => self.patience = listening.timeout,
            Happening::Transfer(request) => {
                self.world.note(Moment::Transferred(request.dest.clone()));
                self.transfer = match (self.world.transfer(&request.dest), request.kind) {
                    (Transferred::NoAnswer, _) => TransferOutcome::NoAnswer,
                    (Transferred::Busy, _) => TransferOutcome::Busy,
                    (Transferred::Failed, _) => TransferOutcome::Unknown,
                    (Transferred::Ended, TransferKind::Blind) => TransferOutcome::Completed,
                    (Transferred::Ended, TransferKind::Bridge | TransferKind::Consultation) => TransferOutcome::FarEndDisconnect,
                };
            }
            Happening::Fetched { .. } | Happening::Log { .. } | Happening::Matched(_) | Happening::Record(_) => {}
            Happening::Submit { .. } | Happening::Trace(_) | Happening::End(_) => {}
        }
    }

    async fn answer(&mut self, asked: Asked) -> Option<Reply> {
        match asked {
            Asked::Input => {
                self.ask.send(self.patience).ok()?;
                self.answers.recv().await
            }
            Asked::Transfer => Some(Reply::Transferred(self.transfer)),
            Asked::Recording => Some(Reply::Silence),
        }
    }
}

/// Takes pages from the router. What a page does outside moves the clock, and so a page can come too late.
struct Pages {
    router: Router,
    clock: Clock,
}

impl Fetching for Pages {
    async fn fetch(&mut self, fetch: &Fetch) -> Result<Resource, FetchFailure> {
        let asked_at = self.clock.now();
        let response = self.router.clone().oneshot(request(fetch)?).await;
        let response = response.map_err(|never| match never {})?;
        let took = Duration::try_from(self.clock.now().duration_since(asked_at)).unwrap_or_default();
        if took > fetch.timeout {
            return Err(FetchFailure::TimedOut);
        }
        if !response.status().is_success() {
            return Err(FetchFailure::Status(response.status().as_u16()));
        }
        let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let media_type = media_type.and_then(|kind| kind.split(';').next()).map(str::to_owned);
        let body = response.into_body().collect().await.map_err(|error| FetchFailure::Failed(error.to_string()))?;
        Ok(Resource { url: fetch.url.clone(), media_type, body: body.to_bytes().to_vec() })
    }
}

fn request(fetch: &Fetch) -> Result<Request<Body>, FetchFailure> {
    let mut request = Request::builder().method(fetch.method.as_str()).uri(&fetch.url[Position::BeforePath..Position::AfterQuery]);
    if let Some((media_type, _)) = &fetch.body {
        request = request.header(header::CONTENT_TYPE, media_type);
    }
    let body = fetch.body.as_ref().map(|(_, bytes)| Body::from(bytes.clone())).unwrap_or_default();
    let request = request.extension(Peer(IpAddr::V4(Ipv4Addr::LOCALHOST))).body(body);
    request.map_err(|error| FetchFailure::Failed(error.to_string()))
}
