//! A call through the HTTP door: our own browser fetches the pages from a server on loopback, in virtual time.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;
use url::Url;

use crate::browser::{Ending, Fetch, FetchFailure, Reason, Resource, Start, TransferKind, TransferOutcome};
use crate::clock::Clock;
use crate::flow::Transferred;
use crate::line::{AddressGuard, Asked, Caller, Fetching, Handset, HandsetError, Happening, HttpFetcher, Pace, Reply, session_variables};
use crate::web::{Door, Gateway, Server};

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
    /// The gateway's server, which ends with the call.
    serving: AbortHandle,
}

impl Drop for HttpCall {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl HttpCall {
    /// Calls; `Err` says why that cannot be.
    pub async fn dial(gateway: Arc<Gateway>, world: Arc<World>, dialled: &Dialled) -> Result<Self, String> {
        let server = Server::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.map_err(|error| error.to_string())?;
        let address = server.address().map_err(|error| error.to_string())?;
        let mut url = Url::parse(&format!("http://{address}/")).map_err(|error| error.to_string())?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["vxml", TENANT, &dialled.process]);
        }
        url.query_pairs_mut().extend_pairs(&dialled.variables);
        let session = session_variables("sip:callward@localhost", &format!("tel:{}", dialled.variable("from")));
        let start = Start { url, session, clock: world.clock.clone(), chance: world.chance.clone() };
        let (ask, asked) = unbounded_channel();
        let (replies, answers) = unbounded_channel();
        let caller = AtTheHandset { world: Arc::clone(&world), ask, answers, patience: Duration::ZERO, transfer: TransferOutcome::Unknown };
        let http = HttpFetcher::new(AddressGuard::new(&start.url, &[]), world.clock.clone()).map_err(|error| error.to_string())?;
        let pages = Pages { http, clock: world.clock.clone() };
        let serving = tokio::spawn(server.run(Door::new(gateway), std::future::pending(), Duration::ZERO)).abort_handle();
        let handset = Handset::new(start, pages, caller, Pace::Virtual).map_err(|error| error.to_string())?;
        let mut call = Self { run: Box::pin(handset.run()), asked, replies, world, patience: Duration::ZERO, end: None, serving };
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
            Happening::Submit { .. } | Happening::Meanwhile(_) | Happening::Trace(_) | Happening::End(_) => {}
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

/// Fetches pages over HTTP. What a page does outside moves the world's clock, and so a page can come too late.
struct Pages {
    http: HttpFetcher,
    clock: Clock,
}

impl Fetching for Pages {
    async fn fetch(&mut self, fetch: &Fetch) -> Result<Resource, FetchFailure> {
        let asked_at = self.clock.now();
        let resource = self.http.fetch(fetch).await?;
        let took = Duration::try_from(self.clock.now().duration_since(asked_at)).unwrap_or_default();
        if took > fetch.timeout { Err(FetchFailure::TimedOut) } else { Ok(resource) }
    }
}
