//! The board of the exchange: messages between sockets and user agent, news between user agent and calls.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Instant;

use metrics::{counter, gauge};
use tokio::sync::{mpsc, watch};

use super::arrival::{Arrival, Arrivals};
use super::call_leg::{CallLeg, IncomingCall, MOST_NEWS, Orders};
use super::ladder_log::{LadderLog, Way};
use super::moment::now;
use super::outgoing_call::OutgoingCall;
use super::resolver::{Route, resolve};
use super::sip_names::SipNames;
use super::wires::Wires;
use crate::sip::{
    Action, Body, CallId, CallNews, Dial, Event, Headers, Invitation, Message, Order, ParseError, Peer, Refused, Tally, UserAgent,
};

/// Hops that a call of ours may take.
const MAX_FORWARDS: u8 = 70;

/// What the operator works at.
pub(super) struct Board {
    agent: UserAgent,
    wires: Wires,
    incoming: mpsc::Sender<IncomingCall>,
    calls: HashMap<CallId, mpsc::Sender<CallNews>>,
    drained: watch::Sender<bool>,
    ladder: LadderLog,
    names: Arc<SipNames>,
    operator: Weak<dyn Operating>,
    /// Calls that nobody takes.
    untaken: Vec<IncomingCall>,
    /// When something is due, as far as who waits for it knows.
    awaited: Option<Instant>,
    /// How many calls the gauge shows.
    shown: usize,
}

/// Who works at the board.
pub(super) trait Operating: Arrivals + Orders {}

impl<T: Arrivals + Orders> Operating for T {}

impl Board {
    /// With nothing on it. `operator` is who works at it.
    pub fn new(
        agent: UserAgent,
        wires: Wires,
        incoming: mpsc::Sender<IncomingCall>,
        drained: watch::Sender<bool>,
        ladder: LadderLog,
        names: Arc<SipNames>,
        operator: Weak<dyn Operating>,
    ) -> Self {
        let (calls, untaken) = (HashMap::new(), Vec::new());
        Self { agent, wires, incoming, calls, drained, ladder, names, operator, untaken, awaited: None, shown: 0 }
    }

    /// Begins to listen.
    pub fn attend(&mut self) {
        self.wires.attend(self.operator.clone());
    }

    /// Something has come.
    pub fn handle_arrival(&mut self, arrival: Arrival<'_>, now: Instant) {
        match arrival {
            Arrival::Bytes(bytes, from) => self.handle_bytes(bytes, from, now),
            Arrival::Unreachable(peer) => {
                self.wires.forget(peer);
                self.agent.handle(Event::Unreachable(peer), now);
            }
            Arrival::Connected(peer, stream) => self.wires.note_connection(peer, stream),
            Arrival::Closed(peer) => self.wires.forget(peer),
            Arrival::Resolved(seeker, route) => {
                self.wires.note_route(&route);
                self.agent.handle(Event::Resolved(seeker, route.peers), now);
            }
        }
    }

    /// A call wants something.
    pub fn handle_order(&mut self, order: Order, now: Instant) {
        self.agent.handle(Event::Order(order), now);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.agent.poll_timeout().is_some_and(|due| due <= now) {
            self.agent.handle_timeout(now);
        }
    }

    /// When something is due: who asks waits for it.
    pub fn await_next(&mut self) -> Option<Instant> {
        self.awaited = self.agent.poll_timeout();
        self.awaited
    }

    /// Whether something is due before the time that is waited for.
    pub fn is_due_earlier(&self) -> bool {
        self.agent.poll_timeout().is_some_and(|due| self.awaited.is_none_or(|awaited| due < awaited))
    }

    /// Makes a call; gives its name, and the way of its news.
    pub fn dial(&mut self, call: OutgoingCall, route: Route) -> (CallId, mpsc::Receiver<CallNews>) {
        let id = self.agent.reserve_call();
        let news = self.news_of(id);
        self.wires.note_route(&route);
        let dial = Dial {
            call: id,
            target: call.target,
            peers: route.peers,
            from: call.from,
            sdp: Body(call.sdp),
            headers: call.headers,
            account: call.account,
            max_forwards: MAX_FORWARDS,
        };
        self.agent.handle(Event::Order(Order::Dial(Box::new(dial))), now());
        (id, news)
    }

    /// Ends all calls.
    pub fn hang_up_all(&mut self) {
        let calls: Vec<CallId> = self.calls.keys().copied().collect();
        calls.into_iter().for_each(|call| self.hang_up(call, stopping()));
    }

    /// Does all that has come out of the user agent.
    pub fn perform(&mut self) {
        while let Some(action) = self.agent.poll() {
            self.perform_one(action);
        }
        count(self.agent.take_tally());
        let calls = self.agent.calls();
        if std::mem::replace(&mut self.shown, calls) != calls {
            gauge!("callward_sip_calls").set(calls as f64);
        }
    }

    /// Calls that nobody has taken: they are refused already.
    pub fn take_untaken(&mut self) -> Vec<IncomingCall> {
        std::mem::take(&mut self.untaken)
    }

    fn handle_bytes(&mut self, bytes: &[u8], from: Peer, now: Instant) {
        match Message::parse(bytes) {
            Ok(message) => {
                counter!("callward_sip_messages_total", "way" => "in").increment(1);
                self.ladder.note(Way::In, from, &message);
                self.agent.handle(Event::Received { message, from }, now);
            }
            Err(ParseError::Refuse(refusal)) => {
                counter!("callward_sip_unreadable_total").increment(1);
                tracing::debug!(peer = %from.address, "{refusal}");
                self.agent.handle(Event::Unreadable(refusal, from), now);
            }
            Err(ParseError::Drop(why)) => {
                counter!("callward_sip_unreadable_total").increment(1);
                tracing::debug!(peer = %from.address, "a datagram was dropped: {why}");
            }
        }
    }

    fn news_of(&mut self, id: CallId) -> mpsc::Receiver<CallNews> {
        let (sender, news) = mpsc::channel(MOST_NEWS);
        self.calls.insert(id, sender);
        news
    }

    fn perform_one(&mut self, action: Action) {
        match action {
            Action::Transmit(peer, Body(bytes)) => {
                counter!("callward_sip_messages_total", "way" => "out").increment(1);
                self.ladder.note_bytes(Way::Out, peer, &bytes);
                self.wires.send(peer, bytes);
            }
            Action::Resolve(seeker, uri) => {
                let (operator, names) = (self.operator.clone(), Arc::clone(&self.names));
                tokio::spawn(async move {
                    let route = resolve(&uri, &names).await;
                    if let Some(operator) = operator.upgrade() {
                        operator.take(Arrival::Resolved(seeker, route));
                    }
                });
            }
            Action::Incoming(call, invitation) => self.take(call, invitation),
            Action::Call(call, news) => self.tell(call, news),
            Action::Registered(registration, time) => tracing::info!("registration {} holds for {} s", registration.0, time.as_secs()),
            Action::Unregistered(registration, status, _) => tracing::warn!(?status, "registration {} does not hold", registration.0),
            Action::Drained => {
                self.drained.send_replace(true);
            }
        }
    }

    /// A call comes in: somebody takes it, or it is refused.
    fn take(&mut self, call: CallId, invitation: Box<Invitation>) {
        let Some(operator) = self.operator.upgrade() else { return };
        let leg = CallLeg::new(call, self.news_of(call), operator);
        if let Err(refused) = self.incoming.try_send(IncomingCall { leg, invitation }) {
            tracing::warn!("nobody takes the calls that come in: one is refused");
            self.agent.handle(Event::Order(Order::Refuse(call, Refused::with(503))), now());
            self.untaken.push(refused.into_inner());
        }
    }

    /// Brings a call its news; who does not read them is hung up.
    fn tell(&mut self, call: CallId, news: CallNews) {
        let is_last = matches!(news, CallNews::Ended(_));
        let Some(sender) = self.calls.get(&call) else { return };
        let is_told = sender.try_send(news).is_ok();
        if is_last || !is_told {
            self.calls.remove(&call);
        }
        if !is_told {
            self.hang_up(call, Headers::default());
        }
    }

    fn hang_up(&mut self, call: CallId, headers: Headers) {
        self.agent.handle(Event::Order(Order::HangUp { call, headers }), now());
    }
}

fn count(tally: Tally) {
    if tally.unheard > 0 {
        counter!("callward_sip_unheard_total").increment(tally.unheard);
    }
    for (status, refused) in tally.refused {
        counter!("callward_sip_refused_total", "status" => status.to_string()).increment(refused);
    }
}

/// Why a call ends that nobody on it has ended (RFC 3326 §2).
fn stopping() -> Headers {
    let mut headers = Headers::default();
    headers.push("Reason", "SIP ;cause=503 ;text=\"Service Unavailable\"");
    headers
}
